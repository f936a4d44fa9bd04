"""Which way to rank serves each list of the customers is published."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0014"
down_revision = "0013"

STATEMENTS = """
CREATE TABLE snapshots.recommendation_methods (
    snapshot_id integer NOT NULL,
    list text NOT NULL,
    method text NOT NULL,
    since date NOT NULL,
    compared_on date,
    why text NOT NULL,
    ndcg double precision,
    ndcg_counting double precision,
    delta_low double precision,
    delta_high double precision,
    customers integer NOT NULL,
    weights text NOT NULL,
    PRIMARY KEY (snapshot_id, list)
);
"""


def upgrade() -> None:
    op.execute(STATEMENTS)
