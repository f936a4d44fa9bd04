"""A Postgres database: where it is, and how to connect to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg

Connection = psycopg.Connection[tuple[object, ...]]

_LOCK = 7_305_114_620_471_001
"""Key of the advisory lock that a refresh holds, so that there is one at a time."""


class DatabaseError(RuntimeError):
    """The database can't be reached or used; the message says why and what to do."""


class Database:
    """A database by its URL.

    Args:
        url: as libpq reads it (`postgresql://user:password@host:port/name`); SQLAlchemy's driver suffix is dropped

    """

    def __init__(self, url: str) -> None:
        scheme, separator, rest = url.partition("://")
        if not separator or scheme.split("+")[0] not in ("postgresql", "postgres"):
            raise DatabaseError(
                f"{_masked(url)} is not a Postgres URL. It looks like postgresql://user:password@host:5432/name."
            )
        self.url = f"postgresql://{rest}"

    def __repr__(self) -> str:
        """Without the password."""
        return f"Database({self.safe_url!r})"

    @property
    def safe_url(self) -> str:
        """The URL without its password, for people to see."""
        return _masked(self.url)

    def sqlalchemy_url(self) -> str:
        """The URL for SQLAlchemy on psycopg 3."""
        return self.url.replace("postgresql://", "postgresql+psycopg://", 1)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a connection; the block is one transaction, rolled back when it raises.

        Raises:
            DatabaseError: when there is no connection to be had.

        """
        with self._open(autocommit=False) as connection:
            yield connection

    @contextmanager
    def connect_autocommit(self) -> Iterator[Connection]:
        """Open a connection on which every statement is its own transaction (VACUUM, CREATE DATABASE)."""
        with self._open(autocommit=True) as connection:
            yield connection

    def _open(self, *, autocommit: bool) -> Connection:
        try:
            return psycopg.connect(
                self.url,
                autocommit=autocommit,
                connect_timeout=10,
                application_name="segmentation_platform",
                options="-c timezone=UTC",
            )
        except psycopg.OperationalError as error:
            reason = str(error).strip().splitlines()[-1]
            raise DatabaseError(
                f"No connection to {self.safe_url}: {reason}\nCheck DATABASE_URL and that the server runs."
            ) from None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock of a refresh.

        Raises:
            DatabaseError: at once, when another refresh holds it.

        """
        with self.connect_autocommit() as connection:
            taken = connection.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
            if taken is None or not taken[0]:
                raise DatabaseError(
                    f"Another refresh is running on {self.safe_url}. Wait for it to end, then run again."
                )
            yield


def _masked(url: str) -> str:
    parts = urlsplit(url)
    if not parts.password:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:***@{host}"))
