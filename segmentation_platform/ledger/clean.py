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
_REASONS = Step(
    "reasons",
    "SELECT reason, COUNT(*) AS rows, round(SUM(amount), 2) AS amount FROM rejected_sales"
    " GROUP BY reason ORDER BY rows DESC, reason",
)


@dataclass(frozen=True)
class CleanedLedger:
    """The two halves of a ledger, as streams that can be read once, clean lines first.

    Attributes:
        clean: columns of `contracts.CleanSales`
        rejected: columns of `contracts.RejectedSales`
        reasons: columns reason, rows and amount, most rows first

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
        session.run(CLASSIFIED_SALES, _parameters(rules))
        session.run(REJECTED_SALES)
        session.run(PRODUCT_LINES)
        session.run(NET_QUANTITIES)
        _add_lookups(session, rules)
        session.run(CLEAN_SALES)
        session.run(_REASONS)
        yield CleanedLedger(
            session.read(CLEAN_SALES.name), session.read(REJECTED_SALES.name), session.frame(_REASONS.name)
        )


def _parameters(rules: CleaningRules) -> dict[str, object]:
    return {
        "date_formats": list(rules.date_formats),
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
