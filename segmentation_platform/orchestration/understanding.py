"""How the ledger of a run is understood: as it was before, or inspected; and what its new files are to it."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from segmentation_platform.engine import Engine
from segmentation_platform.ledger import facts
from segmentation_platform.ledger.clean import Understanding
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.files import LedgerFile, together
from segmentation_platform.ledger.increments import KnownFile, Relation, relation_of
from segmentation_platform.ledger.inspection import Doubt, Given, Inspection, inspect, refusal, settings_of, short
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform.ledger.profile.presets import online_retail
from segmentation_platform.ledger.readers import reading_key
from segmentation_platform.orchestration.asked import LedgerAsked
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import cleaning, loads
from segmentation_platform.warehouse.ledger_lines import LedgerLines
from segmentation_platform.warehouse.loads import Ledger

_LOST_OF_A_PART: Final = 0.1
"""Share of the money that may be lost of new files that add to a ledger: a day has few lines, and one of them weighs
much."""


@dataclass(frozen=True)
class Answers:
    """What was answered before it is asked.

    Attributes:
        accepts_doubts: go on where the ledger can be read in more than one way, with what was taken
        relation: what the files are to the ledger that is there; None: it is told from them

    """

    accepts_doubts: bool = False
    relation: Relation | None = None


@dataclass(frozen=True)
class Understood:
    """How a ledger is understood.

    Attributes:
        profile: complete
        relation: what its files are to what was read of it before
        took: what was taken, in a few lines; empty where it was understood before
        doubts: what could be otherwise; None where nothing was inspected

    """

    profile: Profile
    relation: Relation = Relation.NEWER
    took: list[str] = field(default_factory=list)
    doubts: tuple[Doubt, ...] | None = None


class _Asker:
    """Understands a ledger, step by step."""

    def __init__(self, asked: LedgerAsked, settings: Settings, lines: LedgerLines, engine: Engine) -> None:
        self._asked, self._settings, self._lines, self._engine = asked, settings, lines, engine
        self._ledger = loads.ledger_named(lines.database, asked.name)

    def understood(self, answers: Answers) -> Understood:
        before = _profile_of(self._ledger)
        if self._ledger is not None and not self._asked.files:
            return Understood(self._without_files(self._ledger, before or online_retail()))
        if self._ledger is None or before is None or not before.agrees_with(self._settings.profile):
            return self._all_of_it(before, answers)
        increment = self._asked.increment(list(self._ledger.loads))
        if not increment.new:
            return Understood(before, answers.relation or Relation.NEWER)
        said = before.decisions().overridden_by(self._settings.profile)
        inspection = self._inspected(increment.new, said, answers, tolerated=_LOST_OF_A_PART)
        relation = self._relation(inspection, increment.superseded, answers)
        if increment.superseded and relation is not Relation.PART:
            inspection = replace(inspection, tolerated=0.0)
            _require_no_doubt(inspection, answers)
        profile = _accepted(inspection)
        if relation is Relation.PART or len(self._ledger.loads) > len(increment.superseded):
            profile = before.grown_by(profile)
        return Understood(profile, relation, short(inspection), inspection.doubts)

    def _without_files(self, ledger: Ledger, before: Profile) -> Profile:
        """How the lines that were loaded are understood where no file is there any more."""
        profile = before.overridden_by(self._settings.profile)
        if reading_key(profile) != reading_key(before):
            raise LedgerError(
                f"The columns or the layout were changed, and of the ledger {self._asked.title} no file is there any "
                "more to be read anew. Take the change back, or name the ledger's files: --sales."
            )
        return profile

    def _all_of_it(self, before: Profile | None, answers: Answers) -> Understood:
        """Inspect all files that are there; of those that are gone, the words stay."""
        said = (before.decisions() if before else Profile()).overridden_by(self._settings.profile)
        inspection = self._inspected(self._asked.files, said, answers)
        profile = _accepted(inspection)
        if before and self._ledger and self._asked.increment(list(self._ledger.loads)).gone:
            profile = before.grown_by(profile)
        relation = self._relation(inspection, (), answers)
        return Understood(profile, relation, short(inspection), inspection.doubts)

    def _inspected(
        self, files: tuple[LedgerFile, ...], said: Profile, answers: Answers, tolerated: float = 0.0
    ) -> Inspection:
        title = Path(self._asked.origins[0]) if len(files) > 1 else files[0].path
        given = Given(said, self._settings.cleaning, self._settings.schedule.today, tolerated)
        inspection = inspect(self._engine, together(title, files), given)
        _require_no_doubt(inspection, answers)
        return inspection

    def _relation(self, inspection: Inspection, superseded: tuple[KnownFile, ...], answers: Answers) -> Relation:
        """What files are to what was read before; what nothing tells is asked.

        Raises:
            LedgerError: with how long both are, and the answers.

        """
        if self._asked.is_simulated:
            return Relation.WHOLE
        if self._ledger is None:
            return Relation.NEWER
        if superseded:
            return self._relation_to(superseded, inspection, answers, accepted=Relation.NEWER)
        if set(self._asked.origins) <= set(self._ledger.origins):
            return Relation.NEWER
        return self._relation_to(self._ledger.loads, inspection, answers)

    def _relation_to(
        self,
        read_before: tuple[KnownFile, ...],
        inspection: Inspection,
        answers: Answers,
        accepted: Relation | None = None,
    ) -> Relation:
        assert self._ledger is not None  # noqa: S101 - by those who ask
        if answers.relation is Relation.WHOLE and accepted is Relation.NEWER and len(self._asked.files) > 1:
            return Relation.NEWER  # the whole of one file among others
        if answers.relation is not None:
            return answers.relation
        numbers = {each.load_id for each in read_before}
        relation = None
        if numbers <= cleaning.cleaned_loads(self._lines.database, self._asked.name):
            of_before = facts.extent(self._engine, self._lines.clean(), numbers)
            relation = relation_of(inspection.figures.extent, of_before)
        if relation is Relation.WHOLE and accepted is Relation.NEWER:
            return Relation.NEWER
        if relation is None and answers.accepts_doubts:
            relation = accepted
        if relation is None:
            raise LedgerError(_question(inspection, self._ledger, numbers))
        return relation


def understand(
    asked: LedgerAsked, settings: Settings, lines: LedgerLines, engine: Engine, answers: Answers = Answers()
) -> Understood:
    """Tell how a ledger is read: as it was before, as far as its files are the same; what is new is inspected.

    What was decided for a ledger stays decided: a file that no longer fits is refused.

    Raises:
        LedgerError: when a file can't be read, too much hangs on a doubt that is not accepted, or it is not clear
            whether it is a part of the ledger or all of it.

    """
    return _Asker(asked, settings, lines, engine).understood(answers)


def _require_no_doubt(inspection: Inspection, answers: Answers) -> None:
    if inspection.stopping and not answers.accepts_doubts:
        raise LedgerError(refusal(inspection))


def _profile_of(ledger: Ledger | None) -> Profile | None:
    """How a ledger was understood; None where that is not kept."""
    return Profile.model_validate_json(ledger.profile) if ledger and ledger.profile else None


def _question(inspection: Inspection, ledger: Ledger, numbers: set[int]) -> str:
    """What a file is to what was read before, asked."""
    figures = inspection.figures
    lines = sum(load.lines for load in ledger.loads if load.load_id in numbers)
    days = f" from {figures.first:%Y-%m-%d} to {figures.last:%Y-%m-%d}" if figures.first and figures.last else ""
    has_all = numbers == ledger.load_ids
    before = f'the ledger "{ledger.name}" has' if has_all else "what was read from there before had"
    return (
        f"{inspection.file.path} has {figures.lines:,} lines{days}; {before} {lines:,}. What it is to "
        "those can't be told from its days, customers and products.\n"
        "Is it a part of the ledger? Its lines are added, and what both have counts once: --part\n"
        "Is it the whole, as it is now? It takes the place of what was read before: --whole\n"
        "Is it the ledger of another shop? It is kept apart under a name of its own: --ledger NAME"
    )


def _accepted(inspection: Inspection) -> Profile:
    """The profile, that says what was accepted so that the next night does not ask again."""
    profile, stopping = inspection.profile, inspection.stopping
    lost = max((doubt.weight for doubt in stopping if doubt.is_loss), default=0.0)
    settings = (setting for doubt in stopping if not doubt.is_loss for setting in settings_of(doubt))
    accepted = dict.fromkeys((*profile.accepted, *(f"{part}.{field}" for part, field in settings)))
    tolerated = max(profile.tolerated, min(1.0, round(1.1 * lost, 4)))
    return profile.model_copy(update={"tolerated": tolerated, "accepted": tuple(accepted)})


def understanding_of(ledger: Ledger | None, settings: Settings) -> Understanding:
    """How the lines of a ledger are cleaned; those of before profiles were all of one kind."""
    profile = _profile_of(ledger) or online_retail()
    return Understanding(profile.overridden_by(settings.profile), settings.cleaning, settings.schedule.today)
