"""Figures in plain words."""

import math
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from segmentation_platform.client import Snapshot
from segmentation_platform.reporting.charts.style import count, percent

_LISTS = {
    "signature": "Signature: sets the segment apart",
    "rising": "Rising: more than usual lately",
    "popular": "Popular: bought most lately",
    "buy_again": "Buy again",
    "new_to_you": "New to them",
    "segment_lists": "Popular in a segment",
    "similar_items": "Similar items",
}


@dataclass(frozen=True)
class Size:
    """How large a segment is, and was on the reporting date before.

    Attributes:
        customers: now
        before: then; None where the segment was not there
        since: the reporting date before

    """

    customers: int
    before: int | None
    since: date

    def words(self) -> str:
        """What has changed, in words."""
        if self.before is None:
            return f"new since {day(self.since)}"
        if self.customers == self.before:
            return f"as many as on {day(self.since)}"
        how = "more" if self.customers > self.before else "fewer"
        return f"{count(abs(self.customers - self.before))} {how} than on {day(self.since)}"


def day(when: date) -> str:
    """A day in words: 10 December 2011."""
    return f"{when.day} {when:%B %Y}"


def money(amount: float) -> str:
    """An amount in the ledger's currency: whole, but for small ones."""
    if math.isnan(amount):
        return "unknown"
    return f"{amount:,.0f}" if abs(amount) >= 100 else f"{amount:,.2f}"


def plain(words: object) -> str:
    """Words that are shown as they stand: nothing in them is markdown, a formula, or a picture from elsewhere."""
    return re.sub(r"([\\`*_\[\]#$<>|~])", r"\\\1", str(words))


def counted(number: float, what: str) -> str:
    """A number of things: 1 order, 3 orders."""
    return f"{count(number)} {what}" + ("" if number == 1 else "s")


def times(factor: float) -> str:
    """A multiple: 2.4 ×."""
    return "unknown" if math.isnan(factor) else f"{factor:,.1f} ×"


def list_name(name: str) -> str:
    """What a list of products is called, and what is in it."""
    return _LISTS.get(name, name.replace("_", " ").capitalize())


def state(snapshot: Snapshot) -> str:
    """What is shown, in one line: of which day, from how much, and whether the checks passed."""
    checks = f"{counted(snapshot.checks_passed, 'check')} passed"
    if snapshot.checks_warned:
        checks += f", {snapshot.checks_warned} warned"
    customers = counted(snapshot.customers, "customer")
    return f"Data as of {day(snapshot.as_of)} · {customers} · {checks} · snapshot {snapshot.snapshot_id}"


def sizes(segments: pd.DataFrame, history: pd.DataFrame, as_of: date) -> dict[str, Size]:
    """How large each segment is, and was on the reporting date before; empty where there was none.

    Args:
        segments: columns of `contracts.Segments`
        history: the same of all snapshots, with `snapshot_id` and `as_of`
        as_of: the reporting date of the first

    """
    earlier = history[history["as_of"] < pd.Timestamp(as_of)]
    if earlier.empty:
        return {}
    last = earlier.sort_values(["as_of", "snapshot_id"]).iloc[-1]
    then = earlier[earlier["snapshot_id"] == last["snapshot_id"]].set_index("segment")["customers"]
    since = last["as_of"].date()
    return {
        str(row["segment"]): Size(int(row["customers"]), _known(then, str(row["segment"])), since)
        for row in segments.to_dict("records")
    }


def _known(then: pd.Series, segment: str) -> int | None:
    return int(then[segment]) if segment in then.index else None


def portrait(segment: Mapping[Hashable, object]) -> str:
    """What a segment is and brings, in one line."""
    share, revenue = (float(str(segment[name])) for name in ("customer_share", "revenue_share"))
    return f"{percent(share)} of customers, {percent(revenue)} of revenue"
