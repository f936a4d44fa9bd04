"""The sensor that starts a run when a ledger's files have changed: new ones, other contents, late days."""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg

from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.files import LedgerFile, files_of, identify
from segmentation_platform.orchestration import jobs
from segmentation_platform.orchestration.asked import SIMULATED, ledger_name
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.settings import Settings
from segmentation_platform.sources.addresses import is_address
from segmentation_platform.warehouse import loads
from segmentation_platform.warehouse.database import Database

# As the other sensors.
_log = logging.getLogger("dagster.segmentation_platform")
_STATES = {
    True: dg.DefaultSensorStatus.RUNNING,
    False: dg.DefaultSensorStatus.STOPPED,
}
Files = Mapping[str, tuple[int, int]]
"""Size and time of change, ns since the epoch, by path."""


@dataclass(frozen=True)
class Seen:
    """What earlier looks saw.

    Attributes:
        last: files at the last look
        taken: files as they were when it was last decided what they bring

    """

    last: Files = field(default_factory=dict)
    taken: Files = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str | None) -> "Seen":
        """As `to_json` wrote it; nothing before the first look."""
        document = json.loads(text or "{}")
        return cls(*({path: tuple(is_now) for path, is_now in document.get(key, {}).items()} for key in _KEYS))

    def to_json(self) -> str:
        """As the sensor's cursor keeps it."""
        return json.dumps(dict(zip(_KEYS, (dict(self.last), dict(self.taken)), strict=True)))


_KEYS = ("last", "taken")


@dataclass(frozen=True)
class Look:
    """What a look at the files tells.

    Attributes:
        to_read: files that are not as they were taken, in order
        in_writing: of these, those that have changed since the last look, or are empty
        gone: paths that were taken and are not there any more

    """

    to_read: list[str]
    in_writing: list[str]
    gone: list[str]


def look(now: Files, seen: Seen) -> Look:
    """Compare files with those of earlier looks; one that is still being written differs from look to look."""
    to_read = sorted(path for path, is_now in now.items() if seen.taken.get(path) != is_now)
    in_writing = [path for path in to_read if seen.last.get(path) != now[path] or now[path][0] == 0]
    return Look(to_read, in_writing, sorted(seen.taken.keys() - now.keys()))


def new_files(settings: Settings) -> dg.SensorDefinition:
    """The sensor on the ledger's files; on where the schedule is."""

    @dg.sensor(
        name="new_files",
        description="Start a run when the ledger's files have changed, once they are written to their end.",
        job=jobs.refresh,
        minimum_interval_seconds=60,
        default_status=_STATES[settings.schedule.running],
    )
    def watch(
        context: dg.SensorEvaluationContext, warehouse: WarehouseResource, settings: dg.ResourceParam[Settings]
    ) -> dg.RunRequest | dg.SkipReason:
        database, seen = warehouse.database(), Seen.from_json(context.cursor)
        origins = _origins(settings, database)
        if not origins:
            return dg.SkipReason("No ledger is named: [ledger] sales, or a run with --sales.")
        if all(map(is_address, origins)):
            return dg.SkipReason("The ledger is at an address, which the nightly run asks.")
        now = _files(origins)
        found = look(now, seen)
        for path in found.gone:
            _log.warning(f"{path} is gone; the lines that were loaded of it are used on.")
        if found.in_writing:
            kept = {path: seen.taken[path] for path in seen.taken if path not in found.gone}
            context.update_cursor(Seen(now, kept).to_json())
            return dg.SkipReason(f"Still being written: {', '.join(found.in_writing)}.")
        context.update_cursor(Seen(now, now).to_json())
        try:
            batch = _unknown([identify(Path(path)) for path in found.to_read], settings, database)
        except LedgerError as error:
            context.update_cursor(Seen(now, seen.taken).to_json())
            return dg.SkipReason(str(error))
        if not batch:
            return dg.SkipReason(f"Nothing new in {len(now):,} files.")
        _log.info(f"New or changed: {', '.join(file.source for file in batch)}")
        return dg.RunRequest(run_key=_key(batch), tags={"segmentation_platform/files": str(len(batch))})

    return watch


def _origins(settings: Settings, database: Database) -> tuple[str, ...]:
    if settings.ledger.sales:
        return (settings.ledger.sales,)
    ledger = loads.ledger_named(database, ledger_name("", "", settings, database))
    return ledger.origins if ledger and ledger.name != SIMULATED else ()


def _files(origins: Iterable[str]) -> Files:
    found: dict[str, tuple[int, int]] = {}
    for origin in origins:
        try:
            paths = files_of(Path(origin))
        except LedgerError:
            continue  # not there yet, or gone
        for path in paths:
            try:
                is_now = path.stat()
            except FileNotFoundError:
                continue  # went away just now
            found[str(path)] = (is_now.st_size, is_now.st_mtime_ns)
    return found


def _unknown(files: Iterable[LedgerFile], settings: Settings, database: Database) -> list[LedgerFile]:
    """The files whose content the ledger does not have."""
    ledger = loads.ledger_named(database, ledger_name("", "", settings, database))
    known = {load.sha256 for load in ledger.loads} if ledger else set()
    return [file for file in files if file.sha256 not in known]


def _key(batch: list[LedgerFile]) -> str:
    """The same for the same contents: what was asked for once is not asked for again."""
    names = "\n".join(f"{file.source} {file.sha256}" for file in batch)
    return hashlib.sha256(names.encode()).hexdigest()
