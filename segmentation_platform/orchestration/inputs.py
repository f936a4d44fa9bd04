"""Which ledger and playbook a run works on, and the fingerprint of all that a snapshot depends on."""

import hashlib
import json
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from segmentation_platform.campaigns import CampaignError, Playbook, built_in_playbook, read_playbook
from segmentation_platform.ledger.files import LedgerFile, identify, is_there
from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop, write_parquet
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import loads, segment_models, snapshots
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.loads import Load

_CODE = (".py", ".sql", ".toml")
_COMPUTES_NO_TABLE = {"alerts", "app", "cli", "client", "reporting"}


def find_ledger(named: str, settings: Settings, database: Database) -> LedgerFile | Load:
    """The ledger to work on.

    The file that is named wins; then the one of the settings; then the one that the served snapshot is of, which
    may have changed since; then, if that file is gone, what was loaded from it; then the simulated shop's.

    Args:
        named: path given for this run, may be empty
        settings: of the platform
        database: where loads and snapshots are registered

    Raises:
        LedgerError: when the file can't be used.

    """
    path = named or settings.ledger.sales or snapshots.served_source(database)
    if path and not (named or settings.ledger.sales) and not is_there(Path(path)):
        loaded = loads.load_from(database, path)
        if loaded is not None:
            return loaded
    return identify(Path(path) if path else simulated_ledger(settings))


def is_simulated(named: str, settings: Settings, database: Database) -> bool:
    """Whether `find_ledger` comes down to the simulated shop."""
    return not (named or settings.ledger.sales or snapshots.served_source(database))


def simulated_ledger(settings: Settings) -> Path:
    """The simulated shop's ledger, made at the first call."""
    path = settings.simulated_ledger
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        plan = ShopPlan(lines=settings.simulation.lines, seed=settings.simulation.seed)
        write_parquet(SimulatedShop(plan), path)
    return path


def playbook(settings: Settings) -> Playbook:
    """The playbook that campaigns are planned by.

    Raises:
        CampaignError: when it can't be used.

    """
    path = settings.campaigns.playbook_file()
    if path is None:
        return built_in_playbook()
    try:
        return read_playbook(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CampaignError(f"The playbook {path} can't be read: {error}.") from None
    except CampaignError as error:
        raise CampaignError(f"{path}: {error}") from None


def is_published(database: Database, ledger: LedgerFile | Load, as_of: str, settings: Settings) -> bool:
    """Whether the served snapshot is of this ledger, reporting date, rules and code: a run would change nothing."""
    current = loads.current_load(database)
    if current is None or current.sha256 != ledger.sha256:
        return False
    return snapshots.served_inputs(database) == fingerprint(current, as_of, settings, database)


def fingerprint(load: Load, as_of: str, settings: Settings, database: Database) -> str:
    """A hash of everything that the tables depend on: ledger, reporting date, rules, code, promotions by hand.

    Equal fingerprints mean that a run would publish the same tables again.
    """
    rules = settings.model_dump(
        mode="json",
        include={"cleaning", "profile", "customers", "segmentation", "recommendations", "insights", "campaigns"},
    )
    rules["campaigns"]["playbook"] = playbook(settings).model_dump(mode="json")
    by_hand = segment_models.promotions_by_hand(database, load.source)
    document = json.dumps([load.sha256, load.profile, as_of, rules, _code_hash(), by_hand], sort_keys=True)
    return hashlib.sha256(document.encode()).hexdigest()


@lru_cache(maxsize=1)
def _code_hash() -> str:
    return code_hash(files("segmentation_platform"))


def code_hash(package: Traversable) -> str:
    """A hash of the sources that compute tables; those that only show, tell or ask are left out.

    A package that is not named among those counts: better computed once too often than not again.
    """
    digest = hashlib.sha256()
    for name, content in sorted(_sources(package, "")):
        if name.split("/")[1] not in _COMPUTES_NO_TABLE:
            digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


def _sources(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        name = f"{prefix}/{entry.name}"
        if entry.is_dir():
            found += _sources(entry, name)
        elif entry.name.endswith(_CODE):
            found.append((name, entry.read_bytes()))
    return found
