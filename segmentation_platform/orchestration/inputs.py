"""Which playbook a run works on, and the fingerprint of all that a snapshot depends on."""

import hashlib
import json
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from segmentation_platform.campaigns import CampaignError, Playbook, built_in_playbook, read_playbook
from segmentation_platform.orchestration.asked import LedgerAsked
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse import loads, segment_models, snapshots
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.loads import Ledger

_CODE = (".py", ".sql", ".toml")
_COMPUTES_NO_TABLE = {"alerts", "app", "cli", "client", "reporting"}


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


def is_published(database: Database, asked: LedgerAsked, as_of: str, settings: Settings) -> bool:
    """Whether the served snapshot is of this ledger, reporting date, rules and code: a run would change nothing."""
    ledger = loads.ledger_in_use(database)
    if ledger is None or ledger.name != asked.name or not asked.increment(list(ledger.loads)).is_nothing:
        return False
    return is_served(database, ledger, as_of, settings)


def is_served(database: Database, ledger: Ledger, as_of: str, settings: Settings) -> bool:
    """Whether the served snapshot is of these lines, reporting date, rules and code."""
    return snapshots.served_inputs(database) == fingerprint(ledger, as_of, settings, database)


def fingerprint(ledger: Ledger, as_of: str, settings: Settings, database: Database) -> str:
    """A hash of everything that the tables depend on: ledger, reporting date, rules, code, promotions by hand.

    Equal fingerprints mean that a run would publish the same tables again.
    """
    rules = settings.model_dump(
        mode="json",
        include={"cleaning", "profile", "customers", "segmentation", "recommendations", "insights", "campaigns"},
    )
    rules["campaigns"]["playbook"] = playbook(settings).model_dump(mode="json")
    by_hand = segment_models.promotions_by_hand(database, ledger.name)
    content = [ledger.name, ledger.sha256, ledger.profile]
    document = json.dumps([*content, as_of, rules, package_hash(), by_hand], sort_keys=True)
    return hashlib.sha256(document.encode()).hexdigest()


@lru_cache(maxsize=1)
def package_hash() -> str:
    """`code_hash` of this package."""
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
