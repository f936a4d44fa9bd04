"""How the dates of a ledger are written, and what it says when nothing decides."""

from datetime import date

from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.inspection.evidence import Evidence
from segmentation_platform.ledger.inspection.findings import Doubt, DoubtKind, Finding, Inferred
from segmentation_platform.ledger.profile.dates import DatesFound, find_dates
from segmentation_platform.ledger.profile.model import Dates


def date_formats(evidence: Evidence, today: date | None, said: Dates) -> Inferred:
    """The formats of a ledger's dates; a doubt where day and month can be changed about.

    Raises:
        LedgerError: when none of them can be read.

    """
    counts = evidence.counts("invoice_date")
    found = find_dates(counts, today, said)
    read = len(counts) - len(found.unread)
    if not read:
        raise LedgerError(
            f"No date can be read in {evidence.columns['invoice_date']}, such as {next(iter(counts), '')!r}. Say in "
            'segmentation.toml how they are written:\n  [profile.dates]\n  formats = ["%d/%m/%Y %H:%M"]'
        )
    order = f"{found.dates.order}: " if found.dates.order else ""
    because = f"{read:,} of {len(counts):,} distinct dates can be read so"
    if found.swapped:
        because += "; a spreadsheet had changed day and month about where the day was 12 or less, which is undone"
    finding = Finding("dates", order + ", ".join(found.dates.formats), because)
    doubts = (_undecided(next(iter(counts)), found),) if found.rival else ()
    return Inferred(found.dates.model_dump(), (finding,), doubts)


def _undecided(example: str, found: DatesFound) -> Doubt:
    return Doubt(
        DoubtKind.SWAPPED_DAYS,
        f"Dates such as {example} can be read {found.dates.order} or {found.rival}; nothing in the ledger tells.",
        f'[profile.dates]\norder = "{found.dates.order}"    # or "{found.rival}"',
        1.0,
    )
