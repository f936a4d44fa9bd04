"""The nightly reports: one compressed HTML file for each snapshot, kept and dropped with it."""

import gzip
from dataclasses import dataclass
from datetime import UTC, date, datetime

from psycopg.rows import class_row

from segmentation_platform.warehouse.database import Database


@dataclass(frozen=True)
class KeptReport:
    """A report that is kept.

    Attributes:
        snapshot_id: number of its snapshot
        as_of: reporting date of its snapshot
        made_at: when it was made (UTC)
        is_served: whether its snapshot is the one that is served

    """

    snapshot_id: int
    as_of: date
    made_at: datetime
    is_served: bool


def keep_report(database: Database, snapshot_id: int, html: str) -> int:
    """Keep the report of a snapshot, in place of an earlier one.

    Returns:
        How many bytes it takes.

    """
    # Without the time of compression, equal reports are equal bytes.
    compressed = gzip.compress(html.encode(), mtime=0)
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO snapshots.reports (snapshot_id, made_at, html) VALUES (%s, %s, %s)"
            " ON CONFLICT (snapshot_id) DO UPDATE SET made_at = excluded.made_at, html = excluded.html",
            [snapshot_id, datetime.now(UTC).replace(tzinfo=None), compressed],
        )
    return len(compressed)


def kept_reports(database: Database) -> list[KeptReport]:
    """All reports that are kept, newest first; for any role that may read `serving`."""
    with database.connect() as connection, connection.cursor(row_factory=class_row(KeptReport)) as cursor:
        return cursor.execute(
            "SELECT snapshot_id, as_of, made_at, is_served FROM serving.reports ORDER BY snapshot_id DESC"
        ).fetchall()


def compressed_report(database: Database, snapshot_id: int | None = None) -> bytes | None:
    """The gzipped HTML of a report; None where there is none. For any role that may read `serving`.

    Args:
        database: where
        snapshot_id: of which snapshot; without it that of the one that is served

    """
    with database.connect() as connection:
        row = connection.execute(
            # As a numeric, for a number in an address may be too large for an integer.
            "SELECT html FROM serving.reports WHERE CASE WHEN %(wanted)s::numeric IS NULL THEN is_served"
            " ELSE snapshot_id = %(wanted)s END",
            {"wanted": snapshot_id},
        ).fetchone()
    return row[0] if row is not None and isinstance(row[0], bytes) else None


def has_report(database: Database) -> bool:
    """Whether the snapshot that is served has its report."""
    return any(report.is_served for report in kept_reports(database))
