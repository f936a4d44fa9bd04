"""Run the refresh from the command line, in this process, with its events told as they happen."""

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import dagster as dg

from segmentation_platform.orchestration import jobs
from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.orchestration.instance import open_instance
from segmentation_platform.orchestration.run_outcome import RunOutcome, is_blocking, outcome_of
from segmentation_platform.orchestration.run_request import RunRequest
from segmentation_platform.settings import Settings

_QUIET = {"console": {"config": {"log_level": "CRITICAL"}}}
"""The terminal shows progress in its own words."""

_BY_HAND = {"dagster/max_retries": "0"}
"""Who types a command sees it fail, and runs it again."""


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
    """A step says how far it is, or what is to be known.

    Attributes:
        words: what it says
        is_warning: whether they are to stay in sight

    """

    words: str
    is_warning: bool


Progress = Said | TableMade | StepBegun | CheckMade


def refresh(settings: Settings, request: RunRequest, tell: Callable[[Progress], None]) -> RunOutcome:
    """Materialize every asset in the order of the flow.

    Args:
        settings: of the platform
        request: what is asked of the run
        tell: is called with every step, table and check

    """
    return _run(settings, jobs.refresh.name, _config(request), _Teller(tell))


def make_report(settings: Settings, tell: Callable[[Progress], None]) -> RunOutcome:
    """Make only the report of the served snapshot."""
    return _run(settings, jobs.make_report.name, {"loggers": _QUIET}, _Teller(tell))


def tidy_up(settings: Settings, tell: Callable[[Mapping[str, float]], None]) -> RunOutcome:
    """Drop what is old.

    Args:
        settings: of the platform
        tell: is called with what was dropped and what is left

    """

    def listen(entry: dg.EventLogEntry) -> None:
        if entry.asset_materialization is not None:
            numbers = {name: found.value for name, found in entry.asset_materialization.metadata.items()}
            tell({name: value for name, value in numbers.items() if isinstance(value, int | float)})

    return _run(settings, jobs.tidy_up.name, {"loggers": _QUIET}, listen)


def _run(
    settings: Settings, name: str, config: dict[str, object], listen: Callable[[dg.EventLogEntry], None]
) -> RunOutcome:
    job = build_definitions(settings).resolve_job_def(name)
    run_id = str(uuid.uuid4())
    with open_instance(settings.dagster_home) as instance:
        instance.add_event_listener(run_id, listen)
        result = job.execute_in_process(
            run_config=config, instance=instance, run_id=run_id, raise_on_error=False, tags=_BY_HAND
        )
    if result.success:
        return RunOutcome(run_id, succeeded=True)
    planned = {key.to_user_string() for key in job.asset_layer.executable_asset_keys}
    return outcome_of(run_id, result.all_events, planned)


def _config(request: RunRequest) -> dict[str, object]:
    return {
        "ops": {
            "raw_sales": {
                "config": {
                    "sales": request.sales,
                    "ledger": request.ledger,
                    "relation": request.relation,
                    "profile": request.profile,
                    "doubts": request.doubts,
                    "accepts_doubts": request.accepts_doubts,
                }
            },
            "segment_model": {"config": {"choose_model": request.choose_model}},
        },
        "resources": {"reporting_date": {"config": {"as_of": request.as_of}}},
        "loggers": _QUIET,
    }


class _Teller:
    """Turns Dagster's events into progress."""

    def __init__(self, tell: Callable[[Progress], None]) -> None:
        self._tell = tell
        self._since: dict[str, float] = {}

    def __call__(self, entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            # Errors are told once, as the cause at the end; Dagster adds one for every step that could not follow.
            if int(entry.level) < logging.ERROR:
                self._tell(Said(entry.user_message, int(entry.level) >= logging.WARNING))
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
