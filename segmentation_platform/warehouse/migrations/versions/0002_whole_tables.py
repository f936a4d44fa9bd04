"""Whole tables in place of partitions: while a partition is attached, a reader may find no rows at all."""

from alembic import op

revision = "0002"
down_revision = "0001"

KEYS = {
    "segments": "segment_id",
    "customer_segments": "customer_id",
    "segment_recommendations": "segment_id, region, taste, list, rank",
    "products": "stock_code",
}


def upgrade() -> None:
    # The views stand on the tables; every upgrade ends by making those that are missing.
    op.execute("DROP SCHEMA serving CASCADE")
    op.execute("CREATE SCHEMA serving")
    for table, key in KEYS.items():
        op.execute(f"CREATE TABLE snapshots.whole (LIKE snapshots.{table})")
        op.execute(f"INSERT INTO snapshots.whole SELECT * FROM snapshots.{table}")  # noqa: S608 - from constants
        op.execute(f"DROP TABLE snapshots.{table}")
        op.execute(f"ALTER TABLE snapshots.whole RENAME TO {table}")
        op.execute(f"ALTER TABLE snapshots.{table} ADD PRIMARY KEY (snapshot_id, {key})")
