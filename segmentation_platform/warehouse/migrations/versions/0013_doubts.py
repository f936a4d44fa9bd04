"""What was doubtful of a ledger is kept with its loads."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("ALTER TABLE warehouse.loads ADD COLUMN doubts text NOT NULL DEFAULT ''")
