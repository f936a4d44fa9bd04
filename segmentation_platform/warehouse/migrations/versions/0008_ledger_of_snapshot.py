"""Readers can tell which snapshots are of one ledger, without being shown where its file is."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE snapshots.snapshots ADD COLUMN ledger text NOT NULL"
        " GENERATED ALWAYS AS (left(md5(source), 12)) STORED"
    )
