"""Whether the platform does its work: the stores answer, the daemon beats, the snapshot is not late."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import dagster as dg

from segmentation_platform.settings import ScheduleSettings
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.snapshots import served_snapshot

_BEAT = timedelta(minutes=5)


@dataclass(frozen=True)
class Part:
    """How one part is.

    Attributes:
        name: of the part
        is_well: whether it does its work
        words: how it is

    """

    name: str
    is_well: bool
    words: str


def health(database: Database, instance: dg.DagsterInstance, schedule: ScheduleSettings) -> list[Part]:
    """How every part is; one that can't be asked is not well."""
    now = datetime.now(UTC)
    looks: dict[str, Callable[[], Part]] = {
        "snapshot": lambda: _snapshot(database, schedule, now),
        "dagster": lambda: _dagster(instance),
        "daemon": lambda: _daemon(instance, now),
    }
    return [_look(name, look) for name, look in looks.items()]


def _look(name: str, look: Callable[[], Part]) -> Part:
    try:
        return look()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is to be told
        return Part(name, is_well=False, words=f"can't be asked: {type(error).__name__}")


def _snapshot(database: Database, schedule: ScheduleSettings, now: datetime) -> Part:
    snapshot = served_snapshot(database)
    if snapshot is None:
        return Part("snapshot", is_well=False, words="nothing is published yet")
    published = snapshot.published_at.replace(tzinfo=UTC)
    words = f"snapshot {snapshot.snapshot_id}, as of {snapshot.as_of}, published {published:%Y-%m-%d %H:%M} UTC"
    due = schedule.last_due(now - timedelta(minutes=schedule.late_minutes))
    is_late = schedule.running and published < due
    if is_late:
        words += f"; the one due on {due:%Y-%m-%d %H:%M %Z} is not there"
    return Part("snapshot", not is_late, words)


def _dagster(instance: dg.DagsterInstance) -> Part:
    waiting = instance.get_runs_count(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED]))
    return Part("dagster", is_well=True, words=f"its storage answers; {waiting} runs wait")


def _daemon(instance: dg.DagsterInstance, now: datetime) -> Part:
    beats = [beat.timestamp for beat in instance.get_daemon_heartbeats().values()]
    if not beats:
        return Part("daemon", is_well=False, words="was never here: schedules and sensors don't run")
    last = datetime.fromtimestamp(max(beats), UTC)
    return Part("daemon", now - last < _BEAT, f"last heard of {last:%Y-%m-%d %H:%M:%S} UTC")
