"""The customers of a ledger file, to be scored."""

from pathlib import Path

from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.in_memory import clean_file
from segmentation_platform.ledger.plausible import summary
from segmentation_platform.ledger.readers import ReadOptions
from segmentation_platform.ledger.rules import CleaningRules
from segmentation_platform.recommendations.errors import ScoringError
from segmentation_platform.scoring.customer import Purchase, purchases_of


def customers_of_file(
    path: Path, options: ReadOptions, rules: CleaningRules
) -> dict[str, tuple[list[Purchase], str]]:
    """What the customers of a ledger file who kept something bought, and their region.

    Raises:
        LedgerError: when the file can't be used.
        ScoringError: when there is no genuine sale of a known customer in it.

    """
    cleaned = clean_file(DuckDBEngine(), path, options, rules)
    lines = to_frame(cleaned.clean)
    kept = lines[lines["customer_id"].notna() & (lines["net_quantity"] > 0)].sort_values("sold_at")
    if kept.empty:
        rejected = summary(cleaned.reasons) or "nothing"
        raise ScoringError(f"{path}: no genuine sale of a known customer is in it. Rejected: {rejected}.")
    bought = lines[lines["customer_id"].isin(kept["customer_id"])].groupby("customer_id")
    regions = kept.groupby("customer_id")["region"].last()
    return {str(customer): (purchases_of(own), str(regions[customer])) for customer, own in bought}
