"""Models by ledger and region, promotions by hand, drift and evidence, segments by region, moves, history."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0002"
down_revision = "0001"

STATEMENTS = """
DELETE FROM warehouse.segment_models;
ALTER TABLE warehouse.segment_models
    ADD COLUMN source text NOT NULL,
    ADD COLUMN region text NOT NULL,
    ADD COLUMN transform text NOT NULL;
CREATE TABLE warehouse.promotions (
    promoted_at timestamp NOT NULL,
    source text NOT NULL,
    region text NOT NULL,
    as_of date NOT NULL,
    model_version integer NOT NULL REFERENCES warehouse.segment_models
);
ALTER TABLE snapshots.snapshots
    ADD COLUMN guest_share double precision NOT NULL DEFAULT 0,
    ADD COLUMN data_note text;
ALTER TABLE snapshots.snapshots ALTER COLUMN guest_share DROP DEFAULT;
ALTER TABLE snapshots.customer_segments
    ADD COLUMN next_segment text,
    ADD COLUMN next_step text NOT NULL DEFAULT '';
ALTER TABLE snapshots.customer_segments ALTER COLUMN next_step DROP DEFAULT;
CREATE VIEW snapshots.believed AS
    SELECT snapshot_id, source, as_of FROM snapshots.snapshots AS snapshot
    WHERE NOT EXISTS (
        SELECT FROM snapshots.served JOIN snapshots.snapshots AS shown USING (snapshot_id)
        WHERE snapshot.snapshot_id > shown.snapshot_id AND snapshot.as_of >= shown.as_of
    );
COMMENT ON VIEW snapshots.believed IS 'Snapshots from which one has not rolled back to an earlier one';
CREATE TABLE snapshots.segment_regions (
    snapshot_id integer NOT NULL,
    segment_id integer NOT NULL,
    segment text NOT NULL,
    region text NOT NULL,
    customers integer NOT NULL,
    customer_share double precision NOT NULL,
    revenue numeric(14,2) NOT NULL,
    revenue_share double precision NOT NULL,
    recency_days_median double precision NOT NULL,
    frequency_median double precision NOT NULL,
    monetary_median numeric(14,2) NOT NULL,
    average_order_value numeric(14,2) NOT NULL,
    PRIMARY KEY (snapshot_id, segment_id, region)
);
CREATE TABLE snapshots.segment_moves (
    snapshot_id integer NOT NULL,
    period date NOT NULL,
    until date NOT NULL,
    from_segment text NOT NULL,
    to_segment text NOT NULL,
    customers integer NOT NULL,
    customer_share double precision NOT NULL,
    revenue numeric(14,2) NOT NULL,
    PRIMARY KEY (snapshot_id, period, from_segment, to_segment)
);
CREATE TABLE snapshots.model_selection (
    snapshot_id integer NOT NULL,
    region text NOT NULL,
    transform text NOT NULL,
    k integer NOT NULL,
    is_chosen boolean NOT NULL,
    judged_on date NOT NULL,
    silhouette double precision NOT NULL,
    calinski_harabasz double precision NOT NULL,
    davies_bouldin double precision NOT NULL,
    gap double precision NOT NULL,
    prediction_strength double precision NOT NULL,
    bootstrap_ari double precision NOT NULL,
    min_jaccard double precision NOT NULL,
    quiet_relabelled double precision NOT NULL,
    repurchase_auc double precision,
    spend_correlation double precision,
    smallest integer NOT NULL,
    PRIMARY KEY (snapshot_id, region, transform, k)
);
CREATE TABLE snapshots.segment_drift (
    snapshot_id integer NOT NULL,
    region text NOT NULL,
    model_version integer NOT NULL,
    promoted_on date NOT NULL,
    promotion text NOT NULL,
    is_promotion boolean NOT NULL,
    customers integer NOT NULL,
    psi_recency double precision NOT NULL,
    psi_frequency double precision NOT NULL,
    psi_monetary double precision NOT NULL,
    psi_segments double precision NOT NULL,
    shadow_ari double precision,
    silhouette double precision NOT NULL,
    relabelled double precision,
    due text,
    min_jaccard double precision,
    refused text,
    PRIMARY KEY (snapshot_id, region)
);
CREATE TABLE snapshots.customer_segment_history (
    source text NOT NULL,
    customer_id text NOT NULL,
    segment_id integer NOT NULL,
    segment text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    PRIMARY KEY (source, customer_id, valid_from)
);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
