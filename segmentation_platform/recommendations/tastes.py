"""Taste groups: which kind of products customers buy, whatever they spend.

Spherical K-Means (Dhillon & Modha 2001, Concept decompositions, Machine Learning 42) in a truncated SVD of the
purchases, weighted by log frequency and inverse document frequency (latent semantic analysis, Deerwester et al.
1990, JASIS 41). On unit vectors the nearest group is the one of the largest inner product, so all of SVD, weights
and centroids fold into one number per product and group: a model is a small table that people can read.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits

from segmentation_platform.ledger.categories import OTHER
from segmentation_platform.recommendations.histories import Histories, Sparse
from segmentation_platform.recommendations.rules import TasteRules

MIXED = "Mixed"
"""The taste of customers who bought too few different products to tell."""

_STARTS = 30
_POWER_ITERATIONS = 5
_SAME_GROUP = 0.5
_DIGITS = 6

Points = npt.NDArray[np.float64]
Labels = npt.NDArray[np.intp]


@dataclass(frozen=True)
class TasteModel:
    """Fitted groups.

    Attributes:
        asked: how many groups were asked for; there are fewer where fewer customers bought enough to tell
        names: one per group, each once
        affinities: by stock code, how much a purchase of the product speaks for each group

    """

    asked: int
    names: tuple[str, ...]
    affinities: Mapping[str, tuple[float, ...]]

    def assign(self, pairs: pd.DataFrame, rules: TasteRules) -> pd.Series:
        """The taste of every customer.

        Args:
            pairs: as from `sales.customer_products`
            rules: how many products a taste takes

        Returns:
            A group's name or `MIXED` by customer id, in order; customers who kept nothing are not in it.

        """
        histories = Histories.of(pairs[pairs["orders"] > 0], pd.Index(sorted(self.affinities), dtype="str"))
        labels = self._labels(histories, rules)
        names = np.array([*self.names, MIXED], dtype=object)[labels]
        return pd.Series(names, histories.customers.rename("customer_id"), name="taste", dtype="str")

    def _labels(self, histories: Histories, rules: TasteRules) -> Labels:
        """Group of every customer, -1 for none; columns of the histories are the codes in order."""
        if not self.names:
            return np.full(len(histories.customers), -1)
        table = np.array([self.affinities[code] for code in sorted(self.affinities)])
        scores = _log_orders(histories) @ table
        is_told = np.diff(histories.orders.indptr) >= rules.products
        labels: Labels = np.where(is_told & (scores.max(axis=1) > 0), scores.argmax(axis=1), -1)
        return labels

    def to_json(self) -> str:
        """The model as JSON; `from_json` gives back an equal one."""
        return json.dumps({"asked": self.asked, "names": self.names, "affinities": self.affinities})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a model from its JSON."""
        document = json.loads(text)
        affinities = {code: tuple(row) for code, row in document["affinities"].items()}
        return cls(document["asked"], tuple(document["names"]), affinities)


@dataclass(frozen=True)
class DatedTastes:
    """A model and the reporting date of its fit."""

    model: TasteModel
    as_of: date


def tastes_of_night(
    earlier: DatedTastes | None, pairs: pd.DataFrame, catalog: pd.DataFrame, as_of: date, rules: TasteRules
) -> DatedTastes:
    """The model that assigns on a night: the earlier one until it is due to be moved, else a first one.

    Where another number of groups is asked for than before, they are found again; those that hold the same customers
    keep their names.

    Args:
        earlier: in force until now; None on a ledger's first night
        pairs: as from `sales.customer_products`
        catalog: columns of `contracts.Products`
        as_of: reporting date; one before the earlier model's looks back by it
        rules: of the groups

    """
    if earlier is None or not earlier.model.names:
        return DatedTastes(fit_tastes(pairs, catalog, rules), as_of)
    days = (as_of - earlier.as_of).days
    if days >= 0 and earlier.model.asked != rules.groups:
        fresh = fit_tastes(pairs, catalog, rules)
        return DatedTastes(align_tastes(fresh, earlier.model, pairs, rules), as_of)
    if days < rules.refit_days:
        return earlier
    return DatedTastes(refit_tastes(earlier.model, pairs, rules), as_of)


@dataclass(frozen=True)
class _Space:
    """Customers of enough purchases as unit vectors, and what turns products into such vectors."""

    customers: pd.Series
    codes: list[str]
    points: Points
    loadings: Points
    orders: Sparse


def fit_tastes(pairs: pd.DataFrame, catalog: pd.DataFrame, rules: TasteRules) -> TasteModel:
    """Find groups and name them by the categories that they buy more than others do.

    Args:
        pairs: as from `sales.customer_products`
        catalog: columns of `contracts.Products`
        rules: number of groups and dimensions, the seed

    Returns:
        A model of `rules.groups` groups, or fewer where fewer customers bought enough to tell; of none where nobody
        did, so that everyone is `MIXED`.

    """
    space = _space(pairs, rules)
    groups = min(rules.groups, len(np.unique(space.points.round(_DIGITS), axis=0)))
    if not groups:
        return TasteModel(rules.groups, (), {})
    with threadpool_limits(1):
        kmeans = KMeans(groups, n_init=_STARTS, random_state=rules.seed).fit(space.points)
    return _model(space, kmeans, _names(space, kmeans.labels_, catalog), rules)


