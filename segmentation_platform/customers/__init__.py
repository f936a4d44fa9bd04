"""What is known about each customer from the lines bought: R, F, M and habits.

Belongs here: customer features. Does not belong here: which segment a customer falls into.
"""
