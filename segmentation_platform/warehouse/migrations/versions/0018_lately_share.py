"""What sells lately counts for products that a customer bought before, too."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute("ALTER TABLE snapshots.product_demand ADD COLUMN lately_share double precision NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE snapshots.product_demand ALTER COLUMN lately_share DROP DEFAULT")
