"""The best of many groups at once."""

from collections.abc import Iterator, Sequence

import numpy as np

from segmentation_platform.recommendations.arrays import Floats, Indices


def best_of_groups(
    group: Indices, score: Floats, ties: Sequence[Floats | Indices], length: int
) -> tuple[Indices, Indices]:
    """The largest scores of each group, and their ranks from 1.

    Args:
        group: number of the group of each element, in order
        score: shape as `group`
        ties: what decides between equal scores, the smaller first; the earlier array counts more
        length: most elements of a group

    Returns:
        Places of the chosen elements by group and rank, and the ranks.

    """
    kept = np.concatenate([np.zeros(0, np.intp), *_first(group, score, length)])
    order = np.lexsort((*(tie[kept] for tie in reversed(ties)), -score[kept], group[kept]))
    kept = kept[order]
    own = group[kept]
    rank = np.arange(len(kept)) - np.searchsorted(own, own) + 1
    return kept[rank <= length], rank[rank <= length]


def _first(group: Indices, score: Floats, length: int) -> Iterator[Indices]:
    """Of each group the elements that are no worse than its last one, so that few have to be sorted."""
    edges = np.flatnonzero(np.diff(group)) + 1
    starts, ends = np.r_[0, edges], np.r_[edges, len(group)]
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        own = score[start:end]
        if end - start <= length:
            yield np.arange(start, end)
        else:
            yield start + np.flatnonzero(own >= np.partition(own, -length)[-length])
