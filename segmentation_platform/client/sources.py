"""Where a snapshot is read from: Postgres by the read-only role, or a folder of exported files."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

import duckdb
import pandas as pd
import pyarrow as pa

from segmentation_platform.client.errors import ClientError, NothingPublishedError
from segmentation_platform.client.manifest import Manifest, read_manifest
from segmentation_platform.client.query import Conditions, Query, Scalar, select
from segmentation_platform.client.views import VIEWS
from segmentation_platform.contracts import HISTORY
from segmentation_platform.contracts.frames import arrow_schema, to_frame

_NOTHING = "Nothing is published yet: segmentation-platform run"
_ROWS = 100_000
_REPORT = "report.html"


class Reading(Protocol):
    """One snapshot, open for reading."""

    def stream(self, query: str, parameters: Sequence[Scalar] = ()) -> AbstractContextManager[pa.RecordBatchReader]:
        """Run a query on the schema `serving` and stream its rows as Arrow."""


class Source(Protocol):
    """Where snapshots are read from."""

    def reading(self) -> AbstractContextManager[Reading]:
        """Open the served snapshot; everything that is read until the end of the block is of it."""


def read(reading: Reading, query: Query) -> pd.DataFrame:
    """The rows of a query as a frame with the dtypes that contracts promise, without rows, too."""
    with reading.stream(query.sql, query.values) as rows:
        return to_frame(rows.read_all().cast(arrow_schema(query.columns)))


@dataclass(frozen=True)
class Snapshot:
    """The snapshot that is served; columns as in `serving.snapshot`."""

    snapshot_id: int
    as_of: date
    published_at: datetime
    run_id: str
    first_sale: datetime
    last_sale: datetime
    lines: int
    customers: int
    guest_share: float
    model_version: int
    taste_version: int
    checks_passed: int
    checks_warned: int
    data_note: str | None
    ledger: str


def read_snapshot(reading: Reading) -> Snapshot:
    """The snapshot that is served.

    Raises:
        ClientError: when nothing is published.

    """
    query = select("snapshot", Conditions())
    with reading.stream(query.sql) as rows:
        found = rows.read_all().cast(arrow_schema(query.columns)).to_pylist()
    if not found:
        raise NothingPublishedError(_NOTHING)
    return Snapshot(**{field.name: found[0][field.name] for field in fields(Snapshot)})


class PostgresSource:
    """A database, by any role that may read `serving`.

    Args:
        url: as `postgresql://user:password@host:5432/name`

    Raises:
        ClientError: when that is no URL of a Postgres database.

    """

    def __init__(self, url: str) -> None:
        from segmentation_platform.warehouse.database import Database

        with _own_errors():
            self._database = Database(url)

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Open a repeatable-read transaction."""
        from segmentation_platform.warehouse.reading import NotServedError, reading

        with _own_errors(), reading(self._database) as opened:
            try:
                with opened.stream("SELECT snapshot_id FROM serving.snapshot") as rows:
                    found = rows.read_all().num_rows
            except NotServedError:
                found = 0
            if not found:
                raise NothingPublishedError(_NOTHING)
            yield opened


@contextmanager
def _own_errors() -> Iterator[None]:
    from segmentation_platform.warehouse.database import DatabaseError
    from segmentation_platform.warehouse.embedded import EmbeddedPostgresError

    try:
        yield
    except (DatabaseError, EmbeddedPostgresError) as error:
        raise ClientError(str(error)) from error


def default_source() -> PostgresSource:
    """The database that the command line works on: that of DATABASE_URL, else the embedded one, as its reader.

    Raises:
        ClientError: when there is none.

    """
    from segmentation_platform.settings import load_settings
    from segmentation_platform.warehouse.access import embedded_server, reader_url

    settings = load_settings()
    if settings.database_url is not None:
        return PostgresSource(settings.database_url.get_secret_value())
    if not (settings.home / "postgres").exists():
        raise NothingPublishedError(
            f"{_NOTHING}\nLooked for a platform in {settings.home.absolute()}, for DATABASE_URL names no database."
        )
    with _own_errors():
        embedded_server(settings.home).start()
        return PostgresSource(reader_url(settings.home))


class FolderSource:
    """A folder that `segmentation-platform export` wrote.

    Args:
        folder: with `snapshot.json`

    Raises:
        ClientError: when it is none, or of another version.

    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        read_manifest(folder)

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Open the files as views of the schema `serving`."""
        manifest = read_manifest(self._folder)
        with duckdb.connect(":memory:", config={"autoinstall_known_extensions": False}) as connection:
            connection.execute(_views(self._folder, manifest))
            yield _FilesReading(connection, self._folder, manifest)


class _FilesReading:
    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest) -> None:
        self._connection, self._folder, self._manifest = connection, folder, manifest

    @contextmanager
    def stream(self, query: str, parameters: Sequence[Scalar] = ()) -> Iterator[pa.RecordBatchReader]:
        try:
            yield self._connection.cursor().sql(query, params=list(parameters)).to_arrow_reader(_ROWS)
        except duckdb.IOException as error:
            raise ClientError(f"{self._folder} can't be read: {error}") from None
        if read_manifest(self._folder) != self._manifest:
            raise ClientError(f"{self._folder} was exported again while it was read. Read it again.")


def _report(folder: Path, manifest: Manifest) -> str:
    """The report that a folder holds, in the form in which a database has it; no row where it holds none."""
    if all(each.file != _REPORT for each in manifest.files):
        return "CREATE VIEW serving.reports AS SELECT 0 AS snapshot_id, ''::BLOB AS html WHERE false"
    path = str(folder / _REPORT).replace("'", "''")
    content = f"content AS html FROM read_blob('{path}')"
    return f"CREATE VIEW serving.reports AS SELECT {manifest.snapshot_id} AS snapshot_id, {content}"


def _views(folder: Path, manifest: Manifest) -> str:
    statements = ["CREATE SCHEMA serving"]
    for view in VIEWS:
        path = str(folder / manifest.file_of(view)).replace("'", "''")
        rows = f"SELECT * FROM read_parquet('{path}')"  # noqa: S608 - quoted
        statements.append(f"CREATE VIEW serving.{view} AS {rows}")
    snapshot = f"{manifest.snapshot_id} AS snapshot_id, DATE '{manifest.as_of}' AS as_of"
    statements += [
        f"CREATE VIEW serving.{view}_history AS SELECT {snapshot}, * FROM serving.{view}"  # noqa: S608
        for view in VIEWS
        if view not in ("snapshot", HISTORY)
    ]
    statements.append(_report(folder, manifest))
    statements.append("CREATE VIEW serving.snapshot_history AS SELECT *, true AS is_served FROM serving.snapshot")
    return ";".join(statements)
