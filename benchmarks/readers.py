"""Readers of `serving`, each of which checks of everything it reads that it is one whole snapshot.

How a read tells: it reads a view, which shows the snapshot that is served, and beside it the view's `_history` at the
number that `serving.snapshot` shows, in one statement, or in one transaction under REPEATABLE READ. Rows of two
snapshots, or none, would differ.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import psycopg

from segmentation_platform.contracts import PUBLISHED
from segmentation_platform.warehouse.database import Database

AsyncConnection: TypeAlias = psycopg.AsyncConnection[tuple[object, ...]]
Read: TypeAlias = Callable[[AsyncConnection, "Shown", random.Random], Awaitable[int]]


_BEST_PRODUCTS = """
    SELECT
        array(SELECT stock_code FROM serving.segment_recommendations
            WHERE segment = %(segment)s AND region = 'all' AND taste = 'all' ORDER BY list, rank),
        array(SELECT stock_code FROM serving.segment_recommendations_history
            WHERE segment = %(segment)s AND region = 'all' AND taste = 'all' AND snapshot_id = %(snapshot)s
            ORDER BY list, rank)
"""
_CUSTOMER = """
    SELECT snapshot_id,
        array(SELECT (segment, recency_days, monetary)::text FROM serving.customer_segments
            WHERE customer_id = %(customer)s),
        array(SELECT (segment, recency_days, monetary)::text FROM serving.customer_segments_history AS past
            WHERE customer_id = %(customer)s AND past.snapshot_id = snapshot.snapshot_id),
        array(SELECT stock_code FROM serving.customer_recommendations
            WHERE customer_id = %(customer)s ORDER BY list, rank),
        array(SELECT stock_code FROM serving.customer_recommendations_history AS past
            WHERE customer_id = %(customer)s AND past.snapshot_id = snapshot.snapshot_id ORDER BY list, rank)
    FROM serving.snapshot
"""
_BESIDE = """
    SELECT snapshot_id,
        array(SELECT (similar_stock_code, score)::text FROM serving.similar_items
            WHERE stock_code = %(product)s ORDER BY rank),
        array(SELECT (similar_stock_code, score)::text FROM serving.similar_items_history AS past
            WHERE stock_code = %(product)s AND past.snapshot_id = snapshot.snapshot_id ORDER BY rank)
    FROM serving.snapshot
