"""A server that was prepared for the platform, with roles and databases that no other test has."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg import sql

from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.prepare import Account, Accounts, Databases, at, prepare


@dataclass(frozen=True)
class Server:
    """A server to prepare: its administrator, who shall log in to it, and to what."""

    admin: Database
    accounts: Accounts
    databases: Databases

    def prepare(self, admin: Database | None = None) -> Database:
        """Prepare it, and return the platform's database for its owner."""
        return prepare(admin or self.admin, self.accounts, self.databases)

    def as_(self, account: Account) -> Database:
        """The platform's database, for an account."""
        return at(self.admin, self.databases.platform, account)


@contextmanager
def prepared(admin: Database) -> Iterator[Server]:
    """A server that is prepared, as `unprepared`."""
    with unprepared(admin) as server:
        server.prepare()
        yield server


@contextmanager
def unprepared(admin: Database) -> Iterator[Server]:
    """Names for a server to be prepared; what was made of them is dropped in the end."""
    mark = f"segmentation_test_{secrets.token_hex(4)}"
    accounts = Accounts(
        *(Account(f"{mark}_{role}", f"{role}'s word") for role in ("owner", "runner", "reader", "dagster"))
    )
    databases = Databases(f"{mark}_platform", f"{mark}_runs")
    try:
        yield Server(admin, accounts, databases)
    finally:
        with admin.connect_autocommit() as connection:
            for name in vars(databases).values():
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                connection.execute(drop.format(sql.Identifier(name)))
            for account in vars(accounts).values():
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(account.name)))
