"""The nightly report is kept beside its snapshot, and goes with it."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0007"
down_revision = "0006"

STATEMENT = """
CREATE TABLE snapshots.reports (
    snapshot_id integer PRIMARY KEY REFERENCES snapshots.snapshots ON DELETE CASCADE,
    made_at timestamp NOT NULL,
    html bytea NOT NULL
)
"""


def upgrade() -> None:
    op.execute(STATEMENT)
    # It is compressed already; Postgres would try in vain.
    op.execute("ALTER TABLE snapshots.reports ALTER COLUMN html SET STORAGE EXTERNAL")
