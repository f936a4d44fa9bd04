"""The cleaned ledger, changed in place: what it was cleaned from, the lines around new ones, and putting them in."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd
import pyarrow as pa
from psycopg import sql

from segmentation_platform.contracts import CleanSales, RawSales, RejectedSales
from segmentation_platform.contracts.frames import arrow_schema
from segmentation_platform.ledger.ground import Ground, Learned, LoadFacts, Naming
from segmentation_platform.ledger.patch import NETTED, PAIR, Patch
from segmentation_platform.ledger.profile.numbers import BLANKS
from segmentation_platform.ledger.span import Span
from segmentation_platform.ledger.vocabulary import Vocabulary
from segmentation_platform.warehouse.bulk import batches, copy_in, stream
from segmentation_platform.warehouse.database import Connection, Database
from segmentation_platform.warehouse.tables import SCHEMA, select_list, vacuum

_CLEAN, _REJECTED = sql.Identifier(SCHEMA, CleanSales.table()), sql.Identifier(SCHEMA, RejectedSales.table())
_READ: Final = (*NETTED, "unit_price", "net_quantity")


@dataclass(frozen=True)
class Cleaned:
    """What the cleaned ledger was made from.

    Attributes:
        rules: a hash of all that cleaning goes by
        ground: what its lines decided together

    """

    rules: str
    ground: Ground


@dataclass(frozen=True)
class Orders:
    """The orders of loads that are new or gone: all their lines are cleaned again.

    Attributes:
        changed: loads that are new, and those that are gone
        gone: those whose lines are not the ledger's any more
        current: all loads of the ledger

    """

    changed: frozenset[int]
    gone: frozenset[int]
    current: frozenset[int]

    @property
    def numbers(self) -> str:
        """SQL for the order numbers, as cleaning reads them."""
        return f"SELECT {_order('invoice')} FROM warehouse.raw_sales WHERE load_id IN ({_listed(self.changed)})"  # noqa: S608


def _listed(load_ids: Iterable[int]) -> str:
    """Load ids for SQL, where 0 is none; whole numbers are all that comes in."""
    return ", ".join(str(int(load_id)) for load_id in load_ids) or "0"


def _order(column: str) -> str:
    blanks = "U&'" + "".join(f"\\{ord(letter):04X}" for letter in BLANKS) + "'"
    return f"btrim(coalesce({column}, ''), {blanks})"


def read_cleaned(database: Database, ledger_name: str) -> Cleaned | None:
    """What the cleaned ledger was made from; None where that can't be told, or it is another one."""
    row = _row(database, ledger_name)
    return None if row is None or row[1] is None else _from_json(row[1], _learned_from_json(row[0]))


def read_learned(database: Database, ledger_name: str) -> Learned:
    """What was learned of a ledger when it was cleaned; nothing before the first time."""
    row = _row(database, ledger_name)
    return Learned() if row is None else _learned_from_json(row[0])


def forget_cleaned(database: Database) -> None:
    """Before the cleaned ledger is replaced whole: until both its halves are there, nothing can be told of it."""
    with database.connect() as connection:
        _forget(connection)


def keep_cleaned(database: Database, cleaned: Cleaned, ledger_name: str) -> None:
    """Keep what the cleaned ledger was made from, and what was learned of it."""
    with database.connect() as connection:
        _keep(connection, cleaned, ledger_name)


@contextmanager
def lines_of_orders(database: Database, orders: Orders) -> Iterator[pa.RecordBatchReader]:
    """All raw lines of some orders, of all loads of the ledger."""
    query = (
        f"{select_list(RawSales)} WHERE load_id IN ({_listed(orders.current)})"
        f" AND (load_id IN ({_listed(orders.changed)}) OR {_order('invoice')} IN ({orders.numbers}))"
    )
    with stream(database, query) as reader:
        yield reader


def former_pairs(database: Database, orders: Orders) -> pa.Table:
    """Customers and products of the clean lines of some orders, and of loads that are gone."""
    query = f"SELECT DISTINCT {', '.join(PAIR)} FROM warehouse.clean_sales WHERE {_given_way('invoice', orders)}"  # noqa: S608
    with stream(database, query) as reader:
        return reader.read_all()


def other_lines(database: Database, orders: Orders, pairs: pd.DataFrame) -> pa.Table:
    """The clean lines of some customers and products that are of none of the orders; as `patch.Around.lines_of`."""
    schema = arrow_schema([column for column in CleanSales.columns() if column.name in _READ])
    with database.connect() as connection:
        connection.execute("CREATE TEMP TABLE pairs (customer_id text, stock_code text) ON COMMIT DROP")
        rows = pa.Table.from_pandas(pairs[list(PAIR)], preserve_index=False)
        copy_in(connection, sql.Identifier("pairs"), PAIR, rows.to_batches())
        connection.execute("ANALYZE pairs")
        names = ", ".join(f"line.{name}" for name in schema.names)
        found = connection.execute(
            f"SELECT {names} FROM warehouse.clean_sales AS line JOIN pairs"  # noqa: S608 - of the contract
            " ON line.customer_id = pairs.customer_id AND line.stock_code = pairs.stock_code"
            f" WHERE NOT ({_given_way('invoice', orders)})".encode()
        ).fetchall()
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in found], schema=schema)


