"""How a shop's ledger is read: what a profile says, and reading text by it.

Belongs here: the profile; numbers and dates in all styles; names that columns have, words that they hold, and kinds
of export that are known by heart, all as data (TOML). Does not belong here: telling a profile from a ledger
(`ledger.inspection`), opening files (`ledger.files`), and cleaning by a profile (`ledger.clean`).
"""
