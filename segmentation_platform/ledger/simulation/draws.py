"""Random numbers: independent streams, whole numbers with a given total, and numbers by hashing."""

from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_STREAMS: Final = ("catalog", "customers", "invoices", "dirt", "lines")


def stream(seed: int, name: str, piece: int = 0) -> np.random.Generator:
    """Return the generator of one part of the shop, so that a change in one part leaves the others alone."""
    return np.random.default_rng([seed, _STREAMS.index(name), piece])


def apportion(total: int, weights: Floats) -> Ints:
    """Split a total into whole numbers in proportion to weights (largest remainder)."""
    exact = total * weights / weights.sum()
    parts: Ints = np.floor(exact).astype(np.int64)
    missing = total - int(parts.sum())
    parts[np.argsort(parts - exact, kind="stable")[:missing]] += 1
    return parts


def scaled_to_total(sizes: Floats, total: int, high: Ints, rng: np.random.Generator) -> Ints:
    """Scale positive sizes to whole numbers with a given sum, each at least 1 and at most `high`.

    Args:
        sizes: wished sizes, in any unit.
        total: the sum to reach; between the number of sizes and the sum of `high`.
        high: the largest allowed value of each.
        rng: decides where the rounding goes.

    Raises:
        ValueError: where no such numbers exist.

    """
    if not sizes.size <= total <= int(high.sum()):
        raise ValueError(f"{sizes.size:,} sizes of 1 to {int(high.max(initial=0)):,} can't sum to {total:,}")
    if not sizes.size:
        return np.zeros(0, dtype=np.int64)
    fitted: Ints = np.clip(np.floor(sizes * (total / sizes.sum())), 1, high).astype(np.int64)
    missing = total - int(fitted.sum())
    while missing:
        step = 1 if missing > 0 else -1
        free = np.flatnonzero(fitted < high) if missing > 0 else np.flatnonzero(fitted > 1)
        chosen = rng.permutation(free)[: abs(missing)]
        fitted[chosen] += step
        missing -= step * chosen.size
    return fitted


def hashed_uniform(seed: int, first: Ints, second: Ints) -> Floats:
    """Return a number in [0, 1) for each pair of whole numbers, always the same for the same pair and seed.

    The finaliser of SplitMix64 (Steele, Lea & Flood 2014), applied twice: what a customer likes need not be kept.
    """
    with np.errstate(over="ignore"):
        mixed = _mixed(first.astype(np.uint64) + np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15))
        mixed = _mixed(mixed + (second.astype(np.uint64) + np.uint64(1)) * np.uint64(0xD1B54A32D192ED03))
    return (mixed >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