def apply_patch(database: Database, orders: Orders, patch: Patch, made_from: Cleaned, ledger_name: str) -> None:
    """Put a patch into the cleaned ledger, all or nothing."""
    with database.connect() as connection:
        for table, column in ((_CLEAN, "invoice"), (_REJECTED, "invoice")):
            condition = sql.SQL(_given_way(column, orders))
            connection.execute(sql.SQL("DELETE FROM {} WHERE {}").format(table, condition))
        copy_in(connection, _CLEAN, CleanSales.column_names(), batches(CleanSales, patch.clean))
        copy_in(connection, _REJECTED, RejectedSales.column_names(), batches(RejectedSales, patch.rejected))
        _renet(connection, patch.renetted)
        _keep(connection, made_from, ledger_name)
    vacuum(database, _CLEAN, _REJECTED)


def _given_way(column: str, orders: Orders) -> str:
    """SQL for lines that give way to those of the patch."""
    return f"(load_id IN ({_listed(orders.gone)}) OR {_order(column)} IN ({orders.numbers}))"


def _renet(connection: Connection, renetted: pa.RecordBatchReader) -> None:
    connection.execute(
        "CREATE TEMP TABLE renetted (load_id int, line_number int, net_quantity float8, net_amount float8)"
        " ON COMMIT DROP"
    )
    copy_in(connection, sql.Identifier("renetted"), renetted.schema.names, renetted)
    connection.execute(
        "UPDATE warehouse.clean_sales AS line SET net_quantity = now.net_quantity, net_amount = now.net_amount"
        " FROM renetted AS now WHERE line.load_id = now.load_id AND line.line_number = now.line_number"
    )


def _row(database: Database, ledger_name: str) -> tuple[str, str | None] | None:
    with database.connect() as connection:
        row = connection.execute(
            "SELECT learned, made_from FROM warehouse.cleaning WHERE ledger_name = %s", [ledger_name]
        ).fetchone()
    return None if row is None else (str(row[0]), None if row[1] is None else str(row[1]))


def _forget(connection: Connection) -> None:
    connection.execute("UPDATE warehouse.cleaning SET made_from = NULL")


def _keep(connection: Connection, cleaned: Cleaned, ledger_name: str) -> None:
    _forget(connection)
    connection.execute(
        "INSERT INTO warehouse.cleaning (ledger_name, learned, made_from) VALUES (%s, %s, %s)"
        " ON CONFLICT (ledger_name) DO UPDATE SET learned = excluded.learned, made_from = excluded.made_from",
        [ledger_name, _learned_to_json(cleaned.ground.learned), _to_json(cleaned)],
    )


def _to_json(cleaned: Cleaned) -> str:
    ground = cleaned.ground
    loads = {
        str(load_id): {
            "days": {day.isoformat(): lines for day, lines in facts.days.items()},
            "countries": dict(facts.countries),
        }
        for load_id, facts in ground.loads.items()
    }
    span = [ground.span.first.isoformat(), ground.span.end.isoformat()]
    document = {
        "rules": cleaned.rules,
        "span": span,
        "countries": dict(ground.countries),
        "loads": loads,
        "covered": [ground.naming.covered, ground.naming.total],
    }
    return json.dumps(document, ensure_ascii=False)


def _from_json(text: str, learned: Learned) -> Cleaned:
    document = json.loads(text)
    first, end = map(date.fromisoformat, document["span"])
    loads = {
        int(load_id): LoadFacts(
            {date.fromisoformat(day): lines for day, lines in facts["days"].items()}, facts["countries"]
        )
        for load_id, facts in document["loads"].items()
    }
    countries = {key: tuple(names) for key, names in document["countries"].items()}
    naming = Naming(learned.vocabulary, *document["covered"])
    return Cleaned(document["rules"], Ground(Span(first, end), countries, loads, naming, learned.regions))


def _learned_to_json(learned: Learned) -> str:
    words = learned.vocabulary
    document = {
        "categories": None if words is None else words.categories,
        "types": None if words is None else words.types,
        "regions": learned.regions,
    }
    return json.dumps(document, ensure_ascii=False)


def _learned_from_json(text: str) -> Learned:
    document = json.loads(text)
    categories, types, regions = (document[name] for name in ("categories", "types", "regions"))
    vocabulary = None if categories is None else Vocabulary(tuple(categories), tuple(types))
    return Learned(vocabulary, tuple(regions))
