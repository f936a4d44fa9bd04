"""The season of a product is published, and how often it is sold."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute("ALTER TABLE snapshots.products ADD COLUMN season text")
    op.execute("ALTER TABLE snapshots.products ADD COLUMN days_between_sales double precision")
