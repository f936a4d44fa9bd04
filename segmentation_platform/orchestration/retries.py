"""Failures that are not the data's fault, and go away by themselves or by an administrator's hand: tried again."""

import errno

import dagster as dg

from segmentation_platform.engine import NO_ROOM
from segmentation_platform.ledger_store import StoreUnavailableError
from segmentation_platform.warehouse.availability import is_unavailable

_RETRY = {"dagster/retry_on_asset_or_op_failure": "true"}
_FULL_OR_GONE = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ESTALE}


@dg.failure_hook(name="retry_infrastructure")
def retry_infrastructure(context: dg.HookContext) -> None:
    """Let Dagster try the run again, though a step failed: a database, a disk or a connection was gone.

    Dagster by itself (`run_retries` in dagster.yaml) tries again only runs whose process was lost.
    """
    error = context.op_exception
    if error is not None and is_infrastructure(error):
        context.instance.add_run_tags(context.run_id, _RETRY)
        context.log.warning("Not the data's fault: a database, a disk or a connection was gone.")


def is_infrastructure(error: BaseException) -> bool:
    """Whether an error, or what it came from, is of the machines and not of the data or the code."""
    seen: BaseException | None = error
    while seen is not None:
        if is_unavailable(seen) or isinstance(seen, StoreUnavailableError) or _is_of_the_system(seen):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _is_of_the_system(error: BaseException) -> bool:
    if isinstance(error, (ConnectionError, TimeoutError, MemoryError, *NO_ROOM)):
        return True
    return isinstance(error, OSError) and error.errno in _FULL_OR_GONE
