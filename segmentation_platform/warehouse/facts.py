"""Figures that are cheapest to ask the database itself: periods, counts, sums."""

from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from segmentation_platform.contracts import Contract
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.tables import SCHEMA

# Raw text as a number, by the same rule as the cleaning (`classified_sales.sql`), where DuckDB trims these spaces.
_SPACES = "".join(map(chr, (0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)))
_QUANTITY, _PRICE = f"btrim(quantity, '{_SPACES}')", f"btrim(unit_price, '{_SPACES}')"
_IS_QUANTITY = r"^[+-]?([0-9]{1,9}([.][0-9]*)?|[.][0-9]+)$"
_IS_PRICE = r"^[+-]?([0-9]{1,9}([.][0-9]*)?|[.][0-9]+)([eE](-[0-9]{1,2}|[+]?0?[0-9]))?$"


@dataclass(frozen=True)
class Period:
    """From the first to the last genuine sales line, and how many there are."""

    first_sale: datetime
    last_sale: datetime
    lines: int

    @property
    def days(self) -> int:
        """Days from the first to the last."""
        return (self.last_sale - self.first_sale).days


@dataclass(frozen=True)
class Balance:
    """One load's total as read, as cleaned and as rejected: rows, or revenue."""

    load_id: int
    raw: float
    clean: float
    rejected: float


def sales_period(database: Database, before: date = date.max) -> Period | None:
    """The period of the cleaned ledger, up to a day; None when there are no sales or no table yet."""
    with database.connect() as connection:
        there = connection.execute("SELECT to_regclass('warehouse.clean_sales')").fetchone()
        if there is None or there[0] is None:
            return None
        row = connection.execute(
            "SELECT min(sold_at), max(sold_at), count(*) FROM warehouse.clean_sales WHERE sold_at < %s", [before]
        ).fetchone()
    return None if row is None or row[0] is None else Period(*row)  # type: ignore[arg-type]  # as the query selects


def cleaned_loads(database: Database) -> set[int]:
    """The loads whose lines are in the cleaned ledger."""
    with database.connect() as connection:
        rows = connection.execute("SELECT DISTINCT load_id FROM warehouse.clean_sales").fetchall()
    return {int(str(row[0])) for row in rows}


def row_balances(database: Database) -> list[Balance]:
    """Rows of every load in use."""
    return _balances(database, "count(*)", "count(*)")


def revenue_balances(database: Database) -> list[Balance]:
    """Quantity times price of every load in use, summed over lines on which both can be read."""
    readable = f"{_QUANTITY} ~ '{_IS_QUANTITY}' AND {_PRICE} ~ '{_IS_PRICE}'"
    product = f"{_QUANTITY}::numeric * {_PRICE}::numeric"
    return _balances(database, f"sum(CASE WHEN {readable} THEN {product} ELSE 0 END)", "sum(amount)")


def _balances(database: Database, raw: str, cleaned: str) -> list[Balance]:
    query = f"""
        WITH raw AS (
            SELECT load_id, {raw} AS total FROM warehouse.raw_sales
            WHERE load_id IN (SELECT load_id FROM warehouse.loads WHERE is_current) GROUP BY load_id
        ), clean AS (
            SELECT load_id, {cleaned} AS total FROM warehouse.clean_sales GROUP BY load_id
        ), rejected AS (
            SELECT load_id, {cleaned} AS total FROM warehouse.rejected_sales GROUP BY load_id
        )
        SELECT
            load_id,
            coalesce(raw.total, 0)::float8 AS raw,
            coalesce(clean.total, 0)::float8 AS clean,
            coalesce(rejected.total, 0)::float8 AS rejected
        FROM raw FULL JOIN clean USING (load_id) FULL JOIN rejected USING (load_id) ORDER BY load_id
    """  # noqa: S608 - composed of constants
    with database.connect() as connection, connection.cursor(row_factory=class_row(Balance)) as cursor:
        return cursor.execute(query.encode()).fetchall()


def paying_customers(database: Database, before: date) -> int:
    """Distinct known customers with a sales line before a day, whether cancelled later or not."""
    with database.connect() as connection:
        row = connection.execute(
            "SELECT count(DISTINCT customer_id) FROM warehouse.clean_sales"
            " WHERE status = 'completed' AND sold_at < %s",
            [before],
        ).fetchone()
    return 0 if row is None else int(str(row[0]))


def guest_share(database: Database, before: date) -> float:
    """Share of the sales' revenue before a day that came from guests; 0 where there is none."""
    with database.connect() as connection:
        row = connection.execute(
            "SELECT (sum(amount) FILTER (WHERE customer_id IS NULL) / nullif(sum(amount), 0))::float8"
            " FROM warehouse.clean_sales WHERE status = 'completed' AND sold_at < %s",
            [before],
        ).fetchone()
    return 0.0 if row is None or row[0] is None else float(str(row[0]))


def rows(database: Database, contract: type[Contract]) -> int:
    """Number of rows of a working table; its name comes from the contract alone."""
    with database.connect() as connection:
        row = connection.execute(f"SELECT count(*) FROM {SCHEMA}.{contract.table()}".encode()).fetchone()  # noqa: S608
    return 0 if row is None else int(str(row[0]))


def repeated_keys(database: Database, contract: type[Contract], limit: int = 20) -> list[dict[str, str]]:
    """Keys that stand more than once in a working table, with their number; names come from the contract alone."""
    keys = ", ".join(f'"{name}"' for name in contract.key())
    query = (
        f"SELECT concat_ws(', ', {keys}), count(*) FROM {SCHEMA}.{contract.table()}"  # noqa: S608
        f" GROUP BY {keys} HAVING count(*) > 1 ORDER BY 1 LIMIT {int(limit)}"
    )
    with database.connect() as connection:
        return [{"key": str(key), "rows": str(count)} for key, count in connection.execute(query.encode())]
