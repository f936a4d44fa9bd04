"""Measure many readers while the ledger is refreshed: do they always see one whole snapshot, and how long they wait.

    python -m benchmarks.load [LEDGER] [--readers 50] [--reads 10000] [--kept 30] [--pause 0.2]

On a server of its own the ledger (a simulated one of 100,000 lines when none is named) is published as of two days,
and copies of these snapshots are kept besides, as after weeks of nights. Then readers, as the role that sees
`serving` and nothing else, read mixed pages with pauses between: first at rest, then during `segmentation-platform
run --force` as of the two days in turn, over and over until there were enough reads, then at rest again. Printed are
reads, empty and mixed ones, errors, and how long reads took.
"""

import argparse
import asyncio
import itertools
import math
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from psycopg import sql

from benchmarks.readers import KINDS, Shown, Tally, read_on, shown_by_all
from segmentation_platform.contracts import PUBLISHED
from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop, write_parquet
from segmentation_platform.warehouse.database import Connection, Database
from segmentation_platform.warehouse.embedded import EmbeddedPostgres
from segmentation_platform.warehouse.prepare import Account, at
from segmentation_platform.warehouse.roles import READER, set_password
from segmentation_platform.warehouse.snapshots import served_snapshot

_CONNECTIONS = 200


@dataclass(frozen=True)
class Shop:
    """A shop to publish: the database for its owner and for readers, the ledger, and the platform's own folder."""

    owner: Database
    reader: Database
    ledger: Path
    home: Path


@dataclass(frozen=True)
class Load:
    """How many readers there are, how long each pauses between reads on average, and what they ask for."""

    readers: int
    pause: float
    shown: Shown


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", type=Path, nargs="?")
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--reads", type=int, default=10_000)
    parser.add_argument("--kept", type=int, default=30)
    parser.add_argument("--pause", type=float, default=0.2)
    parser.add_argument("--rest", type=float, default=20, help="seconds at rest, before and after")
    arguments = parser.parse_args()
    with _shop(arguments.ledger) as shop:
        days = _publish_two_days(shop)
        _keep(shop.owner, arguments.kept)
        load = Load(arguments.readers, arguments.pause, shown_by_all(shop.owner))
        before = asyncio.run(_at_rest(shop, load, arguments.rest))
        during, refreshes = asyncio.run(_during_refreshes(shop, load, days, arguments.reads))
        after = asyncio.run(_at_rest(shop, load, arguments.rest))
    _report({"at rest, before": before, f"during {refreshes} refreshes": during, "at rest, after": after})
    if during.empty or during.mixed or during.errors:
        sys.exit(1)


