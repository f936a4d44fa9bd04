"""A ledger has a name, to which its loads, models and history belong; files come and go beneath it.

What was called by the path of its file keeps that path as its name.
"""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0012"
down_revision = "0011"

STATEMENTS = """
ALTER TABLE warehouse.loads
    ADD COLUMN ledger_name text NOT NULL DEFAULT '',
    ADD COLUMN origin text NOT NULL DEFAULT '',
    ADD COLUMN is_part boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT loads_sha256_reading_key;
UPDATE warehouse.loads SET
    ledger_name = source,
    origin = source,
    is_part = is_current OR (
        load_id = (SELECT max(load_id) FROM warehouse.loads AS newest WHERE newest.source = loads.source)
        AND NOT EXISTS (SELECT FROM warehouse.loads AS used WHERE used.source = loads.source AND used.is_current)
    );
ALTER TABLE warehouse.loads
    ALTER COLUMN ledger_name DROP DEFAULT,
    ALTER COLUMN origin DROP DEFAULT,
    ALTER COLUMN is_part DROP DEFAULT,
    ADD UNIQUE (ledger_name, sha256, reading);
CREATE TABLE warehouse.cleaning (
    ledger_name text PRIMARY KEY,
    learned text NOT NULL,
    made_from text
);
COMMENT ON TABLE warehouse.cleaning IS
    'What was learned of each ledger and stays, and what the one that is cleaned was made from; as JSON';
ALTER TABLE warehouse.segment_models RENAME COLUMN source TO ledger_name;
ALTER TABLE warehouse.promotions RENAME COLUMN source TO ledger_name;
ALTER TABLE warehouse.taste_models RENAME COLUMN source TO ledger_name;
ALTER TABLE snapshots.snapshots RENAME COLUMN source TO ledger_name;
ALTER TABLE snapshots.customer_segment_history RENAME COLUMN source TO ledger_name;
ALTER VIEW snapshots.believed RENAME COLUMN source TO ledger_name;
"""


def upgrade() -> None:
    op.execute(STATEMENTS)
