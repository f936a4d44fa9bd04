"""What came of a campaign: those who were contacted against those held out, with intervals.

Customers are compared by the draw, whether they opened the letter or not (intention to treat): only the draw is
random. Whoever was held out by it must not have been contacted, or there is nothing to compare with.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from segmentation_platform.campaigns.errors import CampaignError
from segmentation_platform.engine import Session, read_step
from segmentation_platform.insights.intervals import wilson

_BOUGHT_BETWEEN = read_step(__package__, "bought_between")
_FEW = 30
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Figure:
    """One figure of both groups, and their difference with its 95 % interval.

    Attributes:
        name: what is compared
        targeted: of those who were to be contacted
        held_out: of those who were not
        difference: targeted minus held out
        low: lower end of its interval; not a number where too little is known to tell
        high: upper end of it

    """

    name: str
    targeted: float
    held_out: float
    difference: float
    low: float
    high: float

    @property
    def is_known(self) -> bool:
        """Whether there is an interval."""
        return self.low == self.low

    @property
    def is_shown(self) -> bool:
        """Whether the interval leaves out 0: a difference that chance alone hardly makes."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Measurement:
    """What came of a campaign.

    Attributes:
        targeted: customers who were to be contacted
        held_out: customers who were not
        buying_rate: share who bought in the days of the campaign
        revenue: spent by each in those days, net of cancellations, in the ledger's currency
        caution: what to keep in mind; empty if nothing

    """

    targeted: int
    held_out: int
    buying_rate: Figure
    revenue: Figure
    caution: str


def measured_days(audience: pd.DataFrame) -> tuple[date, date]:
    """The days on which a list can have had an effect: those of its campaign from when the list was made.

    Args:
        audience: `starts_on`, `ends_on` and `as_of`, the same in all rows

    Returns:
        First and last day.

    """
    of_all = audience.iloc[0]
    return max(of_all["starts_on"], of_all["as_of"]).date(), of_all["ends_on"].date()


def bought_between(session: Session, starts_on: date, ends_on: date) -> pd.DataFrame:
    """What customers bought in a stretch of days.

    Args:
        session: holds `known_sales` (see `ledger.known`)
        starts_on: first day
        ends_on: last day

    Returns:
        Columns `customer_id`, `orders` and `revenue`; only those who bought.

    """
    session.run(_BOUGHT_BETWEEN, {"starts_on": starts_on, "ends_on": ends_on})
    return session.frame(_BOUGHT_BETWEEN.name)


def measure(audience: pd.DataFrame, bought: pd.DataFrame) -> Measurement:
    """Compare those who were contacted with those held out.

    Args:
        audience: `customer_id` and `is_holdout` of one campaign, one row per customer
        bought: as `bought_between` gives it

    Returns:
        The difference of the shares who bought, with Newcombe's hybrid score interval (1998, Interval estimation for
        the difference between independent proportions, method 10), and of the money spent, with Welch's interval
        (1947), which takes at least 30 customers in either group, some of whom differ.

    Raises:
        CampaignError: when one of the groups has fewer than two customers, or a customer is in both.

    """
    if audience["customer_id"].duplicated().any():
        raise CampaignError("A customer stands more than once in the audience: measure one export at a time.")
    spent = audience["customer_id"].map(bought.set_index("customer_id")["revenue"]).fillna(0.0)
    has_bought = audience["customer_id"].isin(bought["customer_id"])
    held = audience["is_holdout"].astype(bool)
    targeted_count, held_count = int((~held).sum()), int(held.sum())
    if min(targeted_count, held_count) < 2:
        raise CampaignError(
            f"{targeted_count} customers were to be contacted and {held_count} were held out: at least two of each "
            "are needed to compare. Set holdout_share in the playbook before the next campaign."
        )
    return Measurement(
        targeted_count,
        held_count,
        _rates(has_bought[~held].to_numpy(), has_bought[held].to_numpy()),
        _means(spent[~held].to_numpy(), spent[held].to_numpy()),
        "; ".join(_cautions(has_bought, held)),
    )


def _cautions(has_bought: "pd.Series[bool]", held: "pd.Series[bool]") -> Iterator[str]:
    for count, who in ((int((~held).sum()), "to be contacted"), (int(held.sum()), "held out")):
        if count < _FEW:
            yield f"only {count} were {who}: too few to tell anything of revenue"
    if not has_bought.any():
        yield "nobody in the audience has bought in these days"


def _rates(targeted: npt.NDArray[np.bool_], held_out: npt.NDArray[np.bool_]) -> Figure:
    p, q = float(targeted.mean()), float(held_out.mean())
    (p_low, p_high), (q_low, q_high) = (wilson(group.sum(), len(group)) for group in (targeted, held_out))
    low = p - q - float(np.hypot(p - p_low, q_high - q))
    high = p - q + float(np.hypot(p_high - p, q - q_low))
    return Figure("bought", p, q, p - q, low, high)


def _means(targeted: npt.NDArray[np.float64], held_out: npt.NDArray[np.float64]) -> Figure:
    means = float(targeted.mean()), float(held_out.mean())
    difference = means[0] - means[1]
    # Welch's interval takes a group without spread, or of a few, for better known than it is.
    if min(len(targeted), len(held_out)) < _FEW or min(targeted.std(), held_out.std()) == 0:
        return Figure("spent", *means, difference, float("nan"), float("nan"))
    interval = stats.ttest_ind(targeted, held_out, equal_var=False).confidence_interval(_CONFIDENCE)
    return Figure("spent", *means, difference, float(interval.low), float(interval.high))
