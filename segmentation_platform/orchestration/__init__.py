"""Everything Dagster: assets, checks, resources, IO managers, jobs, schedules, hooks.

Belongs here: wiring. An asset loads, calls one pure function, and returns the value with metadata; logic lives in
the domain packages, storage in `warehouse`.
"""
