"""The parts of a simulated shop; `segmentation_platform.ledger.simulate` puts them together.

In the order in which they are made: the plan, the trading calendar, the catalog of products, the population
of customers, the invoices (who buys when, and how many lines), the dirt (which lines are spoilt, and how) and
at last the lines. Everything but the lines is in memory at once, about a twentieth of the ledger; the lines
are made and forgotten in pieces.
"""
