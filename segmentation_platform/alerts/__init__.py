"""What people are told without having asked: failed and late runs, and the morning summary.

Belongs here: the words, from plain facts, and sending them. Does not belong here: finding out the facts.
"""
