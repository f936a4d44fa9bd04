"""How the ledger of a run is understood: as it was before, or inspected."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from segmentation_platform.engine import Engine
from segmentation_platform.ledger.clean import Understanding
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.files import LedgerFile
from segmentation_platform.ledger.inspection import Given, Inspection, inspect, refusal, settings_of, short
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform.ledger.profile.presets import online_retail
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import loads
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.loads import Load

_KEPT_BY_SAME, _KEPT_BY_OTHER = 0.99, 0.5
"""Share of the lines in use that a new content of the same path, or another ledger, must at least have."""


@dataclass(frozen=True)
class Understood:
    """How a ledger is understood.

    Attributes:
        profile: complete
        took: what was taken, in a few lines; empty where it was understood before

    """

    profile: Profile
    took: list[str]


def today(settings: Settings) -> date:
    """The shop's day."""
    return datetime.now(ZoneInfo(settings.schedule.timezone)).date()


def understand(
    ledger: LedgerFile, settings: Settings, database: Database, engine: Engine, *, accepts_doubts: bool = False
) -> Understood:
    """Tell how a ledger is read: as the same content was before, else by inspecting it.

    What was decided for an earlier content of the same path stays decided: a ledger that no longer fits is refused.

    Raises:
        LedgerError: when it can't be read, or when too much hangs on a doubt that is not accepted.

    """
    said = settings.profile
    for document in loads.profiles_of(database, ledger.sha256):
        profile = Profile.model_validate_json(document)
        if profile.agrees_with(said):
            return Understood(profile, [])
    given = Given(_decided_before(ledger, database).overridden_by(said), settings.cleaning, today(settings))
    inspection = inspect(engine, ledger, given)
    if not accepts_doubts:
        if inspection.stopping:
            raise LedgerError(refusal(inspection))
        _require_no_loss(inspection, loads.current_load(database), settings)
    return Understood(_accepted(inspection), short(inspection))


def _decided_before(ledger: LedgerFile, database: Database) -> Profile:
    before = loads.load_from(database, str(ledger.path))
    return Profile.model_validate_json(before.profile).decisions() if before and before.profile else Profile()


def _require_no_loss(inspection: Inspection, in_use: Load | None, settings: Settings) -> None:
    """Refuse a ledger that would take the place of a longer one: a part of it, or an export that was cut short.

    Raises:
        LedgerError: with how long both are.

    """
    if in_use is None or in_use.source == str(settings.simulated_ledger):
        return
    is_same = in_use.source == str(inspection.file.path)
    kept = _KEPT_BY_SAME if is_same else _KEPT_BY_OTHER
    figures = inspection.figures
    if figures.lines >= kept * in_use.lines:
        return
    days = f" from {figures.first:%Y-%m-%d} to {figures.last:%Y-%m-%d}" if figures.first and figures.last else ""
    before = "before it had" if is_same else f"the ledger in use, {in_use.source}, has"
    raise LedgerError(
        f"{inspection.file.path} has {figures.lines:,} lines{days}; {before} {in_use.lines:,}. It would take the "
        "place of them all, and what is missing would be lost.\n"
        "Is it a part of the ledger? Put all parts into a folder and name that. Is it right as it is? "
        "Go on with --yes."
    )


def _accepted(inspection: Inspection) -> Profile:
    """The profile, that says what was accepted so that the next night does not ask again."""
    profile, stopping = inspection.profile, inspection.stopping
    lost = max((doubt.weight for doubt in stopping if doubt.is_loss), default=0.0)
    settings = (setting for doubt in stopping if not doubt.is_loss for setting in settings_of(doubt))
    accepted = dict.fromkeys((*profile.accepted, *(f"{part}.{field}" for part, field in settings)))
    tolerated = max(profile.tolerated, min(1.0, round(1.1 * lost, 4)))
    return profile.model_copy(update={"tolerated": tolerated, "accepted": tuple(accepted)})


def understanding_of(load: Load | None, settings: Settings) -> Understanding:
    """How the lines of a load are cleaned; those of before profiles were all of one kind."""
    profile = Profile.model_validate_json(load.profile) if load and load.profile else online_retail()
    return Understanding(profile.overridden_by(settings.profile), settings.cleaning, today(settings))
