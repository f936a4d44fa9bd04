"""What the ledger says of its season, its cancellations, its countries and its cohorts of customers.

Belongs here: figures that people decide by, each with its uncertainty, from the sales known on the reporting date.
Does not belong here: segments, recommendations, and who is written to.
"""
