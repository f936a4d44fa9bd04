"""What an inspection found, as text: one page for people, five lines for a run."""

from collections.abc import Iterator
from textwrap import indent

import pandas as pd

from segmentation_platform.ledger.inspection.findings import Doubt, tolerating
from segmentation_platform.ledger.inspection.inspect import Inspection

_WIDTH = 34


def page(inspection: Inspection) -> str:
    """All that an inspection found: figures, what was taken and why, rejected lines, doubts and their settings."""
    return "\n".join(_page(inspection))


def short(inspection: Inspection) -> list[str]:
    """What was taken, in five lines, and what is to be known beside that."""
    figures, profile = inspection.figures, inspection.profile
    amount = "price of a unit" if profile.has("unit_price") else "amount of the line"
    thousands = f", thousands {profile.numbers.thousands!r}" if profile.numbers.thousands else ""
    kind = next(
        (finding.took for finding in inspection.findings if finding.part == "preset"), "no known kind of export"
    )
    return [
        f"{kind}; {len([name for name in profile.columns.values() if name])} columns are used",
        f"{amount} in {profile.columns.get('unit_price') or profile.columns.get('line_total')}, decimal "
        f"{profile.numbers.decimal!r}{thousands}; dates {profile.dates.order or 'unambiguous'}",
        f"{_cancelled(inspection)}; identical lines are {profile.lines.identical}",
        f"{figures.sales:,} lines of sale in {figures.orders:,} orders of {figures.customers:,} customers, "
        f"{_days(inspection)}",
        f"revenue {figures.revenue:,.2f}, returned {figures.returned:,.2f}, net {figures.net:,.2f}; "
        f"lines rejected: {int(figures.reasons['rows'].sum()):,}",
        *(f"to be known: {doubt.says}" for doubt in inspection.doubts if doubt not in inspection.stopping),
    ]


def _cancelled(inspection: Inspection) -> str:
    cancellations = inspection.profile.cancellations
    if cancellations.by == "prefix":
        return f"order numbers with {cancellations.prefix} are cancellations"
    return "negative quantities are returns" if cancellations.by == "sign" else "there are no cancellations"


def _days(inspection: Inspection) -> str:
    first, last = inspection.figures.first, inspection.figures.last
    return f"{first:%Y-%m-%d} to {last:%Y-%m-%d}" if first and last else "no day"


def _page(inspection: Inspection) -> Iterator[str]:
    figures = inspection.figures
    yield f"{inspection.file.path}"
    yield ""
    yield from _columns(
        ("Lines", f"{figures.lines:,}"),
        ("Lines of sale", f"{figures.sales:,}"),
        ("Orders", f"{figures.orders:,}"),
        ("Customers", f"{figures.customers:,}"),
        ("First and last sale", f"{figures.first or '-'} to {figures.last or '-'}"),
        ("Revenue", f"{figures.revenue:,.2f}"),
        ("Returned", f"{figures.returned:,.2f}"),
        ("Net", f"{figures.net:,.2f}"),
        ("of this by guests", f"{figures.guests:,.2f}"),
    )
    yield "\nWhat was taken, and why"
    for finding in inspection.findings:
        yield f"  {finding.part}: {finding.took}"
        yield f"      {finding.because}"
    yield from _table("Rejected lines", figures.reasons)
    yield from _table("Best products", figures.products)
    yield from _table("Best customers", figures.best_customers)
    yield from _doubts(inspection)


def _columns(*rows: tuple[str, str]) -> Iterator[str]:
    for name, value in rows:
        yield f"  {name:<{_WIDTH}}{value}"


def _table(title: str, frame: pd.DataFrame) -> Iterator[str]:
    if frame.empty:
        return
    shown = frame.copy()
    for name in shown.columns:
        if pd.api.types.is_float_dtype(shown[name]):
            shown[name] = shown[name].map("{:,.2f}".format)
        elif pd.api.types.is_integer_dtype(shown[name]):
            shown[name] = shown[name].map("{:,}".format)
        else:
            shown[name] = shown[name].fillna("").astype("str").str.slice(0, 40)
    yield f"\n{title}"
    yield indent(shown.to_string(index=False), "  ")


def _doubts(inspection: Inspection) -> Iterator[str]:
    stopping = inspection.stopping
    others = [doubt for doubt in inspection.doubts if doubt not in stopping]
    if stopping:
        yield "\nTo be decided before a run (or go on with --yes)"
        yield from _listed(stopping)
    if others:
        yield "\nTo be known"
        yield from _listed(others)
    if not inspection.doubts:
        yield "\nNothing is doubtful."


def _listed(doubts: "list[Doubt] | tuple[Doubt, ...]") -> Iterator[str]:
    for doubt in doubts:
        share = f" [{doubt.weight:.1%} of the money or the customers]" if doubt.weight else ""
        yield f"  - {doubt.says}{share}"
        yield indent(doubt.setting, "      ")
        if doubt.is_loss and doubt.setting != tolerating(doubt.weight):
            yield "      or, to let them go:"
            yield indent(tolerating(doubt.weight), "      ")


def unclear(inspection: Inspection) -> str:
    """The doubts that have to be decided, each with the setting that decides it."""
    head = f"{inspection.file.path} can be read in more than one way, and too much hangs on it:"
    return "\n".join([head, *_listed(inspection.stopping)])


def refusal(inspection: Inspection) -> str:
    """Why a run stops, and how to go on."""
    lines = [unclear(inspection)]
    lines.append("Decide it in segmentation.toml as shown, or go on with what was taken: --yes.")
    lines.append(f"Everything that was found: segmentation-platform ledger inspect {inspection.file.path}")
    return "\n".join(lines)
