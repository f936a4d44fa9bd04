"""Campaigns with their audiences, and the checks of the run, are published."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0006"
down_revision = "0005"

STATEMENTS = """
CREATE TABLE snapshots.campaigns (
    snapshot_id integer NOT NULL,
    campaign text NOT NULL,
    priority integer NOT NULL,
    title text NOT NULL,
    audience text NOT NULL,
    offer text NOT NULL,
    channel text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    timing text NOT NULL,
    customers integer NOT NULL,
    held_out integer NOT NULL,
    holdout_share double precision NOT NULL,
    PRIMARY KEY (snapshot_id, campaign)
);
CREATE TABLE snapshots.campaign_audiences (
    snapshot_id integer NOT NULL,
    campaign text NOT NULL,
    customer_id text NOT NULL,
    segment text NOT NULL,
    offer text NOT NULL,
    channel text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    reason text NOT NULL,
    is_holdout boolean NOT NULL,
    PRIMARY KEY (snapshot_id, campaign, customer_id)
);
CREATE TABLE snapshots.checks (
    snapshot_id integer NOT NULL,
    asset text NOT NULL,
    check_name text NOT NULL,
    passed boolean NOT NULL,
    severity text NOT NULL,
    description text,
    PRIMARY KEY (snapshot_id, asset, check_name)
);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
