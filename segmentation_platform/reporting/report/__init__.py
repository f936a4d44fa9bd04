"""The nightly report: one HTML file that tells a published snapshot, readable anywhere and for ever.

Belongs here: what is told, in which order, in which words, and how it is laid out. Does not belong here: reading the
snapshot, keeping the report, serving it.
"""