"""
_WHOLE = (
    "SELECT snapshot_id, customers, (SELECT sum(customers) FROM serving.segments),"
    " (SELECT count(*) FROM serving.customer_segments), {} FROM serving.snapshot"
)
_COUNTS = (
    "(SELECT count(*) FROM serving.{0}),"
    " (SELECT count(*) FROM serving.{0}_history AS past WHERE past.snapshot_id = snapshot.snapshot_id)"
)


class EmptyError(Exception):
    """Nothing was there, though a snapshot is published."""


class MixedError(Exception):
    """What was read is not of one snapshot."""


@dataclass(frozen=True)
class Shown:
    """What every snapshot shows: customers, products beside which others are offered, and views that have rows.

    A small shop may sell nothing often enough together for a bundle: a view without rows is no fault there.
    """

    customers: Sequence[str]
    products: Sequence[str]
    views: Sequence[str]


@dataclass
class Tally:
    """What came of many reads.

    Attributes:
        seconds: that each read took, by kind
        snapshots: numbers of those that were seen
        empty: reads that found nothing
        mixed: reads that found rows of more than one snapshot
        errors: what went wrong in others

    """

    seconds: dict[str, list[float]] = field(default_factory=dict)
    snapshots: set[int] = field(default_factory=set)
    empty: int = 0
    mixed: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def reads(self) -> int:
        """How many reads there were that saw something."""
        return sum(map(len, self.seconds.values()))


def shown_by_all(database: Database) -> Shown:
    """Look up what all snapshots show."""
    common = "SELECT {1} FROM serving.{0}_history GROUP BY {1} HAVING count(DISTINCT snapshot_id) = %s"
    in_all = "SELECT count(DISTINCT snapshot_id) = %s FROM serving.{0}_history"
    with database.connect() as connection:
        snapshots = connection.execute("SELECT count(*) FROM serving.snapshot_history").fetchone()
        found = [
            connection.execute(common.format(view, column).encode(), snapshots).fetchall()
            for view, column in (("customer_recommendations", "customer_id"), ("similar_items", "stock_code"))
        ]
        views = [
            view
            for view in (contract.table() for contract in PUBLISHED)
            if connection.execute(in_all.format(view).encode(), snapshots).fetchone() == (True,)
        ]
    customers, products = ([str(row[0]) for row in rows] for rows in found)
    return Shown(customers, products, views)


async def read_on(url: str, readers: int, shown: Shown, pause: float, is_over: Callable[[Tally], bool]) -> Tally:
    """Let readers, each on a connection of its own, read until it is over.

    Args:
        url: of the database, for a role that may read `serving`
        readers: how many
        shown: what they ask for
        pause: mean seconds between two reads of a reader
        is_over: is asked after every read

    """
    tally = Tally()

    async def reader(number: int) -> None:
        dice = random.Random(number)  # noqa: S311 - which page is read is no secret
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            while not is_over(tally):
                await asyncio.sleep(dice.uniform(0, 2 * pause))
                await _read_once(connection, shown, dice, tally)

    await asyncio.gather(*map(reader, range(readers)))
    return tally


async def _read_once(connection: AsyncConnection, shown: Shown, dice: random.Random, tally: Tally) -> None:
    [kind] = dice.choices(list(KINDS), [weight for weight, _ in KINDS.values()])
    began = time.perf_counter()
    try:
        tally.snapshots.add(await KINDS[kind][1](connection, shown, dice))
        tally.seconds.setdefault(kind, []).append(time.perf_counter() - began)
    except EmptyError:
        tally.empty += 1
    except MixedError:
        tally.mixed += 1
    except psycopg.Error as error:
        tally.errors.append(f"{kind}: {error}")


async def segment_page(connection: AsyncConnection, shown: Shown, dice: random.Random) -> int:
    """All segments, and the products that go best in one of them: three statements in one transaction."""
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        snapshot_id, customers = await _one(connection, "SELECT snapshot_id, customers FROM serving.snapshot")
        cursor = await connection.execute("SELECT segment, customers FROM serving.segments ORDER BY rank")
        segments = await cursor.fetchall()
        if not segments:
            raise EmptyError
        if sum(int(str(row[1])) for row in segments) != customers:
            raise MixedError
        segment = dice.choice(segments)[0]
        row = await _one(
            connection,
            _BEST_PRODUCTS,
            {"segment": segment, "snapshot": snapshot_id},
        )
    return _same(snapshot_id, row)


async def customer_page(connection: AsyncConnection, shown: Shown, dice: random.Random) -> int:
    """A customer's segment and lists, in one statement."""
    snapshot_id, *rows = await _one(
        connection,
        _CUSTOMER,
        {"customer": dice.choice(shown.customers)},
    )
    return _same(snapshot_id, rows)


async def similar_items(connection: AsyncConnection, shown: Shown, dice: random.Random) -> int:
    """What is offered beside a product, in one statement."""
    snapshot_id, *rows = await _one(
        connection,
        _BESIDE,
        {"product": dice.choice(shown.products)},
    )
    return _same(snapshot_id, rows)


async def whole_snapshot(connection: AsyncConnection, shown: Shown, dice: random.Random) -> int:
    """How many rows every view has, and how many customers are said to be there, in one statement."""
    counts = ", ".join(map(_COUNTS.format, shown.views))
    snapshot_id, customers, assigned, listed, *rows = await _one(connection, _WHOLE.format(counts))
    if not customers == assigned == listed:
        raise MixedError
    return _same(snapshot_id, rows)


KINDS: Mapping[str, tuple[int, Read]] = {
    "segment page": (20, segment_page),
    "customer page": (40, customer_page),
    "similar items": (35, similar_items),
    "whole snapshot": (5, whole_snapshot),
}
"""How often each kind is read, in a hundred, and how."""


async def _one(
    connection: AsyncConnection, query: str, parameters: Mapping[str, object] | None = None
) -> tuple[object, ...]:
    cursor = await connection.execute(query.encode(), parameters)
    row = await cursor.fetchone()
    if row is None:
        raise EmptyError
    return row


def _same(snapshot_id: object, rows: Sequence[object]) -> int:
    """The snapshot, when what was served (at even places) is what its history has (at odd ones), and is something."""
    for served, kept in zip(rows[::2], rows[1::2], strict=True):
        if not served:
            raise EmptyError
        if served != kept:
            raise MixedError
    return int(str(snapshot_id))
