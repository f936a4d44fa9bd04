"""Cancellations: how much of what is sold is taken back, of what, by whom and when.

Two rates are told, because two questions are asked. How likely is it that an order line is taken back, wholly or in
part: the share of known customers' sale lines for which netting finds a later cancellation, drawn to the rate of the
whole (`insights.shrinkage`) so that a product with few lines does not top the list by luck. And how much money is
given back: cancellations as written against sales, which may hang on a few orders; the share of the two largest, and
the rate without them, are told beside it.
"""

import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.contracts.insights import Cancellations
from segmentation_platform.engine import Session, read_step
from segmentation_platform.insights.shrinkage import fit_prior, shrunk_rates, whole_rate

CANCELLATION_COUNTS = read_step(__package__, "cancellation_counts")
LARGEST_CANCELLATIONS = read_step(__package__, "largest_cancellations")

_SUBJECT = ["subject_kind", "subject"]
_MONEY = ["money_sold", "money_cancelled"]


def cancellations(rates: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """The published table.

    Args:
        rates: as from `cancellation_rates`
        products: `stock_code` and `description` of every product sold

    Returns:
        Columns of `contracts.Cancellations`, ordered by its key.

    """
    told = rates[rates["subject_kind"] != "country"]
    names = products.set_index("stock_code")["description"]
    described = told["subject"].where(told["subject_kind"] == "product").map(names).astype("str")
    is_month = told["subject_kind"] == "month"
    subject = told["subject"].where(~is_month, told["subject"].str[:7])
    table = told.assign(subject=subject, description=described, **{name: told[name].round(2) for name in _MONEY})
    return table.sort_values(_SUBJECT, ignore_index=True)[Cancellations.column_names()]


def cancellation_rates(session: Session) -> pd.DataFrame:
    """Count and rate the cancellations of every subject.

    Args:
        session: holds `insight_lines` (see `insights.lines`)

    Returns:
        Columns of `contracts.Cancellations` without `description`; months as their first day, countries among them.

    """
    for step in (CANCELLATION_COUNTS, LARGEST_CANCELLATIONS):
        session.run(step)
    counts = session.frame(CANCELLATION_COUNTS.name)
    largest = session.frame(LARGEST_CANCELLATIONS.name)
    joined = counts.merge(largest, how="left", on=_SUBJECT).fillna({"largest": 0.0})
    # The engine gives rows in any order, and the last digits of the prior hang on the order of its sum.
    return with_rates(joined.sort_values(_SUBJECT, ignore_index=True))


def with_rates(counts: pd.DataFrame) -> pd.DataFrame:
    """Add the rates of lines and of money.

    Args:
        counts: `subject_kind`, `subject`, `customer_lines`, `lines_taken_back`, `money_sold`, `money_cancelled` and
            `largest`, the money of the two largest cancellations; the kind `all` is the whole

    Returns:
        The same rows with `line_rate`, `line_rate_shrunk`, `line_rate_low`, `line_rate_high`, `money_rate`,
        `money_rate_usual` and `largest_share`.

    """
    whole = counts.loc[counts["subject_kind"] == EVERYWHERE, ["lines_taken_back", "customer_lines"]].sum()
    mean = whole_rate(int(whole["lines_taken_back"]), int(whole["customer_lines"]))
    rates = [_line_rates(kind, mean) for _, kind in counts.groupby("subject_kind")]
    cancelled, largest = counts["money_cancelled"], counts["largest"]
    sold = counts["money_sold"].where(counts["money_sold"] > 0)
    return counts.assign(
        money_rate=cancelled / sold,
        money_rate_usual=(cancelled - largest).clip(lower=0) / sold,
        largest_share=(largest / cancelled.where(cancelled > 0)).clip(upper=1.0),
    ).join(pd.concat(rates) if rates else _no_rates())


def _line_rates(kind: pd.DataFrame, mean: float) -> pd.DataFrame:
    hits, trials = kind["lines_taken_back"], kind["customer_lines"]
    prior = fit_prior(hits, trials, mean)
    names = {"rate": "line_rate", "shrunk": "line_rate_shrunk", "low": "line_rate_low", "high": "line_rate_high"}
    return shrunk_rates(hits, trials, prior).rename(columns=names)


def _no_rates() -> pd.DataFrame:
    names = ["line_rate", "line_rate_shrunk", "line_rate_low", "line_rate_high"]
    return pd.DataFrame(columns=names, dtype="float64")
