"""Selection: which transform and how many segments, on evidence.

Belongs here: the figures by which fits are judged (`criteria`), and the rule that picks one of them (`choice`).
"""
