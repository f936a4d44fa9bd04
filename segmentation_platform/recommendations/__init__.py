"""What to offer to whom: product lists per segment and region, with the evidence in every row.

Belongs here: ranking products. Does not belong here: who is in which segment, and where lists are kept.
"""
