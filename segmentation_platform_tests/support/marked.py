"""Frames whose every value says which snapshot, or which write, it came from."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import cache

import pandas as pd

from segmentation_platform.contracts import INTERNAL, PUBLISHED, Contract, CustomerSegmentHistory
from segmentation_platform.contracts.snapshot_record import NewSnapshot, Snapshot


def marked_frame(contract: type[Contract], mark: int, rows: int = 5) -> pd.DataFrame:
    """A frame of a contract's columns: keys count the rows, every other value is the mark."""
    return _frame(contract, mark, rows).copy()


@cache
def _frame(contract: type[Contract], mark: int, rows: int) -> pd.DataFrame:
    key = contract.key()
    values = {
        column.name: [_value(column.sql_type, row if column.name in key else mark) for row in range(1, rows + 1)]
        for column in contract.columns()
    }
    return pd.DataFrame(values).astype(contract.no_rows().dtypes)


def marked_tables(mark: int) -> dict[str, pd.DataFrame]:
    """A whole snapshot; the number of rows tells the mark as well."""
    return {contract.table(): marked_frame(contract, mark, rows=3 + mark % 5) for contract in PUBLISHED}


def marked_history(mark: int) -> pd.DataFrame:
    """A history of three customers whose only segment is the mark."""
    return marked_frame(CustomerSegmentHistory, mark, rows=3).assign(valid_from=pd.Timestamp(2011, 1, 1))


def facts(mark: int = 1, as_of: date = date(2011, 12, 10)) -> NewSnapshot:
    moment = datetime(2011, 1, 2, 3, 4, 5, 678901, UTC).replace(tzinfo=None)
    return NewSnapshot(
        as_of=as_of,
        run_id=f"run {mark}",
        first_sale=moment,
        last_sale=moment,
        lines=mark,
        customers=mark,
        guest_share=0.25,
        model_version=mark,
        taste_version=mark,
        checks_passed=mark,
        checks_warned=mark,
        data_note=None,
        inputs=f"inputs {mark}",
        ledger_name="shop.csv",
    )


def shown(snapshot_id: int, as_of: date = date(2011, 12, 10)) -> Snapshot:
    """A snapshot as readers see it, as it comes from `facts`."""
    said = {name: value for name, value in asdict(facts(snapshot_id, as_of)).items() if name not in INTERNAL}
    return Snapshot(**said, snapshot_id=snapshot_id, published_at=datetime(2011, 12, 10), ledger="shop")  # noqa: DTZ001


def _value(sql_type: str, number: int) -> object:
    if sql_type == "text":
        return f"{number:05}"
    if sql_type == "boolean":
        return number % 2 == 1
    if sql_type in ("date", "timestamp"):
        return pd.Timestamp(2020, 1, 1) + pd.Timedelta(days=number)
    return number + 0.25 if sql_type.startswith("numeric") else number
