"""Drift is published by feature, so that another feature is no change of the schema."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0010"
down_revision = "0009"

STATEMENTS = """
CREATE TABLE snapshots.feature_drift (
    snapshot_id integer NOT NULL,
    region text NOT NULL,
    feature text NOT NULL,
    psi double precision NOT NULL,
    PRIMARY KEY (snapshot_id, region, feature)
);
"""


def upgrade() -> None:
    op.execute(STATEMENTS)
