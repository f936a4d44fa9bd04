"""Whether the customers of each segment get lists as good as others do is published."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0019"
down_revision = "0018"

STATEMENTS = """
CREATE TABLE snapshots.quality_by_segment (
    snapshot_id integer NOT NULL,
    segment text NOT NULL,
    model text NOT NULL,
    task text NOT NULL,
    origin date NOT NULL,
    metric text NOT NULL,
    value double precision NOT NULL,
    low double precision NOT NULL,
    high double precision NOT NULL,
    delta double precision NOT NULL,
    delta_low double precision NOT NULL,
    delta_high double precision NOT NULL,
    customers integer NOT NULL,
    PRIMARY KEY (snapshot_id, segment, model, origin, metric)
);
"""


def upgrade() -> None:
    op.execute(STATEMENTS)
