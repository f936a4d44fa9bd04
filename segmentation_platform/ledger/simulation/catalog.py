"""The products of a simulated shop: codes, descriptions, prices, and how much each is in demand when."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from segmentation_platform.ledger.simulation.draws import Bools, Floats, Ints, stream
from segmentation_platform.ledger.simulation.natures import Kind
from segmentation_platform.ledger.simulation.plan import ShopPlan

SEASONAL: Final = "Christmas"
_LETTERS: Final = ("", "A", "B", "C", "D", "E", "F", "G")
_PRICES: Final = np.array(
    [
        *(19, 29, 39, 42, 55, 65, 79, 85, 99, 125, 145, 165, 185, 195, 210, 255, 295, 325, 375, 425, 495, 550, 595),
        *(675, 750, 795, 850, 995, 1075, 1275, 1495, 1695, 1995, 2495, 2995, 3995, 4995, 7995, 9995, 14995),
    ],
    dtype=np.int64,
)
"""Prices in hundredths that a shop writes on labels."""

# How strongly a month draws to what is for Christmas, January to December.
_SEASONAL_PULL: Final = np.array([0.05, 0.02, 0.02, 0.02, 0.03, 0.05, 0.1, 0.4, 1.5, 2.5, 4.0, 3.5])
_TASTE_PULL: Final = 7.0
_ABROAD_SPREAD: Final = 0.9


@cache
def vocabulary(name: str) -> dict[str, Any]:
    """The words that descriptions and tastes of a kind of shop are made of, or those of "fees"; not to be changed."""
    return tomllib.loads((Path(__file__).parent / "words" / f"{name}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Catalog:
    """The products, in order of their base popularity; every array has the shape (products,)."""

    codes: list[str]
    descriptions: list[str]
    categories: list[str]
    cents: Ints
    popularity: Floats
    """Base demand, long-tailed (Zipf-Mandelbrot)."""
    phase: Floats
    """Where in its ups and downs a product's demand is at the start, 0 to 1."""
    launch: Floats
    """When a product comes in, as a share of the span; 0 or less for one that was always there."""
    end: Floats
    """When it goes, as a share of the span; 1 or more for one that stays."""
    abroad: Floats
    """Factor on demand outside the United Kingdom."""

    @property
    def size(self) -> int:
        """Number of products."""
        return len(self.codes)

    def frame(self) -> pd.DataFrame:
        """Return the products as a table: `stock_code`, `description`, `category`, `unit_price`."""
        return pd.DataFrame(
            {
                "stock_code": self.codes,
                "description": self.descriptions,
                "category": self.categories,
                "unit_price": self.cents / 100,
            }
        )


def tastes(kind: Kind) -> tuple[str, ...]:
    """Return the names of the tastes of a shop's customers; the last, "eclectic", prefers nothing."""
    return (*vocabulary(kind)["tastes"], "eclectic")


def make_catalog(plan: ShopPlan) -> Catalog:
    """Invent the products of a shop; unless told how many, fewer or more with the root of the lines."""
    rng, nature = stream(plan.seed, "catalog"), plan.nature
    size = plan.products or round(nature.products * (plan.lines / 540_000) ** 0.45)
    words = vocabulary(plan.kind)
    category_of_thing = [(thing, name) for name, things in words["things"].items() for thing in things]
    descriptions = _descriptions(size, words, rng)
    things = descriptions["thing"]
    wished = np.exp(rng.normal(np.log(nature.price), 0.95, size))
    codes = _codes(size, rng)
    popularity, phase = (np.arange(size) + 12.0) ** -nature.tail, rng.random(size)
    is_late, (earliest, latest) = rng.random(size) < nature.launched_late, nature.launches
    launch = earliest + rng.random(size) * (latest - earliest)
    return Catalog(
        codes=codes,
        descriptions=[
            f"{prefix} {category_of_thing[thing][0]}"
            for prefix, thing in zip(descriptions["prefix"], things, strict=True)
        ],
        categories=[category_of_thing[thing][1] for thing in things],
        cents=_PRICES[np.searchsorted(_PRICES, wished).clip(max=_PRICES.size - 1)],
        popularity=popularity,
        phase=phase,
        launch=np.where(is_late, launch, 0.0),
        end=np.where(is_late, launch + nature.life, 1.0),
        abroad=np.exp(rng.normal(0, _ABROAD_SPREAD, size)),
    )


