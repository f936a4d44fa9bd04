"""Pairs and triples of products that are bought together are published."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0017"
down_revision = "0016"

STATEMENTS = """
CREATE TABLE snapshots.bundles (
    snapshot_id integer NOT NULL,
    rank integer NOT NULL,
    size integer NOT NULL,
    stock_code_1 text NOT NULL,
    description_1 text,
    stock_code_2 text NOT NULL,
    description_2 text,
    stock_code_3 text,
    description_3 text,
    baskets integer NOT NULL,
    customers integer NOT NULL,
    support double precision NOT NULL,
    confidence double precision NOT NULL,
    lift double precision NOT NULL,
    lift_low double precision NOT NULL,
    lift_high double precision NOT NULL,
    revenue numeric(14,2) NOT NULL,
    revenue_beyond_chance numeric(14,2) NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (snapshot_id, rank)
);
"""


def upgrade() -> None:
    op.execute(STATEMENTS)
