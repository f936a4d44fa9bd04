"""Ledgers may say where an order was placed, and have addresses, which are kept as hashes alone."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute("ALTER TABLE warehouse.raw_sales ADD COLUMN channel text, ADD COLUMN email_hash text")
