"""What several tests of the warehouse need: other logins, and sessions that don't wait."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from psycopg import sql

from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.databases import as_role

NewOwner = Callable[[str], Database]


def with_lock_timeout(database: Database) -> Database:
    """The same database, for sessions that fail rather than wait for a lock."""
    separator = "&" if "?" in database.url else "?"
    return Database(f"{database.url}{separator}options=-clock_timeout%3D200ms")


@pytest.fixture
def new_owner(empty_database: Database) -> Iterator[NewOwner]:
    """Make an ordinary role, by its password, the owner of the empty database: it may not make roles."""
    with ExitStack() as undo:

        def make(password: str) -> Database:
            with empty_database.connect() as connection:
                row = connection.execute("SELECT current_database(), current_user").fetchone()
                assert row
                database, admin = (sql.Identifier(str(name)) for name in row)
                name = f"owner_of_{row[0]}"
                names = {"role": sql.Identifier(name), "database": database, "admin": admin}
                create = sql.SQL("CREATE ROLE {role} LOGIN PASSWORD {word}")
                connection.execute(create.format(**names, word=sql.Literal(password)))
                connection.execute(sql.SQL("ALTER DATABASE {database} OWNER TO {role}").format(**names))
            undo.callback(drop, names)
            return as_role(empty_database, name, password)

        def drop(names: dict[str, sql.Identifier]) -> None:
            with empty_database.connect() as connection:
                for statement in (
                    "ALTER DATABASE {database} OWNER TO {admin}",
                    "DROP OWNED BY {role} CASCADE",
                    "DROP ROLE {role}",
                ):
                    connection.execute(sql.SQL(statement).format(**names))

        yield make
