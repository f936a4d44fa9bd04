"""Who is held out: not contacted, so that there is somebody to compare with.

The draw is a hash of seed, campaign and customer, and so it is the same every night, on every machine and however
many customers there are: who is held out once stays held out.
"""

import hashlib
from collections.abc import Iterable

_STEPS = 2**32


def is_held_out(campaign: str, customer_id: str, share: float, seed: int) -> bool:
    """Whether a customer is held out of a campaign.

    Args:
        campaign: its name
        customer_id: of the customer
        share: of customers who are, from 0 to 1
        seed: of the draw; another one draws others

    """
    digest = hashlib.sha256(f"{seed}:{campaign}:{customer_id}".encode()).digest()
    return int.from_bytes(digest[:4]) < share * _STEPS


def held_out(campaign: str, customer_ids: Iterable[str], share: float, seed: int) -> list[bool]:
    """The same for many customers."""
    return [is_held_out(campaign, customer_id, share, seed) for customer_id in customer_ids]
