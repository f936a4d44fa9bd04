"""The history of customers' segments, by ledger: intervals, and the days on which they rest."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
import pyarrow as pa
from psycopg import sql

from segmentation_platform.contracts import HISTORY, CustomerSegmentHistory
from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.warehouse.bulk import batches, copy_in, stream
from segmentation_platform.warehouse.database import Connection, Database
from segmentation_platform.warehouse.tables import vacuum

TABLE = sql.Identifier("snapshots", HISTORY)


@dataclass(frozen=True)
class PublishedHistory:
    """What was published of a ledger's customers.

    Attributes:
        intervals: columns of `contracts.CustomerSegmentHistory`
        observed: days on which everybody's segment was determined
        withdrawn: those of them that were seen by snapshots from which one has rolled back only

    """

    intervals: pd.DataFrame
    observed: tuple[date, ...]
    withdrawn: tuple[date, ...]


def published_history(database: Database, ledger_name: str) -> PublishedHistory:
    """The history of a ledger's customers.

    Observed are the days of its snapshots and those on which an interval begins or ends: a month-end that was looked
    back at and on which nobody changed makes no difference to anybody.
    """
    names = ", ".join(f'"{name}"' for name in CustomerSegmentHistory.column_names())
    query = (
        f"SELECT {names} FROM snapshots.{HISTORY} WHERE ledger_name = $1"  # noqa: S608 - constants
        " ORDER BY customer_id, valid_from"
    )
    with stream(database, query, [ledger_name]) as reader:
        intervals = to_frame(reader.read_all())
    with database.connect() as connection:
        believed, all_days = _days(connection, ledger_name)
    seen = pd.concat([intervals["valid_from"], intervals["valid_to"]]).dropna().dt.date
    return PublishedHistory(intervals, tuple(sorted({*all_days, *seen})), tuple(sorted(all_days - believed)))


def publish_history(connection: Connection, ledger_name: str, intervals: pd.DataFrame) -> None:
    """Put the history of a ledger's customers in place of what was there."""
    # Two that publish at once would each delete what they see, and trip over each other's rows.
    connection.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(TABLE))
    connection.execute(sql.SQL("DELETE FROM {} WHERE ledger_name = %s").format(TABLE), [ledger_name])
    names = CustomerSegmentHistory.column_names()
    rows = (
        batch.append_column("ledger_name", pa.repeat(ledger_name, batch.num_rows))
        for batch in batches(CustomerSegmentHistory, intervals)
    )
    copy_in(connection, TABLE, [*names, "ledger_name"], rows)


def vacuum_history(database: Database) -> None:
    """Give back the room of the history that gave way."""
    vacuum(database, TABLE)


def _days(connection: Connection, ledger_name: str) -> tuple[set[date], set[date]]:
    rows = connection.execute(
        "SELECT as_of, snapshot_id IN (SELECT snapshot_id FROM snapshots.believed) FROM snapshots.snapshots"
        " WHERE ledger_name = %s",
        [ledger_name],
    ).fetchall()
    days = [(date.fromisoformat(str(day)), bool(is_believed)) for day, is_believed in rows]
    return {day for day, is_believed in days if is_believed}, {day for day, _ in days}
