"""How the numbers of a ledger are written, and what it says when nothing decides."""

from segmentation_platform.ledger.inspection.columns import NUMBERS
from segmentation_platform.ledger.inspection.evidence import Evidence
from segmentation_platform.ledger.inspection.findings import Doubt, DoubtKind, Finding, Inferred, quoted
from segmentation_platform.ledger.profile.model import Numbers
from segmentation_platform.ledger.profile.numbers import Counts, find_style, read_number


def number_style(evidence: Evidence, said: Numbers) -> Inferred:
    """The style of a ledger's numbers; a doubt where another one reads as many, with other values."""
    columns = columns_of_numbers(evidence)
    found = find_style(columns, said)
    texts = sum(map(len, columns))
    signs = f", signs {' '.join(found.style.signs)}" if found.style.signs else ""
    took = f"decimal {found.style.decimal!r}, thousands {found.style.thousands!r}{signs}"
    because = f"{texts - len(found.unread):,} of {texts:,} distinct numbers can be read so"
    doubts = (_undecided(columns, found.style, found.rival),) if found.rival else ()
    return Inferred(found.style.model_dump(), (Finding("numbers", took, because),), doubts)


def columns_of_numbers(evidence: Evidence) -> list[Counts]:
    """The texts of each column of numbers that a ledger has."""
    return [counts for column in NUMBERS if (counts := evidence.counts(column))]


def style_setting(style: Numbers) -> str:
    """The lines of segmentation.toml that say a style."""
    return f"[profile.numbers]\ndecimal = {quoted(style.decimal)}\nthousands = {quoted(style.thousands)}"


def _undecided(columns: list[Counts], style: Numbers, rival: Numbers) -> Doubt:
    readings = ((text, read_number(text, style), read_number(text, rival)) for counts in columns for text in counts)
    example, one, other = next(reading for reading in readings if reading[1] != reading[2])
    return Doubt(
        DoubtKind.NUMBER_STYLE,
        f"Numbers such as {example} can mean {one:,} or {other:,}; nothing in the ledger tells.",
        f"{style_setting(style)}    # or: decimal = {quoted(rival.decimal)}, thousands = {quoted(rival.thousands)}",
        1.0,
    )
