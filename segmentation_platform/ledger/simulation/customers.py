"""The customers of a simulated shop: the segment that each belongs to, their taste, country and purse."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from segmentation_platform.ledger.simulation.catalog import tastes
from segmentation_platform.ledger.simulation.draws import Bools, Floats, Ints, apportion, stream
from segmentation_platform.ledger.simulation.plan import ShopPlan

_FIRST_CUSTOMER_ID: Final = 12_346
_REFERENCE_DAYS: Final = 373


@dataclass(frozen=True)
class Segment:
    """A planted behaviour. Times are in days of a span of 373; other spans stretch them."""

    name: str
    share: float
    """Share of customers."""
    visits: float
    """Median number of purchases."""
    visits_spread: float
    """Standard deviation of the logarithm of the number of purchases."""
    recency: tuple[int, int]
    """Days between the last purchase and the end of the ledger, from and to."""
    tenure: int
    """All purchases happen within this many days before the last one."""
    basket: float
    """Factor on the lines of a purchase."""
    units: float
    """Factor on the units of a line."""
    wholesale: float
    """Share of customers who buy wholesale."""


SEGMENTS: Final = (
    Segment("champion", 0.17, 10.0, 0.65, (0, 24), 360, 1.15, 1.5, 0.10),
    Segment("loyal", 0.21, 4.2, 0.35, (8, 55), 300, 1.0, 1.0, 0.03),
    Segment("promising", 0.19, 1.3, 0.3, (5, 60), 25, 0.75, 0.6, 0.01),
    Segment("at_risk", 0.21, 3.6, 0.35, (75, 190), 180, 1.1, 1.1, 0.03),
    Segment("hibernating", 0.22, 1.3, 0.3, (180, 365), 60, 0.7, 0.6, 0.01),
)
"""The planted segments; shares sum to 1."""

COUNTRIES: Final[dict[str, float]] = {
    "United Kingdom": 90.0,
    "Germany": 2.2,
    "France": 2.0,
    "EIRE": 0.7,
    "Spain": 0.6,
    "Belgium": 0.5,
    "Switzerland": 0.45,
    "Portugal": 0.4,
    "Netherlands": 0.35,
    "Italy": 0.3,
    "Norway": 0.25,
    "Finland": 0.25,
    "Austria": 0.22,
    "Australia": 0.2,
    "Channel Islands": 0.2,
    "Denmark": 0.2,
    "Sweden": 0.18,
    "Cyprus": 0.16,
    "Japan": 0.16,
    "Poland": 0.14,
    "Greece": 0.1,
    "Unspecified": 0.1,
    "Canada": 0.09,
    "Israel": 0.09,
    "USA": 0.09,
    "Hong Kong": 0.06,
    "Malta": 0.05,
    "United Arab Emirates": 0.05,
    "Bahrain": 0.04,
    "Brazil": 0.03,
    "Czech Republic": 0.03,
    "European Community": 0.03,
    "Iceland": 0.03,
    "Lebanon": 0.03,
    "Lithuania": 0.03,
    "RSA": 0.03,
    "Saudi Arabia": 0.03,
    "Singapore": 0.03,
}
"""Share of customers in percent, by country as the ledger writes it; the United Kingdom comes first."""


@dataclass(frozen=True)
class Customers:
    """The customers; every array has the shape (customers,)."""

    ids: Ints
    segment: Ints
    """Index into `SEGMENTS`."""
    taste: Ints
    """Index into `tastes`."""
    country: Ints
    """Index into `COUNTRIES`; 0 is home."""
    is_wholesale: Bools
    visits: Floats
    """Wished number of purchases."""
    basket: Floats
    """Factor on the lines of a purchase."""
    units: Floats
    """Logarithm of the factor on the units of a line."""
    tastes: tuple[str, ...]
    """Names of the tastes."""

    @property
    def size(self) -> int:
        """Number of customers."""
        return self.ids.size

    def frame(self) -> pd.DataFrame:
        """Return the truth: `customer_id` (text), `segment`, `taste`, `country`, `is_wholesale`."""
        return pd.DataFrame(
            {
                "customer_id": self.ids.astype(str),
                "segment": np.array([segment.name for segment in SEGMENTS])[self.segment],
                "taste": np.array(self.tastes)[self.taste],
                "country": np.array(list(COUNTRIES))[self.country],
                "is_wholesale": self.is_wholesale,
            }
        )


def make_customers(plan: ShopPlan) -> Customers:
    """Invent the customers of a shop, as many as its lines are for."""
    rng = stream(plan.seed, "customers")
    size = max(len(SEGMENTS), round(plan.lines / plan.nature.lines_per_customer))
    names = tastes(plan.kind)
    counts = apportion(size, np.array([segment.share for segment in SEGMENTS]))
    segment = rng.permutation(np.repeat(np.arange(len(SEGMENTS)), counts))
    is_wholesale = rng.random(size) < of_segment("wholesale", segment)
    return Customers(
        ids=_FIRST_CUSTOMER_ID + rng.permutation(size),
        segment=segment,
        taste=rng.integers(len(names), size=size),
        country=draw_countries(size, rng),
        is_wholesale=is_wholesale,
        visits=of_segment("visits", segment) * np.exp(rng.normal(0, 1, size) * of_segment("visits_spread", segment)),
        basket=of_segment("basket", segment) * np.exp(rng.normal(0, 0.5, size)),
        units=np.log(of_segment("units", segment)) + rng.normal(0, 0.5, size) + 1.9 * is_wholesale,
        tastes=names,
    )


def draw_countries(size: int, rng: np.random.Generator) -> Ints:
    """Draw indices into `COUNTRIES` by share."""
    shares = np.array(list(COUNTRIES.values()))
    return rng.choice(shares.size, size=size, p=shares / shares.sum())


def of_segment(field: str, segment: Ints) -> Floats:
    """Return a number of each customer's segment."""
    return np.array([getattr(each, field) for each in SEGMENTS], dtype=np.float64)[segment]


def recency_windows(segment: Ints, days: int) -> tuple[Ints, Ints]:
    """Return the first and the last possible day of each customer's last purchase."""
    longest_ago, latest = (
        days - 1 - np.array([each.recency[end] for each in SEGMENTS])[segment] * days // _REFERENCE_DAYS
        for end in (1, 0)
    )
    return np.maximum(longest_ago, 0), np.maximum(latest, 0)


def tenures(segment: Ints, days: int) -> Ints:
    """Return the days before the last purchase in which a customer's other purchases fall."""
    return (of_segment("tenure", segment) * days / _REFERENCE_DAYS).astype(np.int64)
