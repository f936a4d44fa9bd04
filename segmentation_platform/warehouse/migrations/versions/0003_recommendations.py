"""Taste models; recommendations per customer and item; how good they are."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0003"
down_revision = "0002"

STATEMENTS = """
CREATE TABLE warehouse.taste_models (
    taste_version integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at timestamp NOT NULL,
    as_of date NOT NULL,
    source text NOT NULL,
    tastes integer NOT NULL,
    run_id text NOT NULL,
    model text NOT NULL
);
ALTER TABLE snapshots.snapshots ADD COLUMN taste_version integer NOT NULL DEFAULT 0;
ALTER TABLE snapshots.snapshots ALTER COLUMN taste_version DROP DEFAULT;
CREATE TABLE snapshots.customer_recommendations (
    snapshot_id integer NOT NULL,
    customer_id text NOT NULL,
    list text NOT NULL,
    rank integer NOT NULL,
    segment text NOT NULL,
    stock_code text NOT NULL,
    description text,
    category text NOT NULL,
    product_type text NOT NULL,
    score double precision NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (snapshot_id, customer_id, list, rank)
);
CREATE TABLE snapshots.similar_items (
    snapshot_id integer NOT NULL,
    stock_code text NOT NULL,
    rank integer NOT NULL,
    similar_stock_code text NOT NULL,
    description text,
    similar_description text,
    score double precision NOT NULL,
    baskets integer NOT NULL,
    confidence double precision NOT NULL,
    lift double precision NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (snapshot_id, stock_code, rank)
);
CREATE TABLE snapshots.recommendation_quality (
    snapshot_id integer NOT NULL,
    model text NOT NULL,
    task text NOT NULL,
    origin date NOT NULL,
    metric text NOT NULL,
    value double precision NOT NULL,
    low double precision,
    high double precision,
    baseline text NOT NULL,
    delta double precision NOT NULL,
    delta_low double precision,
    delta_high double precision,
    customers integer NOT NULL,
    PRIMARY KEY (snapshot_id, model, task, origin, metric, baseline)
);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
