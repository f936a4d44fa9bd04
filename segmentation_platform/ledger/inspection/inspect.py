"""Inspecting a ledger: its profile, inferred from all of it, with evidence, doubts and what it comes to.

Each part of the profile is told by a module of its own; here they are asked one after the other, because later ones
build on earlier ones. What the owner has said is taken as it is and not asked about.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import pyarrow as pa

from segmentation_platform.engine import Engine, Session
from segmentation_platform.ledger.clean import Understanding, classify
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.files import LedgerFile, TextTable, open_tables
from segmentation_platform.ledger.inspection.amounts import understand_amounts
from segmentation_platform.ledger.inspection.columns import ColumnsFound, Sample, find_columns
from segmentation_platform.ledger.inspection.currencies import currencies
from segmentation_platform.ledger.inspection.customers import customer_ids
from segmentation_platform.ledger.inspection.dates import date_formats
from segmentation_platform.ledger.inspection.doubts import weighed_doubts
from segmentation_platform.ledger.inspection.evidence import Evidence
from segmentation_platform.ledger.inspection.figures import Figures, figures_of
from segmentation_platform.ledger.inspection.findings import (
    WORTH_ASKING,
    Doubt,
    Finding,
    Inferred,
    settings_of,
)
from segmentation_platform.ledger.inspection.numbers import number_style
from segmentation_platform.ledger.inspection.orders import cancellations, filled_down, identical_lines, statuses
from segmentation_platform.ledger.inspection.products import product_rules
from segmentation_platform.ledger.inspection.unused import unused_columns
from segmentation_platform.ledger.profile.model import ADDED, LedgerColumn, Profile
from segmentation_platform.ledger.profile.names import is_known
from segmentation_platform.ledger.profile.presets import Preset, recognised
from segmentation_platform.ledger.readers import RAW_SCHEMA, numbered, read_ledger
from segmentation_platform.ledger.rules import CleaningRules

_SAMPLE: Final = 2_000
_MENDED: Final = 0.95


@dataclass(frozen=True)
class Inspection:
    """What was found out about a ledger.

    Attributes:
        file: that was inspected
        profile: how it is read, complete
        findings: what was inferred, and why
        doubts: what could be otherwise, heaviest first
        figures: what it comes to, read so
        tolerated: share of the money or of the customers that may be lost, if the profile tolerates no more

    """

    file: LedgerFile
    profile: Profile
    findings: tuple[Finding, ...]
    doubts: tuple[Doubt, ...]
    figures: Figures
    tolerated: float = 0.0

    @property
    def stopping(self) -> tuple[Doubt, ...]:
        """Doubts on which too much hangs to go on unasked."""
        most = {False: WORTH_ASKING, True: max(self.profile.tolerated, self.tolerated)}
        return tuple(doubt for doubt in self.doubts if doubt.weight > most[doubt.is_loss])


@dataclass(frozen=True)
class Given:
    """What an inspection is given beside the file.

    Attributes:
        said: what the owner has said of the profile
        rules: what the owner decides beside it
        today: lines after it can't be genuine
        tolerated: as of `Inspection`

    """

    said: Profile = field(default_factory=Profile)
    rules: CleaningRules = field(default_factory=CleaningRules)
    today: date | None = None
    tolerated: float = 0.0


def inspect(engine: Engine, file: LedgerFile, given: Given | None = None) -> Inspection:
    """Inspect a ledger, all of it.

    Args:
        engine: runs the SQL
        file: the ledger
        given: what is known already

    Raises:
        LedgerError: when the file can't be read, or a date or an amount can't be found in it.

    """
    given = given or Given()
    with engine.session() as session:
        inspector = _Inspector(session, file, given)
        inspector.understand()
        return inspector.inspection()


def found_columns(file: LedgerFile, said: Profile) -> dict[LedgerColumn, str]:
    """The columns of a ledger, from its first lines.

    Raises:
        LedgerError: when the file can't be read, or a date or an amount can't be found in it.

    """
    _, found, _ = _columns_of_first(file, said)
    return found.columns


class _Inspector:
    """Collects the parts of a profile, what speaks for them, and the doubts."""

    def __init__(self, session: Session, file: LedgerFile, given: Given) -> None:
        self._session, self._file, self._given = session, file, given
        self._findings: list[Finding] = []
        self._doubts: list[Doubt] = []
        self._profile = given.said
        self._preset: Preset | None = None
        self._sample: Sample = {}
        self._found = ColumnsFound({})

    def understand(self) -> None:
        """Infer the whole profile."""
        self._find_columns()
        self._load()
        evidence = self._evidence()
        self._take("lines", filled_down(evidence))
        self._take("numbers", number_style(evidence, self._given.said.numbers))
        self._find_amounts(evidence)
        evidence = self._evidence()
        self._take("dates", date_formats(evidence, self._given.today, self._given.said.dates))
        self._take_lists("status", statuses(evidence, self._given.said.status))
        self._take("cancellations", cancellations(evidence, self._profile.numbers))
        self._take("lines", identical_lines(evidence))
        self._take("products", product_rules(evidence, self._preset))
        self._take("customers", customer_ids(evidence))
        self._take("currency", currencies(evidence, self._profile.numbers))
        self._mend_ragged_lines()

    def inspection(self) -> Inspection:
        """What was found out."""
        self._classify()
        evidence = self._evidence()
        doubts = [
            *self._doubts,
            *unused_columns(self._sample, self._found, self._profile.columns),
            *weighed_doubts(evidence, self._profile, self._given.said),
        ]
        open_doubts = [doubt for doubt in doubts if not is_answered(doubt, self._given.said)]
        return Inspection(
            self._file,
            self._profile,
            tuple(self._findings),
            tuple(sorted(open_doubts, key=lambda doubt: -doubt.weight)),
            figures_of(evidence),
            self._given.tolerated,
        )

    def _evidence(self) -> Evidence:
        return Evidence(self._session, dict(self._profile.columns))

    def _find_columns(self) -> None:
        said = self._given.said.columns
        sample, found, preset = _columns_of_first(self._file, self._given.said)
        names = list(sample)
        self._preset, self._sample, self._found = preset, sample, found
        if preset:
            self._findings.append(Finding("preset", preset.title, "by the names of the columns"))
            self._profile = self._profile.model_copy(update={"preset": preset.name})
        columns = {**found.columns, **{column: "" for column, name in said.items() if not name}}
        self._profile = self._profile.model_copy(update={"columns": columns})
        taken = ", ".join(f"{column} = {name}" for column, name in found.columns.items())
        left = [name for name in names if name not in found.columns.values()]
        because = f"not used: {', '.join(left)}" if left else "all columns are used"
        self._findings.append(Finding("columns", taken, because))
        if addresses := found.columns.get("email_hash"):
            because = "they are hashed while they are read; no address is stored"
            self._findings.append(Finding("columns", f"of the addresses in {addresses} hashes are kept", because))

    def _load(self) -> None:
        refused: list[LedgerError] = []
        try:
            lines = numbered(_told(read_ledger(self._file, self._profile), refused))
            self._session.add("raw_sales", pa.RecordBatchReader.from_batches(RAW_SCHEMA, lines))
        except Exception:
            if refused:
                # The engine hides what its reader raises behind an error of its own.
                raise refused[0] from None
            raise

    def _take(self, part: str, inferred: Inferred) -> None:
        fields = {name: value for name, value in inferred.fields.items() if not self._given.said.says(part, name)}
        added = {
            name: self._added(part, name, inferred.fields[name])
            for name in ADDED.get(part, ())
            if name in inferred.fields
        }
        self._profile = self._profile.but(part, **{**fields, **added})
        if fields or not inferred.fields:
            self._findings += inferred.findings
        self._doubts += inferred.doubts

    def _added(self, part: str, name: str, inferred: object) -> object:
        """What was inferred, beside what was said; nothing where it was said that there is none."""
        if not self._given.said.says(part, name):
            return inferred
        said = getattr(getattr(self._given.said, part), name)
        return tuple(dict.fromkeys((*said, *inferred))) if said and isinstance(inferred, tuple) else said

    def _take_lists(self, part: str, inferred: Inferred) -> None:
        """Take a part whose lists hold what was said already."""
        self._profile = self._profile.but(part, **inferred.fields)
        self._findings += inferred.findings
        self._doubts += inferred.doubts

    def _find_amounts(self, evidence: Evidence) -> None:
        columns, findings, doubts = understand_amounts(evidence, self._profile.numbers, self._given.said.columns)
        if columns != evidence.columns:
            self._profile = self._profile.model_copy(update={"columns": columns})
            self._load()
        self._findings += findings
        self._doubts += doubts

    def _classify(self) -> None:
        classify(self._session, Understanding(self._profile, self._given.rules, self._given.today))

    def _mend_ragged_lines(self) -> None:
        """Give surplus fields to the description where that makes whole lines of nearly all that have some."""
        text_column = self._profile.columns.get("description", "")
        ragged = _ragged_lines(self._evidence())
        if not ragged or not text_column or self._given.said.says("file", "text_column"):
            return
        before = self._profile
        self._profile = before.but("file", text_column=text_column)
        self._load()
        self._classify()
        left = _ragged_lines(self._evidence())
        good = self._evidence().frame(
            "SELECT SUM(CASE WHEN units IS NULL OR price IS NULL OR sold_at IS NULL THEN 1 ELSE 0 END) AS bad"
            " FROM classified_sales WHERE reason <> 'not_a_line' OR reason IS NULL"
        )
        unread = int(good["bad"].iloc[0] or 0)
        if left + unread <= (1 - _MENDED) * ragged + left and left <= (1 - _MENDED) * ragged:
            because = f"{ragged:,} lines have more fields than the heading, and are whole lines so"
            self._findings.append(Finding("file", f"surplus fields belong to {text_column}", because))
            return
        self._profile = before
        self._load()


def is_answered(doubt: Doubt, said: Profile) -> bool:
    """Whether the owner has said what decides a doubt; a loss stays one."""
    if doubt.is_loss:
        return False
    if any(f"{part}.{field}" in said.accepted for part, field in settings_of(doubt)):
        return True
    return any(
        field in said.columns if part == "columns" else said.says(part, field) for part, field in settings_of(doubt)
    )


def _ragged_lines(evidence: Evidence) -> int:
    frame = evidence.frame(
        "SELECT COUNT(*) AS lines FROM raw_sales WHERE description IS NOT NULL AND invoice_date IS NULL"
        " AND quantity IS NULL AND unit_price IS NULL AND line_total IS NULL"
    )
    return int(frame["lines"].iloc[0])


def _columns_of_first(file: LedgerFile, said: Profile) -> tuple[Sample, ColumnsFound, Preset | None]:
    """The first lines of the first table that is a ledger, and its columns."""
    refused: LedgerError | None = None
    for table in open_tables(file, said.file, is_known):
        preset = recognised(table.names)
        sample = _sample(table)
        try:
            return sample, find_columns(sample, said.columns, preset), preset
        except LedgerError as error:
            refused = refused or error
    raise refused or LedgerError(f"{file.path} has no table. Export the ledger again.")


def _sample(table: TextTable) -> Sample:
    batch = next(table.batches, None)
    if batch is None:
        return {name: [] for name in table.names}
    first = batch.slice(0, _SAMPLE)
    return {name: first.column(name).to_pylist() for name in table.names}


def _told(batches: Iterator[pa.RecordBatch], refused: list[LedgerError]) -> Iterator[pa.RecordBatch]:
    """The batches; an error of theirs is kept, too."""
    try:
        yield from batches
    except LedgerError as error:
        refused.append(error)
        raise
