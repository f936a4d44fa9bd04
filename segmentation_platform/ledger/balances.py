"""Whether cleaning loses or doubles anything: lines and money as read, as cleaned and as rejected."""

from dataclasses import dataclass

import pandas as pd

from segmentation_platform.contracts.ledger import REJECTED_BY_RULE
from segmentation_platform.engine import Engine, TableLike, answer
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform.ledger.raw_amounts import raw_amount


@dataclass(frozen=True)
class Halves:
    """A raw ledger and the two halves that became of it.

    Attributes:
        raw: columns of `contracts.RawSales`
        clean: columns of `contracts.CleanSales`
        rejected: of `contracts.RejectedSales` the columns load_id, reason, amount and customer_id

    """

    raw: TableLike
    clean: TableLike
    rejected: TableLike


@dataclass(frozen=True)
class Balance:
    """One load's total as read, as cleaned and as rejected: rows, or revenue."""

    load_id: int
    raw: float
    clean: float
    rejected: float


def row_balances(engine: Engine, halves: Halves) -> list[Balance]:
    """Rows of every load."""
    return _balances(engine, halves, ("1", "1", "1"))


def revenue_balances(engine: Engine, halves: Halves, profile: Profile) -> list[Balance]:
    """Money of every load, summed over lines on which it can be read.

    The raw side is read from the text independently of the cleaning; of the clean side discounts count too, because
    a line's text has the amount before them.
    """
    return _balances(engine, halves, (raw_amount(profile), "amount + discount", "amount"))


def _balances(engine: Engine, halves: Halves, values: tuple[str, str, str]) -> list[Balance]:
    tables = {"raw_sales": halves.raw, "clean_sales": halves.clean, "rejected_sales": halves.rejected}
    queries = [
        # The amount may look at other lines of its order, which is not to be done within a sum.
        f"SELECT load_id, SUM(value) AS total FROM (SELECT load_id, {value} AS value FROM {table}) AS lines"  # noqa: S608
        " GROUP BY load_id"
        for table, value in zip(tables, values, strict=True)
    ]
    found = [each.set_index("load_id")["total"] for each in answer(engine, tables, *queries)]
    together = pd.concat(found, axis=1, keys=["raw", "clean", "rejected"]).fillna(0.0).sort_index()
    return [Balance(int(row[0]), *map(float, row[1:])) for row in together.itertuples(name=None)]


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


def losses(engine: Engine, clean: TableLike, rejected: TableLike) -> Losses:
    """What is lost with rejected lines that could be sales (`REJECTED_BY_RULE` left out)."""
    by_rule = pd.DataFrame({"reason": REJECTED_BY_RULE}, dtype="str")
    query = """
        WITH typical AS (
            SELECT coalesce(MEDIAN(abs(amount)), 0) AS money FROM clean_sales
        ), lost AS (
            SELECT
                CASE WHEN line.amount = 0 AND line.reason LIKE 'unparseable%' THEN typical.money
                    ELSE abs(line.amount) END AS money,
                lower(regexp_replace(nullif(trim(line.customer_id), ''), '[.]0+$', '')) AS customer
            FROM rejected_sales AS line CROSS JOIN typical
            LEFT JOIN by_rule ON by_rule.reason = line.reason
            WHERE by_rule.reason IS NULL
        ), known AS (
            SELECT DISTINCT lower(customer_id) AS customer FROM clean_sales WHERE customer_id IS NOT NULL
        ), gone AS (
            SELECT COUNT(DISTINCT lost.customer) AS customers FROM lost
            LEFT JOIN known ON known.customer = lost.customer WHERE known.customer IS NULL
        ), lost_money AS (
            SELECT COUNT(*) AS lines, coalesce(SUM(money), 0) AS money FROM lost
        ), kept AS (
            SELECT coalesce(SUM(abs(amount)), 0) AS money, COUNT(DISTINCT customer_id) AS customers FROM clean_sales
        )
        SELECT
            lost_money.lines AS lines,
            lost_money.money AS lost,
            kept.money AS kept,
            gone.customers AS gone,
            kept.customers AS known
        FROM lost_money CROSS JOIN kept CROSS JOIN gone
    """
    tables = {"clean_sales": clean, "rejected_sales": rejected, "by_rule": by_rule}
    [found] = answer(engine, tables, query)
    [row] = found.to_dict("records")
    return Losses(
        int(row["lines"]),
        _share(float(row["lost"]), float(row["lost"] + row["kept"])),
        _share(float(row["gone"]), float(row["gone"] + row["known"])),
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
