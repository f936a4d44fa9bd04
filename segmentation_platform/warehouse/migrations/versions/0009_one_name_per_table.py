"""Working tables have the names of the views that show their published copies."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0009"
down_revision = "0008"

STATEMENTS = """
ALTER TABLE IF EXISTS warehouse.segment_profiles RENAME TO segments;
ALTER TABLE IF EXISTS warehouse.segment_history RENAME TO customer_segment_history;
ALTER TABLE IF EXISTS warehouse.segment_recs RENAME TO segment_recommendations;
ALTER TABLE IF EXISTS warehouse.customer_recs RENAME TO customer_recommendations;
ALTER TABLE IF EXISTS warehouse.rec_backtest RENAME TO recommendation_quality;
ALTER TABLE IF EXISTS warehouse.product_catalog RENAME TO products;
"""


def upgrade() -> None:
    op.execute(STATEMENTS)
