"""The customers of a ledger file, to be scored."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.engine import Engine
from segmentation_platform.ledger.in_memory import clean_file
from segmentation_platform.ledger.inspection import Given
from segmentation_platform.ledger.plausible import summary
from segmentation_platform.recommendations.errors import ScoringError
from segmentation_platform.scoring.customer import Purchase, purchases_of


@dataclass(frozen=True)
class FileCustomers:
    """The customers of a file.

    Attributes:
        customers: what each who kept something bought, and the region
        rejected: the lines that are no genuine sales, columns of `contracts.RejectedSales`

    """

    customers: dict[str, tuple[list[Purchase], str]]
    rejected: pd.DataFrame


def read_customers(engine: Engine, path: Path, given: Given) -> FileCustomers:
    """The customers of a ledger file, and the lines of it that can't be used.

    Raises:
        LedgerError: when the file can't be used.

    """
    cleaned = clean_file(engine, path, given)
    return FileCustomers(_customers(to_frame(cleaned.clean)), to_frame(cleaned.rejected))


def customers_of_file(engine: Engine, path: Path, given: Given) -> dict[str, tuple[list[Purchase], str]]:
    """What the customers of a ledger file who kept something bought, and their region.

    Raises:
        LedgerError: when the file can't be used.
        ScoringError: when there is no genuine sale of a known customer in it.

    """
    cleaned = clean_file(engine, path, given)
    customers = _customers(to_frame(cleaned.clean))
    if not customers:
        rejected = summary(cleaned.reasons) or "nothing"
        raise ScoringError(f"{path}: no genuine sale of a known customer is in it. Rejected: {rejected}.")
    return customers


def _customers(lines: pd.DataFrame) -> dict[str, tuple[list[Purchase], str]]:
    kept = lines[lines["customer_id"].notna() & (lines["net_quantity"] > 0)].sort_values("sold_at")
    bought = lines[lines["customer_id"].isin(kept["customer_id"])].groupby("customer_id")
    regions = kept.groupby("customer_id")["region"].last()
    return {str(customer): (purchases_of(own), str(regions[customer])) for customer, own in bought}
