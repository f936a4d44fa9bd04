"""The morning summary: what the new snapshot says, and what is different from the one before."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from segmentation_platform.alerts.message import Message


@dataclass(frozen=True)
class NightFigures:
    """What one snapshot says.

    Attributes:
        as_of: its reporting date
        segments: columns segment, rank, customers, revenue_share (`contracts.Segments`)
        customers: columns customer_id, segment (`contracts.CustomerSegments`)

    """

    as_of: date
    segments: pd.DataFrame
    customers: pd.DataFrame


@dataclass(frozen=True)
class Links:
    """Where to read on.

    Attributes:
        run: the run's page
        report: of the snapshot; empty where people can't reach it

    """

    run: str
    report: str


def morning(now: NightFigures, before: NightFigures | None, warnings: Sequence[str], links: Links) -> Message:
    """What to send in the morning after a refresh.

    Args:
        now: the snapshot that is served
        before: the one before it on the same ledger; None if there was none
        warnings: what checks have warned of
        links: where to read on

    """
    lines = [_segment(row, before) for row in now.segments.sort_values("rank").to_dict("records")]
    if before is not None:
        lines.append(_moves(now.customers, before))
    lines += [f"Warning: {words}" for words in warnings]
    lines += [f"Report: {links.report}"] if links.report else []
    lines.append(f"Details: {links.run}")
    more = _change(len(now.customers), None if before is None else len(before.customers))
    title = f"Customer segments as of {now.as_of}: {len(now.customers):,} customers{more}"
    return Message(title, "\n".join(lines), "warning" if warnings else "success")


def _segment(row: dict[object, object], before: NightFigures | None) -> str:
    customers, share = int(str(row["customers"])), float(str(row["revenue_share"]))
    earlier = None if before is None else int((before.customers["segment"] == row["segment"]).sum())
    return f"{row['segment']}: {customers:,} customers{_change(customers, earlier)}, {share:.0%} of revenue"


def _change(now: int, before: int | None) -> str:
    return "" if before is None or now == before else f" ({now - before:+,})"


def _moves(customers: pd.DataFrame, before: NightFigures) -> str:
    """Who changed segment: how many, and the most frequent way."""
    both = customers.merge(before.customers, on="customer_id", suffixes=("", "_before"))
    moved = both[both["segment"] != both["segment_before"]]
    if moved.empty:
        return f"Nobody changed segment since {before.as_of}."
    ways = Counter(zip(moved["segment_before"], moved["segment"], strict=True))
    [((origin, target), most)] = ways.most_common(1)
    return (
        f"{len(moved):,} of {len(both):,} customers changed segment since {before.as_of}, "
        f"most of them ({most:,}) from {origin} to {target}."
    )
