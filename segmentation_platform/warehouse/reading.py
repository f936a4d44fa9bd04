"""Read `serving` in one transaction, so that everything that is read is of one snapshot."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import adbc_driver_manager
import pyarrow as pa
from adbc_driver_postgresql import dbapi
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from segmentation_platform.warehouse import adbc
from segmentation_platform.warehouse.availability import is_unavailable
from segmentation_platform.warehouse.database import Database, DatabaseError, DatabaseUnavailableError
from segmentation_platform.warehouse.roles import READER

_NO_RIGHT = "42501"
_NOT_THERE = ("3F000", "42P01", "42703")
"""SQLSTATE of Postgres: no such schema, relation or column."""


class NotServedError(DatabaseError):
    """The database has not, or not yet, what was asked for."""


class Reading:
    """A read-only transaction that sees the database as it was at its first query."""

    def __init__(self, database: Database, connection: dbapi.Connection) -> None:
        self._database = database
        self._connection = connection

    @contextmanager
    def stream(self, query: str, parameters: Sequence[object] = ()) -> Iterator[pa.RecordBatchReader]:
        """Run a query and stream its rows as Arrow; numerics must be cast to float8 in the query.

        Args:
            query: with $1, $2 … for its parameters
            parameters: text, numbers, days, true or false

        Raises:
            NotServedError: when there is no such view or column.
            DatabaseError: when the role may not read it.
            DatabaseUnavailableError: when the connection is lost.

        """
        with _told(self._database), self._connection.cursor() as cursor:
            cursor.execute(query, list(parameters) or None)
            yield cursor.fetch_record_batch()


@contextmanager
def reading(database: Database) -> Iterator[Reading]:
    """Open a transaction for reading.

    Raises:
        DatabaseUnavailableError: when there is no connection to be had.

    """
    with _connected(database) as connection:
        with _told(database), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield Reading(database, connection)


@contextmanager
def _connected(database: Database) -> Iterator[dbapi.Connection]:
    usual = {"connect_timeout": "10", "application_name": "segmentation_platform"}
    named = {name: str(value) for name, value in conninfo_to_dict(database.url).items() if value is not None}
    with ExitStack() as opened:
        try:
            connection = opened.enter_context(adbc.connection(make_conninfo("", **{**usual, **named})))
        except adbc_driver_manager.Error as error:
            reason = " ".join(str(error).split())
            raise DatabaseUnavailableError(
                f"No connection to {database.safe_url}: {reason}\nCheck DATABASE_URL and that the server runs."
            ) from None
        yield connection


@contextmanager
def _told(database: Database) -> Iterator[None]:
    """Turn the driver's errors into words that help."""
    try:
        yield
    except adbc_driver_manager.Error as error:
        reason = " ".join(str(error).split())
        if error.sqlstate == _NO_RIGHT:
            user = conninfo_to_dict(database.url).get("user", "this user")
            raise DatabaseError(
                f"{database.safe_url}: {user} may not read the schema serving.\n"
                f"An administrator runs: GRANT {READER} TO {user};"
            ) from None
        if error.sqlstate in _NOT_THERE:
            raise NotServedError(
                f"{database.safe_url} was made by another version of the platform: {reason}\n"
                "Its owner runs: segmentation-platform db upgrade"
            ) from None
        if is_unavailable(error):
            raise DatabaseUnavailableError(f"The connection to {database.safe_url} was lost: {reason}") from None
        raise
    except (pa.ArrowException, OSError) as error:
        # What happens while rows are fetched comes through Arrow, which knows no SQLSTATE.
        if "[libpq]" not in str(error):
            raise
        raise DatabaseUnavailableError(
            f"Reading from {database.safe_url} broke off: {' '.join(str(error).split())}"
        ) from None
