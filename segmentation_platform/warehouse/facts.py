"""Figures that are cheapest to ask the database itself: periods, counts, sums."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from segmentation_platform.contracts import Contract
from segmentation_platform.contracts.ledger import REJECTED_BY_RULE
from segmentation_platform.ledger.increments import Extent
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.raw_amounts import raw_amount
from segmentation_platform.warehouse.tables import SCHEMA


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
    """The loads whose lines were cleaned: kept or rejected."""
    with database.connect() as connection:
        rows = connection.execute(
            "SELECT DISTINCT load_id FROM warehouse.clean_sales"
            " UNION SELECT DISTINCT load_id FROM warehouse.rejected_sales"
        ).fetchall()
    return {int(str(row[0])) for row in rows}


def extent(database: Database, load_ids: Iterable[int]) -> Extent:
    """Days, customers and products of some loads of the cleaned ledger."""
    of_loads, numbers = "FROM warehouse.clean_sales WHERE load_id = ANY(%s)", [list(load_ids)]
    with database.connect() as connection:
        days = connection.execute(f"SELECT sold_at::date, count(*) {of_loads} GROUP BY 1", numbers).fetchall()
        customers = connection.execute(f"SELECT DISTINCT customer_id {of_loads}", numbers).fetchall()
        products = connection.execute(f"SELECT DISTINCT stock_code {of_loads}", numbers).fetchall()
    return Extent(
        {date.fromisoformat(str(day)): int(str(lines)) for day, lines in days},
        frozenset(str(row[0]) for row in customers if row[0] is not None),
        frozenset(str(row[0]) for row in products),
    )


def row_balances(database: Database) -> list[Balance]:
    """Rows of every load in use."""
    return _balances(database, "SELECT load_id, 1 AS value FROM warehouse.raw_sales", "count(*)", "count(*)")


def revenue_balances(database: Database, profile: Profile) -> list[Balance]:
    """Money of every load in use, summed over lines on which it can be read.

    The raw side is read from the text by Postgres, independently of the cleaning; of the clean side discounts count
    too, because a line's text has the amount before them.
    """
    raw = f"SELECT load_id, {raw_amount(profile)} AS value FROM warehouse.raw_sales"  # noqa: S608 - of literals
    return _balances(database, raw, "sum(amount + discount)", "sum(amount)")


def _balances(database: Database, raw: str, clean: str, rejected: str) -> list[Balance]:
    query = f"""
        WITH raw AS (
            SELECT load_id, sum(value) AS total FROM ({raw}) AS lines
            WHERE load_id IN (SELECT load_id FROM warehouse.loads WHERE is_current) GROUP BY load_id
        ), clean AS (
            SELECT load_id, {clean} AS total FROM warehouse.clean_sales GROUP BY load_id
        ), rejected AS (
            SELECT load_id, {rejected} AS total FROM warehouse.rejected_sales GROUP BY load_id
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


@dataclass(frozen=True)
class Losses:
    """What is lost with lines that are rejected though they could be sales.

    Attributes:
        lines: that are
        money: share of the money of these and the clean lines; a line that can't be read counts as the median
        customers: share of the customers, those who have no other line

    """

    lines: int
    money: float
    customers: float


def losses(database: Database) -> Losses:
    """What is lost with rejected lines that could be sales (`REJECTED_BY_RULE` left out)."""
    query = """
        WITH typical AS (
            SELECT coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(amount)), 0) AS amount
            FROM warehouse.clean_sales
        ), lost AS (
            SELECT
                CASE WHEN rejected.amount = 0 AND reason LIKE 'unparseable%%' THEN typical.amount
                    ELSE abs(rejected.amount) END AS money,
                lower(regexp_replace(nullif(btrim(customer_id), ''), '[.]0+$', '')) AS customer
            FROM warehouse.rejected_sales AS rejected CROSS JOIN typical WHERE reason <> ALL(%(by_rule)s)
        ), kept AS (
            SELECT sum(abs(amount)) AS money, count(DISTINCT customer_id) AS customers FROM warehouse.clean_sales
        ), gone AS (
            SELECT count(DISTINCT customer) AS customers FROM lost
            WHERE customer NOT IN (SELECT lower(customer_id) FROM warehouse.clean_sales WHERE customer_id IS NOT NULL)
        )
        SELECT
            (SELECT count(*) FROM lost),
            coalesce((SELECT sum(money) FROM lost), 0)::float8,
            coalesce(kept.money, 0)::float8,
            gone.customers::float8,
            kept.customers::float8
        FROM kept CROSS JOIN gone
    """
    with database.connect() as connection:
        row = connection.execute(query, {"by_rule": list(REJECTED_BY_RULE)}).fetchone()
    lines, lost, kept, gone, known = (float(str(value)) for value in row or (0, 0, 0, 0, 0))
    return Losses(int(lines), _share(lost, lost + kept), _share(gone, gone + known))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def weekly_lines(database: Database, weeks: int) -> list[int]:
    """Lines of sale of the last weeks up to the last sale, the last week first; fewer where the ledger is shorter."""
    query = """
        WITH sales AS (SELECT sold_at::date AS day FROM warehouse.clean_sales WHERE status = 'completed'),
        span AS (SELECT min(day) AS first, max(day) AS last FROM sales)
        SELECT week, count(sales.day) FROM span
        CROSS JOIN LATERAL generate_series(0, least(%(weeks)s, (span.last - span.first + 1) / 7) - 1) AS week
        LEFT JOIN sales ON (span.last - sales.day) / 7 = week
        GROUP BY week ORDER BY week
    """
    with database.connect() as connection:
        return [int(str(lines)) for _, lines in connection.execute(query, {"weeks": weeks})]


@dataclass(frozen=True)
class RecentDays:
    """The last weeks of the ledger, day by day.

    Attributes:
        missing: days without a sale, of weekdays that otherwise have some
        gap: the days around the longest time without a sale in the whole ledger, if it is three weeks or longer
        last_ratio: lines of the last day, against the median of the same weekday before

    """

    missing: tuple[date, ...]
    gap: tuple[date, date] | None
    last_ratio: float


def recent_days(database: Database, weeks: int) -> RecentDays | None:
    """Days of the last weeks; None where the ledger has not twice as many.

    A weekday otherwise has sales where nine of ten of its days before have.
    """
    query = """
        WITH sales AS (
            SELECT sold_at::date AS day, count(*) AS lines FROM warehouse.clean_sales
            WHERE status = 'completed' GROUP BY 1
        ), span AS (SELECT min(day) AS first, max(day) AS last FROM sales),
        calendar AS (
            SELECT dates.day::date, span.last, span.last - dates.day::date < 7 * %(weeks)s AS is_recent,
                coalesce(sales.lines, 0) AS lines, extract(isodow FROM dates.day) AS weekday
            FROM span CROSS JOIN LATERAL generate_series(first, last, interval '1 day') AS dates (day)
            LEFT JOIN sales ON sales.day = dates.day::date
        ), usual AS (
            SELECT weekday, avg((lines > 0)::int) AS share FROM calendar WHERE NOT is_recent GROUP BY weekday
        )
        SELECT
            (SELECT array[day, next] FROM (SELECT day, lead(day) OVER (ORDER BY day) AS next FROM sales) AS pairs
                WHERE next - day > 21 ORDER BY next - day DESC, day LIMIT 1),
            (SELECT last - first + 1 FROM span),
            (SELECT array_agg(day ORDER BY day) FROM calendar JOIN usual USING (weekday)
                WHERE is_recent AND lines = 0 AND share >= 0.9),
            (SELECT lines FROM calendar WHERE day = last),
            (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY lines) FROM calendar
                WHERE is_recent AND day < last AND weekday = extract(isodow FROM last))
    """
    with database.connect() as connection:
        row = connection.execute(query, {"weeks": weeks}).fetchone()
    gap, days, missing, last, usual = row or (None, None, None, None, None)
    if days is None or int(str(days)) < 14 * weeks:
        return None
    return RecentDays(
        tuple(missing) if isinstance(missing, list) else (),
        (gap[0], gap[1]) if isinstance(gap, list) else None,
        float(str(last)) / float(str(usual)) if usual else 1.0,
    )


@dataclass(frozen=True)
class Beside:
    """Lines of earlier files that stand beside other lines of their order, on that day, of a later file.

    Attributes:
        lines: that do
        money: share of the money of all clean lines

    """

    lines: int
    money: float


def beside_later_lines(database: Database) -> Beside:
    """Lines that a later file with their order does not have: it came in parts, or was corrected since."""
    query = """
        WITH lines AS (
            SELECT amount, load_id, max(load_id) OVER (PARTITION BY invoice, sold_at::date) AS newest
            FROM warehouse.clean_sales
        )
        SELECT
            count(*) FILTER (WHERE load_id < newest),
            coalesce(sum(abs(amount)) FILTER (WHERE load_id < newest) / nullif(sum(abs(amount)), 0), 0)::float8
        FROM lines
    """
    with database.connect() as connection:
        row = connection.execute(query).fetchone()
    lines, money = row or (0, 0.0)
    return Beside(int(str(lines)), float(str(money)))


def new_countries(database: Database, days: int) -> tuple[list[tuple[str, int]], int]:
    """Countries whose first line is within the last days, with their lines, most first; and all lines of these days.

    There are none where the ledger has not twice as many days, or names no country.
    """
    query = """
        WITH span AS (SELECT min(sold_at)::date AS first, max(sold_at)::date AS last FROM warehouse.clean_sales)
        SELECT country, count(*) AS lines FROM warehouse.clean_sales CROSS JOIN span
        WHERE span.last - span.first >= 2 * %(days)s AND country <> 'Unspecified'
        GROUP BY country, span.last HAVING span.last - min(sold_at)::date < %(days)s
        ORDER BY lines DESC, country
    """
    recent = (
        "SELECT count(*) FROM warehouse.clean_sales"
        " WHERE sold_at >= (SELECT max(sold_at)::date FROM warehouse.clean_sales) - %s::int + 1"
    )
    with database.connect() as connection:
        new = [(str(name), int(str(lines))) for name, lines in connection.execute(query, {"days": days})]
        row = connection.execute(recent, [days]).fetchone()
    return new, 0 if row is None else int(str(row[0]))


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