def _descriptions(size: int, words: dict[str, Any], rng: np.random.Generator) -> dict[str, list[Any]]:
    """Draw distinct combinations of words; a combination's number says which words it is made of."""
    things = sum(map(len, words["things"].values()))
    sizes, patterns, modifiers = words["sizes"], words["patterns"], words["modifiers"]
    numbers = rng.choice((len(sizes) + 1) * len(patterns) * len(modifiers) * things, size, replace=False)
    rest, thing = np.divmod(numbers, things)
    rest, modifier = np.divmod(rest, len(modifiers))
    extent, pattern = np.divmod(rest, len(patterns))
    prefixes = [
        " ".join(filter(None, ((*sizes, "")[e], patterns[p], modifiers[m])))
        for e, p, m in zip(extent, pattern, modifier, strict=True)
    ]
    return {"prefix": prefixes, "thing": thing.tolist()}


def _codes(size: int, rng: np.random.Generator) -> list[str]:
    """Draw distinct codes of five digits and, for some, a letter."""
    numbers = rng.choice(90_000 * len(_LETTERS), size, replace=False)
    digits, letters = np.divmod(numbers, len(_LETTERS))
    # Most codes have no letter; only digits that occur once may lose theirs.
    _, index, counts = np.unique(digits, return_inverse=True, return_counts=True)
    letters[(counts[index] == 1) & (rng.random(size) < 0.7)] = 0
    return [f"{10_000 + digit}{_LETTERS[letter]}" for digit, letter in zip(digits, letters, strict=True)]


class Demand:
    """What is bought, month by month, by customers of each taste, at home and abroad."""

    def __init__(self, catalog: Catalog, months: int, plan: ShopPlan) -> None:
        self._catalog = catalog
        self._months = months
        self._swing = plan.nature.swing
        categories = np.array(catalog.categories)
        self._seasonal = categories == SEASONAL
        preferred = [*vocabulary(plan.kind)["tastes"].values(), []]
        self._pull = np.array([np.where(np.isin(categories, wanted), _TASTE_PULL, 1.0) for wanted in preferred])
        steady = catalog.popularity * np.where(self._seasonal, 0.05, 1.0)
        self._favourites = self._tables(steady)
        self._current: tuple[int, Floats] = (-1, self._favourites)

    def favourites(self, groups: Ints, uniform: Floats) -> Ints:
        """Return the product at each quantile of what a group likes all year; see `draw()`."""
        return _by_group(self._favourites, groups, uniform)

    def draw(self, month: int, calendar_month: int, groups: Ints, uniform: Floats) -> Ints:
        """Return the product at each quantile of a group's demand in a month.

        Args:
            month: months since the start of the ledger.
            calendar_month: 1 to 12.
            groups: `2 * taste`, plus 1 outside the United Kingdom.
            uniform: quantiles in [0, 1).

        """
        if self._current[0] != month:
            self._current = (month, self._tables(self._weights(month, calendar_month)))
        return _by_group(self._current[1], groups, uniform)

    def is_sold(self, products: Ints, months: Ints | int) -> Bools:
        """Say of each product whether it is there in a month (or each in its own)."""
        has_come = self._catalog.launch[products] * self._months <= months
        return has_come & (months < np.ceil(self._catalog.end[products] * self._months))

    def _weights(self, month: int, calendar_month: int) -> Floats:
        swing = np.exp(self._swing * np.sin(2 * np.pi * (month / 7 + self._catalog.phase)))
        season = np.where(self._seasonal, _SEASONAL_PULL[calendar_month - 1], 1.0)
        sold = self.is_sold(np.arange(self._catalog.size), month)
        return self._catalog.popularity * swing * season * sold

    def _tables(self, weights: Floats) -> Floats:
        """Return cumulative shares by group, each row offset by its number so that one search serves all."""
        home = weights * self._pull
        both = np.stack([home, home * self._catalog.abroad], axis=1).reshape(-1, weights.size)
        cumulative = np.cumsum(both, axis=1)
        shares: Floats = cumulative / cumulative[:, -1:] + np.arange(cumulative.shape[0])[:, None]
        return shares


def _by_group(tables: Floats, groups: Ints, uniform: Floats) -> Ints:
    size = tables.shape[1]
    found = np.searchsorted(tables.ravel(), groups + uniform, side="right")
    product: Ints = np.minimum(found - groups * size, size - 1)
    return product
