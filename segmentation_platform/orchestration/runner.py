"""Run the refresh from the command line, in this process, with its events told as they happen."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from segmentation_platform.definitions import build_definitions
from segmentation_platform.orchestration.request import Request
from segmentation_platform.settings import Settings

JOB = "refresh"

_KNOWN_ERRORS = {"DatabaseError", "EmbeddedPostgresError", "LedgerError", "SegmentationError", "SnapshotError"}
"""Errors whose message says all that there is to say."""

_INSTANCE = """\
# Written by segmentation-platform; Dagster keeps runs, events and schedules in SQLite beside this file.
telemetry:
  enabled: false
nux:
  enabled: false
"""

_WORKSPACE = """\
load_from:
  - python_module:
      module_name: segmentation_platform.definitions
      location_name: segmentation_platform
"""


@dataclass(frozen=True)
class TableMade:
    """A table, model or snapshot is there.

    Attributes:
        name: of the asset
        rows: of the table; None where there are none to count
        seconds: since the step began, or since its previous table
        note: what is worth saying of it; may be empty

    """

    name: str
    rows: int | None
    seconds: float
    note: str


@dataclass(frozen=True)
class StepBegun:
    """A step begins; its name is that of an asset or of a check."""

    name: str


@dataclass(frozen=True)
class CheckMade:
    """A check was evaluated."""

    asset: str
    name: str
    passed: bool
    blocking: bool
    description: str


@dataclass(frozen=True)
class Said:
    """A step says how far it is."""

    words: str


Progress = Said | TableMade | StepBegun | CheckMade


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        run_id: of the Dagster run
        succeeded: whether a snapshot was published
        is_bad_input: whether the ledger, or a date, was what could not be used
        cause: the first thing that failed, in words
        not_made: assets that were not made because of it

    """

    run_id: str
    succeeded: bool
    is_bad_input: bool = False
    cause: str = ""
    not_made: tuple[str, ...] = ()


def open_instance(home: Path) -> dg.DagsterInstance:
    """Dagster's own storage below a folder, made with its configuration at the first call."""
    home.mkdir(parents=True, exist_ok=True)
    for name, text in (("dagster.yaml", _INSTANCE), ("workspace.yaml", _WORKSPACE)):
        if not (home / name).exists():
            (home / name).write_text(text)
    return dg.DagsterInstance.from_config(str(home))


def refresh(settings: Settings, request: Request, tell: Callable[[Progress], None]) -> Outcome:
    """Materialize every asset in the order of the flow.

    Args:
        settings: of the platform
        request: what is asked of the run
        tell: is called with every step, table and check

    """
    job = build_definitions(settings).resolve_job_def(JOB)
    run_id = str(uuid.uuid4())
    with open_instance(settings.dagster_home) as instance:
        instance.add_event_listener(run_id, _Teller(tell))
        result = job.execute_in_process(
            run_config=_config(request), instance=instance, run_id=run_id, raise_on_error=False
        )
    if result.success:
        return Outcome(run_id, succeeded=True)
    return _failure(
        run_id, result.all_events, {key.to_user_string() for key in job.asset_layer.executable_asset_keys}
    )


def _config(request: Request) -> dict[str, object]:
    return {
        "ops": {
            "raw_sales": {"config": {"sales": request.sales}},
            "segment_model": {"config": {"choose_anew": request.choose_anew}},
        },
        "resources": {"reporting_date": {"config": {"as_of": request.as_of}}},
        # The terminal shows progress in its own words.
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }


class _Teller:
    """Turns Dagster's events into progress."""

    def __init__(self, tell: Callable[[Progress], None]) -> None:
        self._tell = tell
        self._since: dict[str, float] = {}

    def __call__(self, entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            self._tell(Said(entry.user_message))
            return
        if event.step_key is None:
            return
        if event.event_type == dg.DagsterEventType.STEP_START:
            self._since[event.step_key] = entry.timestamp
            self._tell(StepBegun(event.step_key))
        elif event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION and event.asset_key:
            seconds = entry.timestamp - self._since[event.step_key]
            self._since[event.step_key] = entry.timestamp
            metadata = event.step_materialization_data.materialization.metadata
            rows, note = metadata.get("dagster/row_count"), metadata.get("summary")
            count = int(str(rows.value)) if rows else None
            self._tell(TableMade(event.asset_key.path[-1], count, seconds, str(note.value) if note else ""))
        elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.asset_check_evaluation_data
            self._tell(
                CheckMade(
                    check.asset_key.path[-1],
                    check.check_name,
                    check.passed,
                    is_blocking(check),
                    check.description or "",
                )
            )


def is_blocking(check: dg.AssetCheckEvaluation) -> bool:
    """Whether the check keeps a snapshot from being published; others only warn."""
    return check.severity == dg.AssetCheckSeverity.ERROR


def _failure(run_id: str, events: Iterable[dg.DagsterEvent], assets: set[str]) -> Outcome:
    events = list(events)
    made = {event.asset_key.path[-1] for event in events if event.is_step_materialization and event.asset_key}
    not_made = tuple(sorted(assets - made))
    for event in events:
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.asset_check_evaluation_data
            if not check.passed and is_blocking(check):
                words = f"Check {check.check_name} on {check.asset_key.path[-1]} failed: {check.description}"
                return Outcome(run_id, succeeded=False, cause=words, not_made=not_made)
        if event.is_step_failure:
            return _step_failure(run_id, event, not_made)
    return Outcome(run_id, succeeded=False, cause="The run failed before its first step.", not_made=not_made)


def _step_failure(run_id: str, event: dg.DagsterEvent, not_made: tuple[str, ...]) -> Outcome:
    data = event.step_failure_data
    if data.error_source is not None and data.error_source.name == "INTERRUPT":
        return Outcome(run_id, succeeded=False, cause="Stopped. Nothing was published.", not_made=not_made)
    said = data.user_failure_data
    if said is not None:
        return Outcome(run_id, False, "category" in said.metadata, said.description or "", not_made)
    cause = f"{event.step_key} failed: {_reason(data.error)}"
    return Outcome(run_id, succeeded=False, cause=cause, not_made=not_made)


def _reason(error: SerializableErrorInfo | None) -> str:
    """What a known error says; of others the first cause, with its class."""
    words: str = "no reason was given"
    while error is not None:
        words = error.message.strip()
        if error.cls_name in _KNOWN_ERRORS:
            return words.partition(": ")[2] or words
        error = error.cause
    return words
