"""Connections that read as Arrow, by ADBC: https://arrow.apache.org/adbc/."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import adbc_driver_manager
from adbc_driver_postgresql import dbapi

_drivers: defaultdict[str, list[dbapi.Connection]] = defaultdict(list)
"""By connection string, what new connections are cloned from and nobody is using just now.

A driver reads every type of the catalogue when it is made, which takes ten times as long as to connect, so it is
kept for the next one who asks. ADBC allows no two threads at once at one of them; each is lent to one at a time.
"""
_kept: dict[str, list[dbapi.Connection]] = {}
"""Connections that nobody is using just now, by connection string, for as long as `keeping_connections` says."""


@contextmanager
def connection(conninfo: str) -> Iterator[dbapi.Connection]:
    """Connect to Postgres for as long as the block lasts, which is one transaction that is not committed.

    Raises:
        adbc_driver_manager.Error: when there is no connection to be had.

    """
    opened = _still_good(conninfo)
    if opened is None:
        with _driver(conninfo) as driver:
            opened = driver.adbc_clone()
    try:
        yield opened
    except BaseException:
        opened.close()
        raise
    idle = _kept.get(conninfo)
    if idle is None:
        opened.close()
    else:
        opened.rollback()
        idle.append(opened)


@contextmanager
def keeping_connections(conninfo: str) -> Iterator[None]:
    """Keep connections open for the next who asks, until the end of the block."""
    if conninfo in _kept:
        yield
        return
    _kept[conninfo] = []
    try:
        yield
    finally:
        for opened in _kept.pop(conninfo):
            opened.close()


def _still_good(conninfo: str) -> dbapi.Connection | None:
    """A connection that was kept, unless its server went away meanwhile."""
    idle = _kept.get(conninfo, [])
    while True:
        try:
            opened = idle.pop()
        except IndexError:
            return None
        try:
            with opened.cursor() as cursor:
                cursor.execute("SELECT 1")
            opened.rollback()
        except adbc_driver_manager.Error:
            with suppress(adbc_driver_manager.Error):
                opened.close()
        else:
            return opened


@contextmanager
def _driver(conninfo: str) -> Iterator[dbapi.Connection]:
    """What connections are cloned from; it holds no connection itself."""
    idle = _drivers[conninfo]
    try:
        driver = idle.pop()
    except IndexError:
        driver = dbapi.connect(conninfo)
        driver.adbc_connection.close()
    try:
        yield driver
    finally:
        idle.append(driver)
