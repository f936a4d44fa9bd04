"""Customer segments: how many, how stable, which customer is in which, what they are called and like.

Belongs here: everything about the segmentation, on frames of customers. Does not belong here: how the features
were computed, and where models are kept.
"""
