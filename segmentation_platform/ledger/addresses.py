"""E-mail addresses of a ledger: told by what stands in a column, and kept as hashes alone."""

import hashlib
import re
from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from segmentation_platform.ledger.profile.words import guest_names

_PART: Final = r"[^\s@,;:|<>()\"]+"
_ADDRESS: Final = f"{_PART}@{_PART}"
_FIRST: Final = re.compile(_ADDRESS)
_HASH: Final = re.compile("(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})")
"""MD5, SHA-1 or SHA-256 in hexadecimal digits."""
_MASK: Final = "(address)"


def hashed(address: str) -> str:
    """SHA-256 of an address without spaces around it and in small letters, as 64 hexadecimal digits.

    Mailing and advertising services match by it.
    """
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()


def kept(text: str) -> str | None:
    """What is kept of a cell: the hash of its first address, or the hash that it is; nothing of all else."""
    plain = text.strip().lower()
    if _HASH.fullmatch(plain):
        return plain
    found = _FIRST.search(plain)
    if found is None or found[0].partition("@")[0] in guest_names():
        return None
    return hashed(found[0])


def hashed_cells(cells: pa.Array) -> pa.Array:
    """What is kept of a column of addresses or of their hashes."""
    encoded = pc.dictionary_encode(cells)
    hashes = pa.array([kept(text) for text in encoded.dictionary.to_pylist()], pa.string())
    return hashes.take(encoded.indices)


def masked(texts: pa.Array) -> pa.Array:
    """Texts with something else where an address stands."""
    return pc.replace_substring_regex(texts, _ADDRESS, _MASK)


def is_address(text: str) -> bool:
    """Whether a text is an address and nothing else."""
    return bool(_FIRST.fullmatch(text.strip()))


def is_hash(text: str) -> bool:
    """Whether a text can be the hash of an address."""
    return bool(_HASH.fullmatch(text.strip().lower()))


def belong_to_customers(customers: Sequence[str | None], addresses: Sequence[str | None]) -> bool:
    """Whether most addresses are of one customer each, as those of clerks and suppliers are not.

    Args:
        customers: by line
        addresses: of the same lines

    """
    owners: dict[str, set[str]] = {}
    for customer, address in zip(customers, addresses, strict=True):
        if customer and customer.strip() and address and is_address(address):
            owners.setdefault(address.strip().lower(), set()).add(customer.strip())
    return sum(len(found) == 1 for found in owners.values()) > len(owners) / 2
