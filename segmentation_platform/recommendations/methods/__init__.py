"""Which way to rank serves each list: the one that won on past days of this ledger.

    past_day            what was known on a past day, and what came after
    customer_trial      such a day for the customers' lists: what the score is made of for what could be offered
    segment_trial       the same for the segments' popular lists
    similarity_trial    the same for similar items
    learning            the numbers in the customers' score that did best on such days
    contest             counting against what was learned: with which certainty
    selection           what serves each list
    table               that as a table, and back

Belongs here: choosing. Does not belong here: the scores themselves (`ranker`, `cells`, `similar_items`), and judging
what was chosen (`backtest`).
"""

from segmentation_platform.recommendations.methods.selection import walk_forward
from segmentation_platform.recommendations.methods.table import chosen_weights, counted, is_due, with_methods

__all__ = ["chosen_weights", "counted", "is_due", "walk_forward", "with_methods"]
