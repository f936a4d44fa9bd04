"""One fault at one step of one run, with readers reading, and what came of it."""

import random
import time
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import psycopg
from sqlalchemy.exc import DBAPIError

from benchmarks.faults.faults import Fault
from benchmarks.faults.platform import LocalPlatform
from benchmarks.faults.reader import Reader
from segmentation_platform.contracts import RawSales
from segmentation_platform.ledger_store import StorePlace
from segmentation_platform.warehouse.database import Database, DatabaseError
from segmentation_platform.warehouse.ledger_lines import LedgerLines
from segmentation_platform.warehouse.loads import all_ledgers, ledger_in_use
from segmentation_platform.warehouse.snapshots import served_snapshot

_STEP_SECONDS = 300
_RECOVERY_SECONDS = 300
_READERS = 4


@dataclass(frozen=True)
class CustomerTrial:
    """What came of a fault.

    Attributes:
        fault: its name
        step: at which it struck
        struck: whether the run was still at work then
        recovered: "by itself" where the platform published without anybody's doing, "next run" where it was asked
        seconds: from the fault to the new snapshot
        reads: answers that readers had during all of it
        problems: what readers saw that was not one whole snapshot, lines that were lost or doubled; must be empty

    """

    fault: str
    step: str
    struck: bool
    recovered: str
    seconds: float
    reads: int
    problems: tuple[str, ...]


def steps(platform: LocalPlatform) -> list[str]:
    """The steps of the last run that made assets, in their order."""
    run = platform.instance.get_runs(dg.RunsFilter(job_name="refresh"), limit=1)[0]
    events = platform.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    return list(dict.fromkeys(str(event.step_key) for event in events))


def publish_once(platform: LocalPlatform) -> None:
    """A first snapshot, so that there is something to read."""
    platform.launch()
    _wait_for_newer(platform.runner, 0, _RECOVERY_SECONDS)
    _wait_for_quiet(platform.instance)


def trial(platform: LocalPlatform, fault: Fault, step: str) -> CustomerTrial:
    """Strike a run at a step, and see."""
    lines = platform.write_ledger()
    before = _served(platform.runner)
    with Reader(platform.reader) as one, Reader(platform.reader) as other:
        run_id = platform.launch()
        _wait_for_step(platform.instance, run_id, step)
        time.sleep(random.uniform(0, 0.3))  # noqa: S311 - anywhere within the step
        run = platform.instance.get_run_by_id(run_id)
        struck = run is not None and not run.is_finished
        began = time.monotonic()
        fault.strike(platform, run_id)
        recovered = "by itself"
        if not _wait_for_newer(platform.runner, before, _RECOVERY_SECONDS):
            platform.launch()
            recovered = "next run" if _wait_for_newer(platform.runner, before, _RECOVERY_SECONDS) else "not at all"
        seconds = time.monotonic() - began
        _wait_for_quiet(platform.instance)
    problems = [*one.broken, *other.broken, *_lost_or_doubled(platform.runner, platform.home, lines)]
    return CustomerTrial(fault.name, step, struck, recovered, seconds, one.reads + other.reads, tuple(problems))


def _served(database: Database) -> int:
    try:
        snapshot = served_snapshot(database)
    except (psycopg.Error, DatabaseError):
        return 0
    return 0 if snapshot is None else snapshot.snapshot_id


def _wait_for_newer(database: Database, before: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if _served(database) > before:
            return True
        time.sleep(0.5)
    return False


def _wait_for_step(instance: dg.DagsterInstance, run_id: str, step: str) -> None:
    deadline = time.monotonic() + _STEP_SECONDS
    while time.monotonic() < deadline:
        begun = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_START)
        if step in {event.step_key for event in begun}:
            return
        time.sleep(0.05)
    raise TimeoutError(f"{step} did not begin within {_STEP_SECONDS} s")


def _wait_for_quiet(instance: dg.DagsterInstance) -> None:
    """Wait until no run is at work or waits, so that the next trial is of its own run."""
    at_work = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    )
    deadline = time.monotonic() + _RECOVERY_SECONDS
    while time.monotonic() < deadline:
        try:
            if instance.get_runs_count(at_work) == 0:
                return
        except DBAPIError:  # the pool still holds a connection of before the fault
            pass
        time.sleep(0.5)
    raise TimeoutError("runs did not come to an end")


def _lost_or_doubled(database: Database, home: Path, lines: int) -> list[str]:
    """What is wrong with the ledger's lines: as many as in the file, each in one place, in one load."""
    with database.connect() as connection:
        counts = connection.execute(
            "SELECT (SELECT count(*) FROM warehouse.rejected_sales),"
            " (SELECT count(*) - count(DISTINCT sha256) FROM warehouse.loads),"
            " (SELECT count(*) FROM snapshots.snapshots AS s WHERE customers <>"
            "  (SELECT count(*) FROM snapshots.customer_segments AS c WHERE c.snapshot_id = s.snapshot_id))"
        ).fetchone()
    assert counts is not None
    rejected, repeated, torn = (int(str(count)) for count in counts)
    stored = LedgerLines(database, StorePlace(str(home / "ledger")))
    ledger = ledger_in_use(database)
    registered = {load.load_id for load, _ in all_ledgers(database)}
    raw = stored.raw(ledger.load_ids if ledger else ()).reader().read_all().num_rows
    clean = stored.clean().reader().read_all().num_rows
    orphans = sum(file.rows for file in stored.files(RawSales) if int(file.part) not in registered)
    found = {
        f"{raw} raw lines of {lines}": raw != lines,
        f"{clean} clean + {rejected} rejected lines of {lines}": clean + rejected != lines,
        f"{repeated} contents loaded twice": repeated > 0,
        f"{orphans} raw lines of no load": orphans > 0,
        f"{torn} snapshots that are not whole": torn > 0,
    }
    return [words for words, is_wrong in found.items() if is_wrong]
