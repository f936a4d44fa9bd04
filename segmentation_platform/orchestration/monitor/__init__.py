"""For those who watch many systems: Prometheus metrics and a health endpoint, from what is stored anyway.

Belongs here: reading Dagster's storage and `serving`, and telling. Does not belong here: anything that changes them.
"""
