"""What is tried again is what was not the data's fault; how a run ended is told by its first cause."""

import errno
from collections.abc import Iterator

import adbc_driver_manager
import dagster as dg
import duckdb
import psycopg
import pytest
import sqlalchemy.exc
from adbc_driver_postgresql import dbapi

from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger_store import StoreError, StoreUnavailableError
from segmentation_platform.orchestration.retries import is_infrastructure, retry_infrastructure
from segmentation_platform.orchestration.run_outcome import outcome_of
from segmentation_platform.warehouse.database import Database, DatabaseError, DatabaseUnavailableError
from segmentation_platform_tests.support.dagster_home import instance_of_a_test

RETRY = "dagster/retry_on_asset_or_op_failure"


def caused_by(cause: BaseException) -> Exception:
    """An error that came from another one, as Dagster's and SQLAlchemy's do."""
    error = RuntimeError("step failed")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        DatabaseUnavailableError("No connection"),
        psycopg.OperationalError("server closed the connection unexpectedly"),
        psycopg.errors.DiskFull("could not extend file"),
        psycopg.errors.AdminShutdown("terminating connection"),
        psycopg.errors.OutOfMemory("out of memory"),
        sqlalchemy.exc.OperationalError("INSERT", {}, psycopg.errors.DiskFull("could not extend file")),
        duckdb.IOException("No space left on device"),
        duckdb.OutOfMemoryException("could not allocate"),
        OSError(errno.ENOSPC, "No space left on device"),
        StoreUnavailableError("The ledger at s3://shop can't be used: connection refused"),
        ConnectionResetError(),
        MemoryError(),
        caused_by(caused_by(psycopg.errors.CrashShutdown("crash of another server process"))),
    ],
)
def test_what_was_gone_or_full_is_infrastructure(error: BaseException) -> None:
    assert is_infrastructure(error)


@pytest.mark.parametrize(
    "error",
    [
        LedgerError("no column"),
        DatabaseError("That is not a Postgres URL."),
        StoreError("A file of the ledger is gone"),
        psycopg.errors.UniqueViolation("duplicate key"),
        psycopg.errors.InsufficientPrivilege("permission denied"),
        psycopg.errors.UndefinedColumn("no such column"),
        duckdb.ConversionException("could not convert"),
        FileNotFoundError(errno.ENOENT, "No such file"),
        PermissionError(errno.EACCES, "Permission denied"),
        ZeroDivisionError(),
        dg.Failure("bad input"),
    ],
)
def test_what_the_data_or_the_code_is_to_blame_for_is_not(error: BaseException) -> None:
    assert not is_infrastructure(error)


def test_a_reader_by_arrow_whose_server_is_gone_meets_infrastructure_and_one_with_a_bad_query_does_not(
    database: Database,
) -> None:
    with pytest.raises(adbc_driver_manager.Error) as gone, dbapi.connect("postgresql://127.0.0.1:1/none"):
        pass
    assert is_infrastructure(gone.value)
    with (
        dbapi.connect(database.url) as connection,
        connection.cursor() as cursor,
        pytest.raises(adbc_driver_manager.Error) as bad,
    ):
        cursor.execute("SELECT nothing FROM nowhere")
    assert not is_infrastructure(bad.value)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Dagster's storage, of the test's own."""
    with instance_of_a_test() as instance:
        yield instance


def failing_job(error: Exception) -> dg.JobDefinition:
    @dg.op
    def fails() -> None:
        raise error

    @dg.job(hooks={retry_infrastructure})
    def work() -> None:
        fails()

    return work


def test_a_step_that_lost_its_database_lets_dagster_try_the_run_again(instance: dg.DagsterInstance) -> None:
    job = failing_job(psycopg.errors.AdminShutdown("terminating connection due to administrator command"))
    result = job.execute_in_process(instance=instance, raise_on_error=False)
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    assert run.tags[RETRY] == "true"


def test_a_step_that_failed_on_the_data_is_not_tried_again(instance: dg.DagsterInstance) -> None:
    result = failing_job(ValueError("a customer without a name")).execute_in_process(
        instance=instance, raise_on_error=False
    )
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    assert RETRY not in run.tags


def test_a_run_that_was_killed_tells_what_is_known_of_it(instance: dg.DagsterInstance) -> None:
    run = instance.create_run_for_job(failing_job(ValueError()), status=dg.DagsterRunStatus.STARTED)
    instance.report_run_failed(run, "The process that worked on this run is gone: it was killed.")
    events = [entry.dagster_event for entry in instance.all_logs(run.run_id) if entry.dagster_event]
    outcome = outcome_of(run.run_id, events, {"clean_sales"})
    assert outcome.cause == "The process that worked on this run is gone: it was killed."
    assert outcome.not_made == ("clean_sales",)