def refit_tastes(earlier: TasteModel, pairs: pd.DataFrame, rules: TasteRules) -> TasteModel:
    """Move the groups of an earlier model to the purchases of today; each keeps its name and most of its customers.

    Starts from where the earlier groups' customers are now. A group that has none any more is dropped.

    Args:
        earlier: model of an earlier day
        pairs: as from `sales.customer_products`
        rules: dimensions and seed; the number of groups is the earlier model's

    """
    space = _space(pairs, rules)
    before = space.customers.map(earlier.assign(pairs, rules)).to_numpy()
    names = tuple(name for name in earlier.names if (before == name).any())
    if not names:
        return earlier
    starts = np.stack([space.points[before == name].mean(axis=0) for name in names])
    with threadpool_limits(1):
        kmeans = KMeans(len(names), init=normalize(starts), n_init=1, random_state=rules.seed).fit(space.points)
    return _model(space, kmeans, names, rules)


def align_tastes(fresh: TasteModel, earlier: TasteModel, pairs: pd.DataFrame, rules: TasteRules) -> TasteModel:
    """Call the groups of a fresh fit by the names of the earlier groups that hold the same customers.

    Groups are matched by the largest total overlap (Kuhn 1955, The Hungarian method); one that shares less than half
    of its customers (Jaccard) with its match keeps its own name, unless that is taken.
    """
    now, before = fresh.assign(pairs, rules), earlier.assign(pairs, rules)
    both = pd.crosstab(now, before).reindex(index=fresh.names, columns=earlier.names, fill_value=0).to_numpy()
    sizes = now.value_counts().reindex(fresh.names, fill_value=0).to_numpy()[:, None]
    union = sizes + before.value_counts().reindex(earlier.names, fill_value=0).to_numpy()[None, :] - both
    jaccards = both / np.maximum(union, 1)
    rows, columns = linear_sum_assignment(-both)
    matched = {r: earlier.names[c] for r, c in zip(rows, columns, strict=True) if jaccards[r, c] >= _SAME_GROUP}
    names: list[str] = []
    taken = set(matched.values())
    for row, name in enumerate(fresh.names):
        own = matched.get(row) or _free(name, taken)
        taken.add(own)
        names.append(own)
    return replace(fresh, names=tuple(names))


def _space(pairs: pd.DataFrame, rules: TasteRules) -> _Space:
    kept = pairs[pairs["orders"] > 0]
    codes = sorted(kept["stock_code"].unique())
    histories = Histories.of(kept, pd.Index(codes, dtype="str"))
    is_told = np.diff(histories.orders.indptr) >= rules.products
    told = histories.rows(np.flatnonzero(is_told))
    customers = pd.Series(told.customers)
    if not len(customers):
        return _Space(customers, codes, np.zeros((0, 1)), np.zeros((len(codes), 1)), told.orders)
    buyers = np.diff(told.orders.tocsc().indptr)
    # A product bought by all tells nothing, but is not nothing: the weight stays above 0.
    rarity = np.log((1 + len(customers)) / (1 + buyers)) + 1e-3
    weighted = normalize(_log_orders(told) * rarity[None, :])
    dimensions = max(1, min(rules.dimensions, *(side - 1 for side in weighted.shape)))
    with threadpool_limits(1):
        _, _, components = randomized_svd(weighted, dimensions, n_iter=_POWER_ITERATIONS, random_state=rules.seed)
    points = normalize(weighted @ components.T)
    return _Space(customers, codes, points, components.T * rarity[:, None], told.orders)


def _log_orders(histories: Histories) -> Sparse:
    found = histories.orders.astype(np.float64)
    found.data = np.log2(1 + found.data)
    return found


def _model(space: _Space, kmeans: KMeans, names: tuple[str, ...], rules: TasteRules) -> TasteModel:
    table = (space.loadings @ normalize(kmeans.cluster_centers_).T).round(_DIGITS)
    return TasteModel(rules.groups, names, dict(zip(space.codes, map(tuple, table.tolist()), strict=True)))


def _names(space: _Space, labels: Any, catalog: pd.DataFrame) -> tuple[str, ...]:
    """Give each group another category, so that together they tell most about the groups.

    What a category tells about a group is its part of the Kullback-Leibler divergence of the group's purchases from
    all purchases: share * log(lift).
    """
    categories = pd.Series(space.codes).map(catalog.set_index("stock_code")["category"]).fillna(OTHER)
    kinds = sorted(set(categories) - {OTHER}) or [OTHER]
    is_kind = (categories.to_numpy()[:, None] == np.array(kinds, dtype=object)[None, :]).astype(np.float64)
    groups = int(labels.max()) + 1
    in_group = np.stack([space.orders[labels == group].sum(axis=0) for group in range(groups)])
    bought = np.asarray(in_group, dtype=np.float64) @ is_kind
    share = bought / np.maximum(bought.sum(axis=1, keepdims=True), 1)
    overall = bought.sum(axis=0) / max(bought.sum(), 1)
    told = share * np.log(np.maximum(share, 1e-9) / np.maximum(overall, 1e-9))
    rows, columns = linear_sum_assignment(-told)
    chosen = {int(row): kinds[column] for row, column in zip(rows, columns, strict=True)}
    names: list[str] = []
    for group in range(groups):
        names.append(chosen.get(group) or _free(kinds[int(told[group].argmax())], {*names, *chosen.values()}))
    return tuple(names)


def _free(name: str, taken: set[str]) -> str:
    """The name, with the first number that makes it another than those taken."""
    number = 2
    free = name
    while free in taken:
        free = f"{name} ({number})"
        number += 1
    return free
