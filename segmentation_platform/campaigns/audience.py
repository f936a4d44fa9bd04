"""Who fits an audience, and why: every condition is told in the customer's own figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import pandas as pd

from segmentation_platform.campaigns.playbook import Audience


@dataclass(frozen=True)
class Condition:
    """One thing that an audience can ask for.

    Attributes:
        asks: what is asked for, to end a sentence that begins with "Customers who"
        holds: for which customers it is so, given all customers and the value asked for
        why: the same in the figures of those for whom it is so

    """

    asks: Callable[[Any], str]
    holds: Callable[[pd.DataFrame, Any], "pd.Series[bool]"]
    why: Callable[[pd.DataFrame, Any], "pd.Series[str]"]


def fitting(customers: pd.DataFrame, audiences: Sequence[Audience]) -> "pd.Series[str]":
    """Those who fit one of some audiences, with the reason.

    Args:
        customers: columns of `planning.CUSTOMERS`, `as_of`, and the ranks of `planning.with_ranks`
        audiences: the first that a customer fits gives the reason

    Returns:
        The reason in words, by the index of those who fit, in the order of `customers`.

    """
    reason = pd.Series(pd.NA, index=customers.index, dtype="str")
    for audience in audiences:
        fits = reason.isna()
        for name, value in _asked(audience):
            fits &= CONDITIONS[name].holds(customers, value)
        reason[fits] = _reasons(customers[fits], audience)
    return reason.dropna()


def in_words(audiences: Sequence[Audience]) -> str:
    """Who is meant, in one sentence."""
    each = [" and ".join(CONDITIONS[name].asks(value) for name, value in _asked(one)) for one in audiences]
    return f"Customers who {'; or who '.join(each)}"


def _asked(audience: Audience) -> list[tuple[str, Any]]:
    return [(name, getattr(audience, name)) for name in CONDITIONS if name in audience.model_fields_set]


def _reasons(customers: pd.DataFrame, audience: Audience) -> "pd.Series[str]":
    first, *others = (CONDITIONS[name].why(customers, value) for name, value in _asked(audience))
    words = reduce(lambda told, more: told + ", " + more, others, first)
    return words.str[:1].str.upper() + words.str[1:]


def _usual_gap(customers: pd.DataFrame) -> "pd.Series[float]":
    """Mean days between a customer's orders; null for those who ordered once, or all on a day."""
    days = (customers["last_purchase"] - customers["first_purchase"]).dt.days
    gaps = customers["frequency"] - 1
    return (days / gaps).where((gaps > 0) & (days > 0))


def _joined(values: Sequence[str]) -> str:
    # Names of segments have commas.
    return " / ".join(values)


def _money(values: "pd.Series[float]") -> "pd.Series[str]":
    return values.map("{:,.2f}".format).astype("str")


def _number(values: "pd.Series[Any]") -> "pd.Series[str]":
    return values.map("{:,.0f}".format).astype("str")


def _days(values: "pd.Series[Any]") -> "pd.Series[str]":
    """Numbers of days, one at least: orders of neighbouring days are told as every day."""
    whole = values.clip(lower=1).round()
    return whole.map(lambda days: "1 day" if days == 1 else f"{days:,.0f} days").astype("str")


CONDITIONS: dict[str, Condition] = {
    "segments": Condition(
        asks=lambda names: f"are in {_joined(names)}",
        holds=lambda customers, names: customers["segment"].isin(names),
        why=lambda customers, _: "in " + customers["segment"],
    ),
    "came_from": Condition(
        asks=lambda names: f"were in {_joined(names)} before",
        holds=lambda customers, names: customers["previous_segment"].isin(names),
        why=lambda customers, _: "before in " + customers["previous_segment"],
    ),
    "moved_within_days": Condition(
        asks=lambda days: f"changed segment in the last {days} days",
        holds=lambda customers, days: (customers["as_of"] - customers["changed_on"]).dt.days <= days,
        why=lambda customers, _: "changed on " + customers["changed_on"].dt.strftime("%Y-%m-%d"),
    ),
    "spent_above": Condition(
        asks=lambda share: f"spent more than {share:.0%} of customers",
        holds=lambda customers, share: customers["spent_more_than"] >= share,
        why=lambda customers, share: (
            f"spent more than {share:.0%} of customers (" + _money(customers["monetary"]) + ")"
        ),
    ),
    "spent_below": Condition(
        asks=lambda share: f"are among the {share:.0%} who spent least",
        holds=lambda customers, share: customers["spent_at_most"] <= share,
        why=lambda customers, share: (
            f"among the {share:.0%} of customers who spent least (" + _money(customers["monetary"]) + ")"
        ),
    ),
    "bought_within_days": Condition(
        asks=lambda days: f"bought in the last {days} days",
        holds=lambda customers, days: customers["recency_days"] <= days,
        why=lambda customers, _: "bought " + _days(customers["recency_days"]) + " ago",
    ),
    "silent_times": Condition(
        asks=lambda times: f"have been silent for {times:g} times their usual gap",
        holds=lambda customers, times: customers["recency_days"] > times * _usual_gap(customers),
        why=lambda customers, _: "ordered every " + _days(_usual_gap(customers)) + " before",
    ),
    "cancels_above": Condition(
        asks=lambda share: f"cancelled at least twice, and more than {share:.0%} as often as they ordered",
        holds=lambda customers, share: (
            (customers["cancellations"] >= 2) & (customers["cancellations"] > share * customers["orders"])
        ),
        why=lambda customers, _: (
            "cancelled "
            + _number(customers["cancellations"])
            + " times on "
            + _number(customers["orders"])
            + " orders"
        ),
    ),
    "regions": Condition(
        asks=lambda names: f"are in {_joined(names)}",
        holds=lambda customers, names: customers["region"].isin(names),
        why=lambda customers, _: "in " + customers["region"],
    ),
}
"""Every condition by the name of its field of `Audience`, in the order in which reasons tell of them."""
