"""Season, cancellations, countries, cohorts."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0004"
down_revision = "0003"

STATEMENTS = """
CREATE TABLE snapshots.seasonality (
    snapshot_id integer NOT NULL,
    subject_kind text NOT NULL,
    subject text NOT NULL,
    period date NOT NULL,
    is_complete boolean NOT NULL,
    trading_days integer NOT NULL,
    orders integer NOT NULL,
    customers integer NOT NULL,
    revenue numeric(14,2) NOT NULL,
    sales numeric(14,2) NOT NULL,
    sales_per_day numeric(14,2),
    baseline text NOT NULL,
    season_index double precision,
    index_low double precision,
    index_high double precision,
    season_start date,
    season_share double precision,
    PRIMARY KEY (snapshot_id, subject_kind, subject, period)
);
CREATE TABLE snapshots.cancellations (
    snapshot_id integer NOT NULL,
    subject_kind text NOT NULL,
    subject text NOT NULL,
    description text,
    lines_sold integer NOT NULL,
    lines_cancelled integer NOT NULL,
    units_sold double precision NOT NULL,
    units_cancelled double precision NOT NULL,
    money_sold numeric(14,2) NOT NULL,
    money_cancelled numeric(14,2) NOT NULL,
    money_rate double precision,
    money_rate_usual double precision,
    largest_share double precision,
    customer_lines integer NOT NULL,
    lines_taken_back integer NOT NULL,
    line_rate double precision,
    line_rate_shrunk double precision,
    line_rate_low double precision,
    line_rate_high double precision,
    PRIMARY KEY (snapshot_id, subject_kind, subject)
);
CREATE TABLE snapshots.countries (
    snapshot_id integer NOT NULL,
    country text NOT NULL,
    region text NOT NULL,
    is_home boolean NOT NULL,
    customers integer NOT NULL,
    orders integer NOT NULL,
    revenue numeric(14,2) NOT NULL,
    revenue_share double precision NOT NULL,
    average_order_value numeric(14,2),
    order_value_low numeric(14,2),
    order_value_high numeric(14,2),
    order_value_index double precision,
    orders_per_customer double precision,
    revenue_per_customer numeric(14,2),
    customer_value_index double precision,
    guest_share double precision,
    cancellation_rate double precision,
    cancellation_rate_low double precision,
    cancellation_rate_high double precision,
    top_products text,
    home_overlap double precision,
    PRIMARY KEY (snapshot_id, country)
);
CREATE TABLE snapshots.cohorts (
    snapshot_id integer NOT NULL,
    cohort date NOT NULL,
    months_since integer NOT NULL,
    period date NOT NULL,
    is_complete boolean NOT NULL,
    customers integer NOT NULL,
    active_customers integer NOT NULL,
    retention double precision NOT NULL,
    retention_low double precision NOT NULL,
    retention_high double precision NOT NULL,
    revenue numeric(14,2) NOT NULL,
    revenue_per_customer numeric(14,2) NOT NULL,
    PRIMARY KEY (snapshot_id, cohort, months_since)
);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
