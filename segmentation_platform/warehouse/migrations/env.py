"""Run by Alembic: connects, makes the schema that holds Alembic's own table, and migrates in one transaction."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from segmentation_platform.warehouse.advisory_locks import Lock

engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
with engine.begin() as connection:
    # Two processes that start at once migrate one after the other.
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": Lock.MIGRATIONS})
    connection.execute(text("CREATE SCHEMA IF NOT EXISTS warehouse"))
    context.configure(connection=connection, version_table="migrations", version_table_schema="warehouse")
    with context.begin_transaction():
        context.run_migrations()
