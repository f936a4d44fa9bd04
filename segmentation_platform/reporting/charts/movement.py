"""The chart of movement: from which segment to which customers went in a month."""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from segmentation_platform.contracts import GONE, NEW
from segmentation_platform.reporting.charts.chart import Chart
from segmentation_platform.reporting.charts.style import (
    QUIET,
    blank,
    count,
    month,
    nothing,
    percent,
    see_through,
    wrapped,
)

_NAMES = {NEW: "New customers", GONE: "Nothing left"}
_GAP = 0.03


def movement_sankey(moves: pd.DataFrame, period: date | pd.Timestamp, colors: Mapping[str, str]) -> Chart:
    """The customers of a month, from the segment at its beginning on the left to that at its end on the right.

    Args:
        moves: columns of `contracts.SegmentMoves`
        period: first day of the month
        colors: of the segments by name, in the order in which they are to stand

    """
    start = pd.Timestamp(period)
    title = f"Movement in {month(start)}"
    went = moves[moves["period"] == start].sort_values("customers", ascending=False, ignore_index=True)
    table = _table(went)
    if went.empty:
        said = f"Nothing is known of movement in {month(start)}."
        return Chart(title, said, nothing(said), table)
    figure = blank(height=480)
    figure.add_trace(_sankey(went, colors))
    figure.update_layout(margin={"l": 4, "r": 4, "t": 8, "b": 8})
    return Chart(title, _said(went, start), figure, table)


def _table(went: pd.DataFrame) -> pd.DataFrame:
    named = went[["from_segment", "to_segment", "customers", "customer_share", "revenue"]].replace(
        {"from_segment": _NAMES, "to_segment": _NAMES}
    )
    headings = ("From", "To", "Customers", "Share of those who were there", "Revenue of these customers")
    return named.set_axis(list(headings), axis=1)


def _sankey(went: pd.DataFrame, colors: Mapping[str, str]) -> go.Sankey:
    left = _sides(went, "from_segment", colors)
    right = _sides(went, "to_segment", colors)
    left_at = {name: place for place, name in enumerate(left.index)}
    right_at = {name: place + len(left) for place, name in enumerate(right.index)}
    shades = {name: colors.get(name, QUIET) for name in {*left.index, *right.index}}
    return go.Sankey(
        arrangement="fixed",
        node={
            "label": [f"{_NAMES.get(str(n), n)} {count(c)}" for side in (left, right) for n, c in side.items()],
            "color": [shades[name] for side in (left, right) for name in side.index],
            # A place at exactly 0 or 1 would be taken for none.
            "x": [0.001] * len(left) + [0.999] * len(right),
            "y": [*_places(left), *_places(right)],
            "pad": 10,
            "thickness": 14,
            "line": {"width": 0},
            "hovertemplate": "%{label} customers<extra></extra>",
        },
        link={
            "source": went["from_segment"].map(left_at).tolist(),
            "target": went["to_segment"].map(right_at).tolist(),
            "value": went["customers"].tolist(),
            "color": [see_through(shades[name], 0.38) for name in went["from_segment"].astype(str)],
            "customdata": [_hover(row) for row in went.to_dict("records")],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
        textfont={"size": 12},
    )


def _sides(went: pd.DataFrame, side: str, colors: Mapping[str, str]) -> pd.Series:
    """Customers by segment, in the order of the colours; those who came or went last."""
    found = went.groupby(side)["customers"].sum()
    order: Sequence[str] = [*colors, *(name for name in found.index if name not in colors)]
    return found.reindex([name for name in order if name in found.index])


def _places(side: pd.Series) -> list[float]:
    """Where the middle of each node is, from 0 at the top to 1."""
    room = 1 - _GAP * (len(side) - 1)
    shares = side / side.sum() * room
    middles = shares.cumsum() - shares / 2 + [_GAP * place for place in range(len(side))]
    return [min(max(float(middle), 0.001), 0.999) for middle in middles]


def _hover(row: Mapping[object, object]) -> str:
    origin, to = (_NAMES.get(str(row[side]), str(row[side])) for side in ("from_segment", "to_segment"))
    went = f"{wrapped(origin, 60)} → {wrapped(to, 60)}" if origin != to else f"{wrapped(origin, 60)}, stayed"
    return f"{went}: {count(_number(row['customers']))} customers, {percent(_number(row['customer_share']))}"


def _number(value: object) -> float:
    return float(str(value))


def _said(went: pd.DataFrame, start: pd.Timestamp) -> str:
    known = went[went["from_segment"] != NEW]
    there = int(known["customers"].sum())
    moved = known[known["from_segment"] != known["to_segment"]]
    new = int(went.loc[went["from_segment"] == NEW, "customers"].sum())
    until = went["until"].iloc[0] - pd.Timedelta(days=1)
    when = (
        f"In {month(start)}"
        if (until + pd.Timedelta(days=1)).day == 1
        else f"From {start.day} to {until.day} {month(until)}"
    )
    came = f"; {count(new)} were new" if new else ""
    if moved.empty:
        stayed = f"none of {count(there)} customers changed segment" if there else "no customer was known before"
        return f"{when} {stayed}{came}."
    first = moved.iloc[0]
    most = f"{first['from_segment']} to {_NAMES.get(first['to_segment'], first['to_segment'])}"
    return (
        f"{when} {count(moved['customers'].sum())} of {count(there)} customers "
        f"({percent(moved['customers'].sum() / there)}) changed segment, the largest group of them from {most} "
        f"({count(first['customers'])}){came}."
    )
