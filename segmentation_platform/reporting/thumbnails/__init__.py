"""Thumbnails: one small picture a table, which Dagster shows inline on the page of its asset.

Belongs here: what a table looks like in a thousand characters of markdown. Does not belong here: the charts of report
and app, which are as large as they need to be (`reporting.charts`).
"""
