"""Raw and clean lines lie in files; here is which version of them counts, and which one Postgres' tables show."""

from alembic import op

from segmentation_platform.warehouse.migrations.no_way_back import downgrade as downgrade

revision = "0020"
down_revision = "0019"

STATEMENTS = """
CREATE TABLE warehouse.ledger_store (
    table_name text PRIMARY KEY,
    folder text NOT NULL UNIQUE,
    version bigint,
    mirrored bigint
);
INSERT INTO warehouse.ledger_store (table_name, folder)
SELECT name, name || '-' || left(replace(gen_random_uuid()::text, '-', ''), 12)
FROM unnest(ARRAY['raw_sales', 'clean_sales']) AS name;
"""


def upgrade() -> None:
    op.execute(STATEMENTS)
