"""From raw text to the cleaned ledger: classify every line, keep the genuine ones, net cancellations."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from segmentation_platform.engine import Engine, Session, Step, TableLike, read_step
from segmentation_platform.ledger.categories import categorise, load_rules
from segmentation_platform.ledger.countries import continents, country_key
from segmentation_platform.ledger.rules import CleaningRules

CLASSIFIED_SALES, REJECTED_SALES, PRODUCT_LINES, NET_QUANTITIES, CLEAN_SALES = (
    read_step(__package__, name)
    for name in ("classified_sales", "rejected_sales", "product_lines", "net_quantities", "clean_sales")
)
_DESCRIPTIONS = Step("descriptions", "SELECT DISTINCT description FROM product_lines WHERE description IS NOT NULL")
_READABLE_DATES = Step(
    "readable_dates",
    "SELECT COUNT(try_strptime(trim(invoice_date), $as_set)) AS as_set,"
    " COUNT(try_strptime(trim(invoice_date), $turned)) AS turned"
    " FROM (SELECT DISTINCT invoice_date FROM raw_sales)",
)
_REASONS = Step(
    "reasons",
    "SELECT reason, COUNT(*) AS rows, round(SUM(amount), 2) AS amount, MIN(CASE reason"
    " WHEN 'unparseable_quantity' THEN quantity WHEN 'unparseable_price' THEN unit_price"
    " WHEN 'unparseable_date' THEN invoice_date WHEN 'not_a_product' THEN stock_code ELSE invoice END) AS example"
    " FROM rejected_sales GROUP BY reason ORDER BY rows DESC, reason",
)


@dataclass(frozen=True)
class CleanedLedger:
    """The two halves of a ledger, as streams that can be read once, clean lines first.

    Attributes:
        clean: columns of `contracts.CleanSales`
        rejected: columns of `contracts.RejectedSales`
        reasons: columns reason, rows, amount and example, most rows first

    """

    clean: pa.RecordBatchReader
    rejected: pa.RecordBatchReader
    reasons: pd.DataFrame


@contextmanager
def cleaned_ledger(engine: Engine, raw_sales: TableLike, rules: CleaningRules) -> Iterator[CleanedLedger]:
    """Clean a raw ledger; its halves stream as long as the block is open.

    Args:
        engine: runs the SQL
        raw_sales: columns of `contracts.RawSales`
        rules: what is genuine, and how text is understood

    """
    with engine.session() as session:
        session.add("raw_sales", raw_sales)
        session.run(CLASSIFIED_SALES, _parameters(rules, _date_formats(session, rules)))
        session.run(REJECTED_SALES)
        session.run(PRODUCT_LINES)
        session.run(NET_QUANTITIES)
        _add_lookups(session, rules)
        session.run(CLEAN_SALES)
        session.run(_REASONS)
        yield CleanedLedger(
            session.read(CLEAN_SALES.name), session.read(REJECTED_SALES.name), session.frame(_REASONS.name)
        )


def _date_formats(session: Session, rules: CleaningRules) -> list[str]:
    """The formats of the rules, or the same with day and month changed about if the ledger is read better so.

    It is one order for the whole ledger: told line by line, 1/2 would be January beside a 13/2.
    """
    as_set = list(rules.date_formats)
    turned = [formats.replace("%m/%d", "%d/%m") for formats in as_set]
    session.run(_READABLE_DATES, {"as_set": as_set, "turned": turned})
    readable = session.frame(_READABLE_DATES.name).iloc[0]
    return turned if readable["turned"] > readable["as_set"] else as_set


def _parameters(rules: CleaningRules, date_formats: list[str]) -> dict[str, object]:
    return {
        "date_formats": date_formats,
        "product_code": rules.product_code,
        "cancellation_prefix": rules.cancellation_prefix.upper(),
    }


def _add_lookups(session: Session, rules: CleaningRules) -> None:
    session.run(_DESCRIPTIONS)
    session.add("product_categories", categorise(session.frame("descriptions")["description"], load_rules()))
    session.add("continents", continents())
    session.add("own_regions", _own_regions(rules.regions))


def _own_regions(regions: tuple[str, ...]) -> pd.DataFrame:
    rows = [(country_key(name), name) for name in regions]
    return pd.DataFrame(rows, columns=["country_key", "region"], dtype="str")
