"""Alembic migrations of the persistent tables: raw ledger, loads, model registry, snapshots."""