@contextmanager
def _shop(ledger: Path | None) -> Iterator[Shop]:
    with tempfile.TemporaryDirectory(prefix="segmentation-benchmark-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            with Database(server.start()).connect_autocommit() as connection:
                connection.execute(f"ALTER SYSTEM SET max_connections = {_CONNECTIONS}".encode())
            server.stop()
            owner = Database(server.start())
            if ledger is None:
                ledger = Path(folder) / "ledger.parquet"
                write_parquet(SimulatedShop(ShopPlan(lines=100_000)), ledger)
            reader = at(owner, "segmentation", Account(READER, secrets.token_hex(16)))
            yield Shop(owner, reader, ledger.absolute(), Path(folder) / "home")
        finally:
            server.stop()


def _publish_two_days(shop: Shop) -> tuple[date, date]:
    """Publish as of the day after the last sale and of a week earlier, and let the reader in."""
    _refresh(shop, None)
    served = served_snapshot(shop.owner)
    assert served is not None
    earlier = served.as_of - timedelta(days=7)
    _refresh(shop, earlier)
    with shop.owner.connect() as connection:
        set_password(connection, READER, shop.reader.libpq()[1])
    return earlier, served.as_of


def _refresh(shop: Shop, as_of: date | None) -> None:
    """Run the platform as people do, in a process of its own."""
    program = Path(sys.executable).parent / "segmentation-platform"
    day = ["--as-of", as_of.isoformat()] if as_of else []
    environment = {"DATABASE_URL": shop.owner.url, "SEGMENTATION_HOME": str(shop.home)}
    answer = subprocess.run(
        [program, "run", "--force", "--sales", shop.ledger, *day],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        sys.exit(f"segmentation-platform run failed:\n{answer.stdout}{answer.stderr}")


def _keep(database: Database, kept: int) -> None:
    """Copy the first two snapshots in turn until so many are kept."""
    with database.connect() as connection:
        for number in range(3, kept + 1):
            for table in ("snapshots", *(contract.table() for contract in PUBLISHED)):
                _copy(connection, table, 1 + number % 2, number)
        connection.execute(
            "SELECT setval(pg_get_serial_sequence('snapshots.snapshots', 'snapshot_id'), max(snapshot_id))"
            " FROM snapshots.snapshots"
        )
    with database.connect_autocommit() as connection:
        connection.execute("VACUUM (ANALYZE)")


def _copy(connection: Connection, table: str, original: int, number: int) -> None:
    cursor = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(sql.Identifier("snapshots", table)))
    columns = [column.name for column in cursor.description or [] if column.name != "snapshot_id"]
    connection.execute(
        sql.SQL(
            "INSERT INTO {table} (snapshot_id, {columns}) OVERRIDING SYSTEM VALUE"
            " SELECT {number}, {columns} FROM {table} WHERE snapshot_id = {original}"
        ).format(
            table=sql.Identifier("snapshots", table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            number=number,
            original=original,
        )
    )


async def _at_rest(shop: Shop, load: Load, seconds: float) -> Tally:
    end = time.monotonic() + seconds
    return await read_on(shop.reader.url, load.readers, load.shown, load.pause, lambda _: time.monotonic() > end)


async def _during_refreshes(shop: Shop, load: Load, days: tuple[date, date], reads: int) -> tuple[Tally, int]:
    """Read while whole refreshes run, one after the other, until there were enough reads."""
    enough, over = threading.Event(), threading.Event()

    def refresh_on() -> int:
        try:
            for number, day in enumerate(itertools.cycle(days), start=1):
                _refresh(shop, day)
                if enough.is_set():
                    return number
        finally:
            over.set()
        return 0

    def is_over(tally: Tally) -> bool:
        if tally.reads >= reads:
            enough.set()
        return over.is_set()

    reading = read_on(shop.reader.url, load.readers, load.shown, load.pause, is_over)
    tally, refreshes = await asyncio.gather(reading, asyncio.to_thread(refresh_on))
    return tally, refreshes


def _report(phases: dict[str, Tally]) -> None:
    for phase, tally in phases.items():
        print(
            f"{phase}: {tally.reads:,} reads of {len(tally.snapshots)} snapshots, {tally.empty} empty, "
            f"{tally.mixed} mixed, {len(tally.errors)} errors"
        )
        for words in sorted(set(tally.errors))[:5]:
            print(f"  {words}")
    before, during, after = phases.values()
    print(f"{'ms':<16}{'at rest: p50':>14}{'p95':>8}{'p99':>8}{'refreshing: p50':>18}{'p95':>8}{'p99':>8}", end="")
    print(f"{'ratio: p50':>13}{'p95':>8}{'p99':>8}")
    for kind in ("all", *KINDS):
        rest = _percentiles(_seconds(before, kind) + _seconds(after, kind))
        busy = _percentiles(_seconds(during, kind))
        ratios = [b / r for b, r in zip(busy, rest, strict=True)]
        print(f"{kind:<16}{rest[0]:>14.1f}{rest[1]:>8.1f}{rest[2]:>8.1f}{busy[0]:>18.1f}", end="")
        print(f"{busy[1]:>8.1f}{busy[2]:>8.1f}{ratios[0]:>13.1f}{ratios[1]:>8.1f}{ratios[2]:>8.1f}")


def _seconds(tally: Tally, kind: str) -> list[float]:
    return list(itertools.chain(*tally.seconds.values())) if kind == "all" else tally.seconds.get(kind, [])


def _percentiles(seconds: list[float]) -> tuple[float, float, float]:
    """The 50th, 95th and 99th of a hundred, in milliseconds."""
    ordered = sorted(seconds)
    p50, p95, p99 = (1000 * ordered[math.ceil(share * len(ordered)) - 1] for share in (0.5, 0.95, 0.99))
    return p50, p95, p99


if __name__ == "__main__":
    main()
