"""How a run ended: the cause first, which Dagster's own page buries under what depended on it."""

from collections.abc import Iterable
from dataclasses import dataclass

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from segmentation_platform.errors import class_names
from segmentation_platform.orchestration.bad_input import is_bad_input


@dataclass(frozen=True)
class RunOutcome:
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


def outcome_of(run_id: str, events: Iterable[dg.DagsterEvent], planned: set[str]) -> RunOutcome:
    """How a run that failed ended.

    Args:
        run_id: of the run
        events: of the run, in the order in which they happened
        planned: names of the assets that it was to make

    """
    events = list(events)
    made = {event.asset_key.path[-1] for event in events if event.is_step_materialization and event.asset_key}
    not_made = tuple(sorted(planned - made))
    for event in events:
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.asset_check_evaluation_data
            if not check.passed and is_blocking(check):
                words = f"Check {check.check_name} on {check.asset_key.path[-1]} failed: {check.description}"
                return RunOutcome(run_id, succeeded=False, cause=words, not_made=not_made)
        if event.is_step_failure:
            return _step_failure(run_id, event, not_made)
    return RunOutcome(run_id, succeeded=False, cause=_without_a_step(events), not_made=not_made)


def is_blocking(check: dg.AssetCheckEvaluation) -> bool:
    """Whether the check keeps a snapshot from being published; others only warn."""
    return check.severity == dg.AssetCheckSeverity.ERROR


def _without_a_step(events: list[dg.DagsterEvent]) -> str:
    """What is known of a run that ended without a step that failed: its process or its code was gone."""
    words = [event.message for event in events if event.is_job_failure and event.message]
    return words[-1] if words else "The run failed before its first step."


def _step_failure(run_id: str, event: dg.DagsterEvent, not_made: tuple[str, ...]) -> RunOutcome:
    data = event.step_failure_data
    if data.error_source is not None and data.error_source.name == "INTERRUPT":
        return RunOutcome(run_id, succeeded=False, cause="Stopped. Nothing was published.", not_made=not_made)
    said = data.user_failure_data
    if said is not None:
        return RunOutcome(run_id, False, is_bad_input(said.metadata), said.description or "", not_made)
    cause = f"{event.step_key} failed: {_reason(data.error)}"
    return RunOutcome(run_id, succeeded=False, cause=cause, not_made=not_made)


def _reason(error: SerializableErrorInfo | None) -> str:
    """What an error of the platform says; of others the first cause, with its class."""
    words: str = "no reason was given"
    known = class_names()
    while error is not None:
        words = error.message.strip()
        if error.cls_name in known:
            return words.partition(": ")[2] or words
        error = error.cause
    return words
