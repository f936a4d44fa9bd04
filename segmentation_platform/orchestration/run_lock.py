"""One run at a time on a database, whoever began it: the command line, the web server, a schedule."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import dagster as dg

from segmentation_platform.orchestration.workers import TAG, this_worker
from segmentation_platform.warehouse.database import Database

IN_PROCESSES = {"segmentation/steps": "processes"}
"""Tags of a job whose steps are processes of their own, which share the lock of their run."""

_held: dict[str, tuple[ExitStack, int]] = {}
"""By run, in this process: the lock, and how many resources asked for it."""


@contextmanager
def hold_run_lock(context: dg.InitResourceContext, database: Database) -> Iterator[None]:
    """Hold the database's lock for a run, and say on the run which process works on it.

    A resource is opened once for every one that is built on it; the lock is taken by the first of them.
    """
    assert context.run is not None  # noqa: S101 - asked by the caller
    run_id = context.run.run_id
    stack, holders = _held.get(run_id, (None, 0))
    if stack is None:
        stack = _begin(context, database)
    _held[run_id] = (stack, holders + 1)
    try:
        yield
    finally:
        stack, holders = _held.pop(run_id)
        if holders > 1:
            _held[run_id] = (stack, holders - 1)
        else:
            stack.close()


def _begin(context: dg.InitResourceContext, database: Database) -> ExitStack:
    assert context.run is not None  # noqa: S101 - asked by the caller
    if context.instance is not None and not context.instance.is_ephemeral:
        context.instance.add_run_tags(context.run.run_id, {TAG: this_worker()})
    lock = database.shared if context.run.tags.items() >= IN_PROCESSES.items() else database.exclusive
    stack = ExitStack()
    stack.enter_context(lock(lambda: _say_that_it_waits(context)))
    return stack


def _say_that_it_waits(context: dg.InitResourceContext) -> None:
    if context.log is not None:
        context.log.warning("Another refresh is at work on this database; this one begins when it has ended …")
