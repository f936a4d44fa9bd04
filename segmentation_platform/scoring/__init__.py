"""Segment and products for a customer, known or not, in memory: one scorer for whoever asks.

Belongs here: putting segments and recommendations together for single customers, and reading a scorer from what is
published. Does not belong here: how either is fitted, and where they are kept.
"""

from segmentation_platform.scoring.customer import (
    CustomerScorer,
    Purchase,
    ScoredCustomer,
    purchases_of,
    scored_at_night,
)
from segmentation_platform.scoring.files import FileCustomers, customers_of_file, read_customers
from segmentation_platform.scoring.published import NEEDED, RankingModel, models_table, read_models, read_scorer

__all__ = [
    "NEEDED",
    "CustomerScorer",
    "FileCustomers",
    "Purchase",
    "RankingModel",
    "ScoredCustomer",
    "customers_of_file",
    "models_table",
    "purchases_of",
    "read_customers",
    "read_models",
    "read_scorer",
    "scored_at_night",
]
