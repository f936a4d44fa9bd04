"""The life of segment models: `nightly` is a night of all models of a ledger, `refit` that of one of them.

Belongs here: when a model assigns, when its refit takes its place. Does not belong here: which model is chosen in the
first place (`segments.selection`), and where models are kept (`warehouse.segment_models`).
"""
