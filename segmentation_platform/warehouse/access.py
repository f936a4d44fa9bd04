"""Find the database to work with: the one that is named, else the embedded server, up and migrated."""

import secrets
from collections.abc import Callable
from pathlib import Path

from segmentation_platform.ledger_store import StorePlace
from segmentation_platform.warehouse.advisory_locks import Lock
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.embedded import EmbeddedPostgres
from segmentation_platform.warehouse.embedded.files import write_whole
from segmentation_platform.warehouse.ledger_lines import LedgerLines
from segmentation_platform.warehouse.migrate import upgrade
from segmentation_platform.warehouse.moving_in import move_in
from segmentation_platform.warehouse.roles import READER, set_password


def embedded_server(home: Path) -> EmbeddedPostgres:
    """The embedded server of a platform whose files are below `home`."""
    return EmbeddedPostgres(home.absolute() / "postgres")


def open_database(url: str | None, home: Path) -> Database:
    """Open the database, up and migrated: by its owner it is brought up to date, for others it has to be.

    Args:
        url: of a server; without it the embedded one below `home` is started
        home: folder of the platform's own files

    Raises:
        DatabaseError, EmbeddedPostgresError: when that fails; the message says what to do.

    """
    database = Database(url or embedded_server(home).start())
    upgrade(database)
    return database


def open_lines(database: Database, place: StorePlace, tell: Callable[[str], None]) -> LedgerLines:
    """The lines of a database's ledgers; those that are in Postgres alone are moved into files.

    Args:
        database: up and migrated
        place: where the files are
        tell: is told when lines are moved

    """
    lines = LedgerLines(database, place)
    move_in(lines, tell)
    return lines


def reader_url(home: Path) -> str:
    """URL of the embedded server for the read-only role, whose password is made at the first call."""
    server = embedded_server(home)
    owner = Database(server.url())
    file = home.absolute() / "postgres" / "reader_password"
    with owner.connect() as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [Lock.READER_PASSWORD])
        if not file.exists():
            write_whole(file, secrets.token_urlsafe(24))
        # Every time: the file may have outlived its server's data, or a process that wrote it and was killed.
        set_password(connection, READER, file.read_text())
    status = server.status()
    return f"postgresql://{READER}:{file.read_text()}@127.0.0.1:{status.port}/segmentation"
