"""How a ledger is understood is kept with its load; ledgers may have columns beyond the eight."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0011"
down_revision = "0010"

STATEMENTS = """
ALTER TABLE warehouse.loads ADD COLUMN profile text NOT NULL DEFAULT '';
ALTER TABLE warehouse.raw_sales
    ADD COLUMN status text,
    ADD COLUMN line_total text,
    ADD COLUMN discount text,
    ADD COLUMN order_discount text,
    ADD COLUMN order_refund text,
    ADD COLUMN currency text,
    ADD COLUMN category text;
"""


def upgrade() -> None:
    op.execute(STATEMENTS)
