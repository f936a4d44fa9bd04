"""The sales ledger: read, understood, cleaned, categorised, netted of cancellations; or simulated.

Belongs here: everything between a file of sales lines and the table of genuine ones, as pure functions and SQL.
Does not belong here: where tables are stored, and anything about customers.
"""
