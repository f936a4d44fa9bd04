"""Whether the cleaned ledger can be changed in place for what is new, and doing so."""

import hashlib
import json
from dataclasses import dataclass
from typing import Final

from segmentation_platform.engine import Engine
from segmentation_platform.ledger.clean import Understanding
from segmentation_platform.ledger.patch import ChangedLoads, CleanedBefore, cleaned_patch
from segmentation_platform.ledger.plausible import check_plausible
from segmentation_platform.orchestration.inputs import package_hash
from segmentation_platform.warehouse import cleaning
from segmentation_platform.warehouse.cleaning import Cleaned
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.ledger_lines import LedgerLines
from segmentation_platform.warehouse.loads import Ledger

_MUCH: Final = 0.3
"""Share of the lines above which cleaning them apart is no quicker than cleaning all."""
_ONLY_TOLD: Final = {"preset", "file", "tolerated", "accepted"}
"""What of a profile says nothing to cleaning."""


def rules_of(understanding: Understanding) -> str:
    """A hash of all that cleaning goes by but the day."""
    profile = understanding.profile.model_dump(mode="json", exclude=_ONLY_TOLD)
    document = [profile, understanding.rules.model_dump(mode="json"), package_hash()]
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Change:
    """What is to be cleaned anew of a cleaned ledger.

    Attributes:
        ledger_name: of the ledger
        before: what it was cleaned from
        loads: that are new and gone

    """

    ledger_name: str
    before: Cleaned
    loads: ChangedLoads


def change_of(database: Database, ledger: Ledger, understanding: Understanding) -> Change | None:
    """What is new or gone since the ledger was cleaned; None where it has to be cleaned whole."""
    before = cleaning.read_cleaned(database, ledger.name)
    if before is None or before.rules != rules_of(understanding) or not understanding.profile.has("invoice"):
        return None
    cleaned = set(before.ground.loads)
    new, gone = ledger.load_ids - cleaned, cleaned - ledger.load_ids
    new_lines = sum(load.lines for load in ledger.loads if load.load_id in new)
    gone_lines = sum(sum(before.ground.loads[load_id].countries.values()) for load_id in gone)
    if not (new or gone) or new_lines + gone_lines > _MUCH * ledger.lines:
        return None
    return Change(
        ledger.name, before, ChangedLoads(frozenset(new), frozenset(gone), frozenset(ledger.load_ids & cleaned))
    )


def clean_change(lines: LedgerLines, engine: Engine, change: Change, understanding: Understanding) -> bool:
    """Change the cleaned ledger in place; False where it has to be cleaned whole after all.

    Raises:
        LedgerError: when too much of the orders can't be read or is rejected; nothing is changed then.

    """
    before = CleanedBefore(lines.raw(change.loads.all), lines.clean(), change.loads, change.before.ground)
    with cleaned_patch(engine, before, understanding) as patch:
        if patch is None:
            return False
        check_plausible(patch.reasons, patch.lines, understanding.profile.tolerated)
        made_from = Cleaned(rules_of(understanding), patch.ground)
        cleaning.apply_patch(lines, patch, change.loads.gone, made_from, change.ledger_name)
    return True
