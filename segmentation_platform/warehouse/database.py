"""A Postgres database: where it is, and how to connect to it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus

from segmentation_platform.errors import PlatformError
from segmentation_platform.warehouse import adbc
from segmentation_platform.warehouse.advisory_locks import Lock

Connection = psycopg.Connection[tuple[object, ...]]

_FORM = "postgresql://user:password@host:5432/name"
# As libpq reads a URL: what is before the first @ is user and password, unless a / comes first.
_URL = re.compile(r"postgresql://([^@/]*@)?[^@?]*(\?.*)?", re.DOTALL)


class DatabaseError(PlatformError, RuntimeError):
    """The database can't be reached or used; the message says why and what to do."""


class DatabaseUnavailableError(DatabaseError):
    """There is no connection to be had just now; later there may be."""


class Database:
    """A database by its URL.

    Args:
        url: as libpq reads it (`postgresql://user:password@host:port/name`); SQLAlchemy's driver suffix is dropped

    """

    def __init__(self, url: str) -> None:
        scheme, separator, rest = url.partition("://")
        if not separator or scheme.split("+")[0] not in ("postgresql", "postgres"):
            # The rest is not repeated: who knows where in it a password stands.
            named = f"{scheme}://… is" if separator else "That is"
            raise DatabaseError(f"{named} not a Postgres URL. It looks like {_FORM}.")
        self.url = f"postgresql://{rest}"
        self._idle: list[Connection] | None = None
        if not _is_readable(self.url):
            raise DatabaseError(
                f"The Postgres URL can't be read. It looks like {_FORM}, with signs such as @ / % in user and "
                "password written as %40 %2F %25."
            )

    def __repr__(self) -> str:
        """Without the password."""
        return f"Database({self.safe_url!r})"

    @property
    def safe_url(self) -> str:
        """The URL without its password, for people to see."""
        hidden = re.sub(r"^(postgresql://[^:@/]*):[^@/]*@", r"\1:***@", self.url)
        return re.sub(r"([?&](?:ssl)?password=)[^&]*", r"\1***", hidden)

    def sqlalchemy_url(self) -> str:
        """The URL for SQLAlchemy on psycopg 3."""
        return self.url.replace("postgresql://", "postgresql+psycopg://", 1)

    def libpq(self) -> tuple[str, str]:
        """The connection string for programs such as psql, without the password, and the password or ""."""
        parameters = conninfo_to_dict(self.url)
        password = str(parameters.pop("password", ""))
        return make_conninfo("", **{name: str(value) for name, value in parameters.items()}), password

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a connection; the block is one transaction, rolled back when it raises.

        Raises:
            DatabaseUnavailableError: when there is no connection to be had.

        """
        with self._borrowed() as connection, connection.transaction():
            yield connection

    @contextmanager
    def connect_autocommit(self) -> Iterator[Connection]:
        """Open a connection on which every statement is its own transaction (VACUUM, CREATE DATABASE)."""
        with self._borrowed() as connection:
            yield connection

    @contextmanager
    def keeping_connections(self) -> Iterator[None]:
        """Keep connections open for the next who asks, until the end of the block: to open one takes milliseconds."""
        if self._idle is not None:
            yield
            return
        self._idle = []
        try:
            with adbc.keeping_connections(self.url):
                yield
        finally:
            idle, self._idle = self._idle, None
            for connection in idle:
                connection.close()

    @contextmanager
    def _borrowed(self) -> Iterator[Connection]:
        connection = self._kept() or self._open()
        try:
            yield connection
        finally:
            idle = self._idle
            is_clean = not connection.closed and connection.info.transaction_status == TransactionStatus.IDLE
            if is_clean and idle is not None:
                idle.append(connection)
            else:
                connection.close()

    def _kept(self) -> Connection | None:
        """A connection that was kept and is still good: the server may have gone and come back meanwhile."""
        for connection in _taken(self._idle or []):
            try:
                connection.execute("SELECT 1")
            except psycopg.Error:
                connection.close()
            else:
                return connection
        return None

    def _open(self) -> Connection:
        try:
            return psycopg.connect(
                self.url,
                autocommit=True,  # transactions are begun where they are wanted
                connect_timeout=10,
                application_name="segmentation_platform",
                options=f"{conninfo_to_dict(self.url).get('options', '')} -c timezone=UTC",
            )
        except psycopg.Error as error:
            reason = " ".join(str(error).split())
            raise DatabaseUnavailableError(
                f"No connection to {self.safe_url}: {reason}\nCheck DATABASE_URL and that the server runs."
            ) from None

    @contextmanager
    def exclusive(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold the lock of a refresh; while another holds it, wait.

        Args:
            waiting: is called once if there is another to wait for

        """
        with self._locked("pg_try_advisory_lock", "pg_advisory_lock", waiting):
            yield

    @contextmanager
    def shared(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold the lock of a refresh together with others that do the same, as the processes of one run do."""
        with self._locked("pg_try_advisory_lock_shared", "pg_advisory_lock_shared", waiting):
            yield

    @contextmanager
    def _locked(self, attempt: str, wait: str, waiting: Callable[[], None]) -> Iterator[None]:
        # On a connection of its own: who holds the lock holds it to the end.
        with self._open() as connection:
            taken = connection.execute(
                sql.SQL("SELECT {}(%s)").format(sql.Identifier(attempt)), [Lock.REFRESH]
            ).fetchone()
            if taken is None or not taken[0]:
                waiting()
                connection.execute(sql.SQL("SELECT {}(%s)").format(sql.Identifier(wait)), [Lock.REFRESH])
            yield


def _taken(connections: list[Connection]) -> Iterator[Connection]:
    """One after the other, while there are some: other threads take as well."""
    while True:
        try:
            yield connections.pop()
        except IndexError:
            return


def _is_readable(url: str) -> bool:
    """Whether libpq takes the URL apart as its writer meant it; its own messages may show parts of a password."""
    if not _URL.fullmatch(url):
        return False
    try:
        ports = str(conninfo_to_dict(url).get("port", ""))
    except psycopg.ProgrammingError:
        return False
    return all(port.isdecimal() for port in ports.split(",") if port)
