"""First tables: the raw ledger and its loads, the model registry, snapshots."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0001"
down_revision = None

STATEMENTS = """
CREATE TABLE warehouse.loads (
    load_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    sha256 text NOT NULL,
    reading text NOT NULL,
    lines integer NOT NULL,
    loaded_at timestamp NOT NULL,
    is_current boolean NOT NULL,
    UNIQUE (sha256, reading)
);
CREATE TABLE warehouse.raw_sales (
    load_id integer NOT NULL REFERENCES warehouse.loads,
    line_number integer NOT NULL,
    invoice text,
    stock_code text,
    description text,
    quantity text,
    invoice_date text,
    unit_price text,
    customer_id text,
    country text
);
CREATE INDEX raw_sales_load_id ON warehouse.raw_sales USING brin (load_id);
CREATE TABLE warehouse.segment_models (
    model_version integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at timestamp NOT NULL,
    as_of date NOT NULL,
    k integer NOT NULL,
    customers integer NOT NULL,
    silhouette double precision,
    min_jaccard double precision,
    run_id text NOT NULL,
    model text NOT NULL
);
CREATE SCHEMA snapshots;
CREATE TABLE snapshots.snapshots (
    snapshot_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    as_of date NOT NULL,
    published_at timestamp NOT NULL,
    run_id text NOT NULL,
    first_sale timestamp NOT NULL,
    last_sale timestamp NOT NULL,
    lines integer NOT NULL,
    customers integer NOT NULL,
    model_version integer NOT NULL,
    checks_passed integer NOT NULL,
    checks_warned integer NOT NULL,
    inputs text NOT NULL,
    source text NOT NULL
);
CREATE TABLE snapshots.served (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    snapshot_id integer NOT NULL REFERENCES snapshots.snapshots
);
CREATE TABLE snapshots.segments (
    snapshot_id integer NOT NULL,
    segment_id integer NOT NULL,
    segment text NOT NULL,
    description text NOT NULL,
    rank integer NOT NULL,
    color text NOT NULL,
    customers integer NOT NULL,
    customer_share double precision NOT NULL,
    revenue numeric(14,2) NOT NULL,
    revenue_share double precision NOT NULL,
    recency_days_mean double precision NOT NULL,
    recency_days_median double precision NOT NULL,
    frequency_mean double precision NOT NULL,
    frequency_median double precision NOT NULL,
    monetary_mean numeric(14,2) NOT NULL,
    monetary_median numeric(14,2) NOT NULL,
    average_order_value numeric(14,2) NOT NULL,
    products_per_order double precision NOT NULL,
    cancellation_rate double precision NOT NULL,
    wholesale_share double precision NOT NULL,
    stability double precision,
    PRIMARY KEY (snapshot_id, segment_id)
);
CREATE TABLE snapshots.customer_segments (
    snapshot_id integer NOT NULL,
    customer_id text NOT NULL,
    segment_id integer NOT NULL,
    segment text NOT NULL,
    previous_segment text,
    changed_on date,
    margin double precision NOT NULL,
    recency_days integer NOT NULL,
    frequency integer NOT NULL,
    monetary numeric(14,2) NOT NULL,
    r_score integer NOT NULL,
    f_score integer NOT NULL,
    m_score integer NOT NULL,
    average_order_value numeric(14,2) NOT NULL,
    first_purchase date NOT NULL,
    last_purchase date NOT NULL,
    country text NOT NULL,
    region text NOT NULL,
    taste text NOT NULL,
    is_wholesale boolean NOT NULL,
    PRIMARY KEY (snapshot_id, customer_id)
);
CREATE TABLE snapshots.segment_recommendations (
    snapshot_id integer NOT NULL,
    segment_id integer NOT NULL,
    region text NOT NULL,
    taste text NOT NULL,
    list text NOT NULL,
    rank integer NOT NULL,
    segment text NOT NULL,
    stock_code text NOT NULL,
    description text,
    category text NOT NULL,
    product_type text NOT NULL,
    score double precision NOT NULL,
    customers integer NOT NULL,
    share double precision NOT NULL,
    lift double precision NOT NULL,
    lift_low double precision NOT NULL,
    lift_high double precision NOT NULL,
    trend double precision NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (snapshot_id, segment_id, region, taste, list, rank)
);
CREATE TABLE snapshots.products (
    snapshot_id integer NOT NULL,
    stock_code text NOT NULL,
    description text,
    category text NOT NULL,
    product_type text NOT NULL,
    first_sold date NOT NULL,
    last_sold date NOT NULL,
    price_median numeric(14,2) NOT NULL,
    customers integer NOT NULL,
    units double precision NOT NULL,
    revenue numeric(14,2) NOT NULL,
    cancellation_rate double precision NOT NULL,
    PRIMARY KEY (snapshot_id, stock_code)
);
CREATE SCHEMA serving;
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
