"""Databases of a test's own."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from psycopg import sql

from segmentation_platform.warehouse.database import Database


@contextmanager
def new_database(url: str, template: str = "template0") -> Iterator[Database]:
    """Make a database on a server, and drop it at the end."""
    name = f"segmentation_test_{secrets.token_hex(6)}"
    server = Database(url)
    with server.connect_autocommit() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    try:
        yield Database(urlsplit(server.url)._replace(path=f"/{name}").geturl())
    finally:
        with server.connect_autocommit() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
