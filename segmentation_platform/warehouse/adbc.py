"""Connections that read as Arrow, by ADBC: https://arrow.apache.org/adbc/."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from adbc_driver_postgresql import dbapi

_idle: defaultdict[str, list[dbapi.Connection]] = defaultdict(list)
"""By connection string, what new connections are cloned from and nobody is using just now.

A driver reads every type of the catalogue when it is made, which takes ten times as long as to connect, so it is
kept for the next one who asks. ADBC allows no two threads at once at one of them; each is lent to one at a time.
"""


@contextmanager
def connection(conninfo: str) -> Iterator[dbapi.Connection]:
    """Connect to Postgres for as long as the block lasts, which is one transaction that is not committed.

    Raises:
        adbc_driver_manager.Error: when there is no connection to be had.

    """
    idle = _idle[conninfo]
    try:
        driver = idle.pop()
    except IndexError:
        driver = _driver(conninfo)
    try:
        with driver.adbc_clone() as opened:
            yield opened
    finally:
        idle.append(driver)


def _driver(conninfo: str) -> dbapi.Connection:
    """What connections are cloned from; it holds no connection itself."""
    driver = dbapi.connect(conninfo)
    driver.adbc_connection.close()
    return driver
