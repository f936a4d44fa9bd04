"""Figures of the cleaned ledger by which others go: its period, its days, its customers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

import pandas as pd

from segmentation_platform.engine import Engine, Parameters, TableLike, answer
from segmentation_platform.ledger.increments import Extent

_DAYS = (
    "SELECT CAST(sold_at AS DATE) AS day, COUNT(*) AS lines FROM clean_sales WHERE status = 'completed'"
    " GROUP BY CAST(sold_at AS DATE) ORDER BY day"
)
_GAP = timedelta(days=21)
_USUALLY_OPEN = 0.9


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


def sales_period(engine: Engine, clean_sales: TableLike, before: date = date.max) -> Period | None:
    """The period of the cleaned ledger, up to a day; None when there are no sales."""
    query = (
        "SELECT MIN(sold_at) AS first, MAX(sold_at) AS last, COUNT(*) AS lines FROM clean_sales"
        " WHERE sold_at < $before"
    )
    [row] = _asked(engine, clean_sales, query, {"before": before}).to_dict("records")
    if not row["lines"]:
        return None
    return Period(row["first"].to_pydatetime(), row["last"].to_pydatetime(), int(row["lines"]))


def extent(engine: Engine, clean_sales: TableLike, load_ids: Iterable[int]) -> Extent:
    """Days, customers and products of some loads of the cleaned ledger."""
    of_loads = "FROM clean_sales JOIN loads USING (load_id)"
    queries = (
        f"SELECT CAST(sold_at AS DATE) AS day, COUNT(*) AS lines {of_loads} GROUP BY CAST(sold_at AS DATE)",
        f"SELECT DISTINCT customer_id AS name {of_loads} WHERE customer_id IS NOT NULL",
        f"SELECT DISTINCT stock_code AS name {of_loads}",
    )
    tables = {"clean_sales": clean_sales, "loads": pd.DataFrame({"load_id": sorted(load_ids)}, dtype="int64")}
    days, customers, products = answer(engine, tables, *queries)
    return Extent(
        {day.date(): int(lines) for day, lines in zip(days["day"], days["lines"], strict=True)},
        frozenset(customers["name"]),
        frozenset(products["name"]),
    )


def weekly_lines(engine: Engine, clean_sales: TableLike, weeks: int) -> list[int]:
    """Lines of sale of the last weeks up to the last sale, the last week first; fewer where the ledger is shorter."""
    lines = _by_day(_asked(engine, clean_sales, _DAYS))
    whole = min(weeks, len(lines) // 7)
    return [int(lines.iloc[-7 * (week + 1) : len(lines) - 7 * week].sum()) for week in range(whole)]


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


def recent_days(engine: Engine, clean_sales: TableLike, weeks: int) -> RecentDays | None:
    """Days of the last weeks; None where the ledger has not twice as many.

    A weekday otherwise has sales where nine of ten of its days before have.
    """
    lines = _by_day(_asked(engine, clean_sales, _DAYS))
    if len(lines) < 14 * weeks:
        return None
    before, recent = lines.iloc[: -7 * weeks], lines.iloc[-7 * weeks :]
    is_open = (before > 0).groupby(pd.DatetimeIndex(before.index).day_of_week).mean() >= _USUALLY_OPEN
    missing = [day.date() for day in recent.index[recent == 0] if is_open[day.day_of_week]]
    same_weekday = recent.iloc[-8::-7]
    usual = median(same_weekday) if len(same_weekday) else 0
    return RecentDays(tuple(missing), _longest_gap(lines), float(lines.iloc[-1] / usual) if usual else 1.0)


def _by_day(days: pd.DataFrame) -> pd.Series:
    """Lines of each day from the first to the last, 0 on days without one."""
    lines = days.set_index("day")["lines"]
    return lines.asfreq("D", fill_value=0) if len(lines) else lines


def _longest_gap(lines: pd.Series) -> tuple[date, date] | None:
    with_sales = lines.index[lines > 0]
    gaps = [(later - earlier, earlier, later) for earlier, later in pairwise(with_sales) if later - earlier > _GAP]
    if not gaps:
        return None
    _, earlier, later = max(gaps, key=lambda gap: (gap[0], -gap[1].toordinal()))
    return earlier.date(), later.date()


@dataclass(frozen=True)
class Beside:
    """Lines of earlier files that stand beside other lines of their order, on that day, of a later file.

    Attributes:
        lines: that do
        money: share of the money of all clean lines

    """

    lines: int
    money: float


def beside_later_lines(engine: Engine, clean_sales: TableLike) -> Beside:
    """Lines that a later file with their order does not have: it came in parts, or was corrected since."""
    query = """
        WITH lines AS (
            SELECT
                abs(amount) AS money,
                load_id < MAX(load_id) OVER (PARTITION BY invoice, CAST(sold_at AS DATE)) AS is_beside
            FROM clean_sales
        )
        SELECT
            SUM(CASE WHEN is_beside THEN 1 ELSE 0 END) AS lines,
            SUM(CASE WHEN is_beside THEN money ELSE 0 END) / nullif(SUM(money), 0) AS share
        FROM lines
    """
    [row] = _asked(engine, clean_sales, query).fillna(0).to_dict("records")
    return Beside(int(row["lines"]), float(row["share"]))


def new_countries(engine: Engine, clean_sales: TableLike, days: int) -> tuple[list[tuple[str, int]], int]:
    """Countries whose first line is within the last days, with their lines, most first; and all lines of these days.

    There are none where the ledger has not twice as many days, or names no country.
    """
    query = (
        "SELECT country, CAST(sold_at AS DATE) AS day, COUNT(*) AS lines FROM clean_sales"
        " GROUP BY country, CAST(sold_at AS DATE)"
    )
    found = _asked(engine, clean_sales, query)
    if found.empty:
        return [], 0
    recent_from = found["day"].max() - timedelta(days=days - 1)
    recent = int(found.loc[found["day"] >= recent_from, "lines"].sum())
    if (found["day"].max() - found["day"].min()).days < 2 * days:
        return [], recent
    countries = found.groupby("country").agg(first=("day", "min"), lines=("lines", "sum")).reset_index()
    new = countries[(countries["first"] >= recent_from) & (countries["country"] != "Unspecified")]
    new = new.sort_values(["lines", "country"], ascending=[False, True])
    return [(str(name), int(lines)) for name, lines in zip(new["country"], new["lines"], strict=True)], recent


def paying_customers(engine: Engine, clean_sales: TableLike, before: date) -> int:
    """Distinct known customers with a sales line before a day, whether cancelled later or not."""
    query = (
        "SELECT COUNT(DISTINCT customer_id) AS customers FROM clean_sales"
        " WHERE status = 'completed' AND sold_at < $before"
    )
    return int(_asked(engine, clean_sales, query, {"before": before})["customers"].iloc[0])


def guest_share(engine: Engine, clean_sales: TableLike, before: date) -> float:
    """Share of the sales' revenue before a day that came from guests; 0 where there is none."""
    query = (
        "SELECT SUM(CASE WHEN customer_id IS NULL THEN amount ELSE 0 END) / nullif(SUM(amount), 0) AS share"
        " FROM clean_sales WHERE status = 'completed' AND sold_at < $before"
    )
    return float(_asked(engine, clean_sales, query, {"before": before})["share"].fillna(0).iloc[0])


def repeated_keys(engine: Engine, table: TableLike, keys: Iterable[str], limit: int = 20) -> list[dict[str, str]]:
    """Keys that stand more than once in a table, with their number."""
    named = ", ".join(f'"{key}"' for key in keys)
    query = f"SELECT {named}, COUNT(*) AS rows FROM lines GROUP BY {named} HAVING COUNT(*) > 1 ORDER BY {named}"  # noqa: S608
    [found] = answer(engine, {"lines": table}, f"{query} LIMIT {int(limit)}")
    return [
        {"key": ", ".join(str(value) for value in row[:-1]), "rows": str(row[-1])}
        for row in found.itertuples(index=False, name=None)
    ]


def _asked(engine: Engine, clean_sales: TableLike, query: str, parameters: Parameters | None = None) -> pd.DataFrame:
    [found] = answer(engine, {"clean_sales": clean_sales}, query, parameters=parameters)
    return found
