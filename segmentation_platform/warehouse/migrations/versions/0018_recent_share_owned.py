"""What sells lately counts for products that a customer bought before, too."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0018"
down_revision = "0017"

STATEMENTS = """
ALTER TABLE snapshots.product_demand ADD COLUMN recent_share_owned double precision NOT NULL DEFAULT 0;
ALTER TABLE snapshots.product_demand ALTER COLUMN recent_share_owned DROP DEFAULT;
"""


def upgrade() -> None:
    op.execute(STATEMENTS)
