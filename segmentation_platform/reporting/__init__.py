"""Pictures: small SVGs for Dagster's metadata.

Belongs here: drawing tables. Does not belong here: computing them.
"""
