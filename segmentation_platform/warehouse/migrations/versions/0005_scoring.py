"""What scoring needs is published: the models in force, the demand for products, and which go with which."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0005"
down_revision = "0004"

STATEMENTS = """
CREATE TABLE snapshots.models (
    snapshot_id integer NOT NULL,
    kind text NOT NULL,
    region text NOT NULL,
    model_version integer NOT NULL,
    model text NOT NULL,
    PRIMARY KEY (snapshot_id, kind, region)
);
CREATE TABLE snapshots.product_demand (
    snapshot_id integer NOT NULL,
    stock_code text NOT NULL,
    customers integer NOT NULL,
    recent_share double precision NOT NULL,
    trend double precision NOT NULL,
    repurchase_rate double precision NOT NULL,
    is_offered boolean NOT NULL,
    PRIMARY KEY (snapshot_id, stock_code)
);
CREATE TABLE snapshots.regional_demand (
    snapshot_id integer NOT NULL,
    region text NOT NULL,
    stock_code text NOT NULL,
    share double precision NOT NULL,
    PRIMARY KEY (snapshot_id, region, stock_code)
);
CREATE TABLE snapshots.item_weights (
    snapshot_id integer NOT NULL,
    stock_code text NOT NULL,
    weights text NOT NULL,
    PRIMARY KEY (snapshot_id, stock_code)
);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
