"""The one sentence on the lists says what their figures say."""

import pandas as pd

from segmentation_platform.contracts import QualityBySegment, RecommendationQuality
from segmentation_platform.reporting.verdict import verdict

DAY = pd.Timestamp("2011-11-01")
NO_SEGMENTS = QualityBySegment.no_rows()


def judged(**differing: object) -> pd.DataFrame:
    """Both lists of a customer against what is popular lately and against counting, clearly better."""
    plain = {
        "model": "customer_lists",
        "task": "all",
        "origin": DAY,
        "metric": "ndcg@10",
        "value": 0.4,
        "low": 0.38,
        "high": 0.42,
        "customers": 1500,
        "delta": 0.1,
        "delta_low": 0.05,
        "delta_high": 0.15,
    }
    rows = [{**plain, "baseline": "recent_popularity"}, {**plain, "baseline": "counting", **differing}]
    return pd.DataFrame(rows)[RecommendationQuality.column_names()]


def of_segments(**deltas: tuple[float, float, float]) -> pd.DataFrame:
    rows = [
        {
            "segment": segment,
            "model": "customer_lists",
            "task": "all",
            "origin": DAY,
            "metric": "ndcg@10",
            "value": 0.4 + delta,
            "low": 0.0,
            "high": 1.0,
            "delta": delta,
            "delta_low": low,
            "delta_high": high,
            "customers": 100,
        }
        for segment, (delta, low, high) in deltas.items()
    ]
    return pd.DataFrame(rows, columns=QualityBySegment.column_names())


def test_lists_that_nothing_simple_beats_can_be_relied_on() -> None:
    said = verdict(judged(delta=0.03, delta_low=0.01, delta_high=0.05), NO_SEGMENTS)
    assert said.startswith("The lists can be relied on: as of 2011-11-01")
    assert "an NDCG@10 of 0.40, the best simple way 0.37, for 1,500 customers" in said


def test_lists_that_counting_beats_are_named_with_what_beats_them() -> None:
    said = verdict(judged(delta=-0.1, delta_low=-0.15, delta_high=-0.05), NO_SEGMENTS)
    assert said.startswith("Take care with customers' lists (buy again and new to you) (no better than counting")
    assert "can be relied on" not in said


def test_segments_whose_lists_are_surely_worse_are_named_worst_first() -> None:
    found = of_segments(Loyal=(-0.05, -0.08, -0.02), Hibernating=(-0.2, -0.3, -0.1), Champions=(0.1, 0.05, 0.2))
    said = verdict(judged(), found)
    assert "worse than for all customers in Hibernating (0.20) and Loyal (0.35)." in said
    same = of_segments(Loyal=(-0.05, -0.1, 0.02), Champions=(0.1, -0.05, 0.2))
    assert "No segment gets lists that are surely worse" in verdict(judged(), same)


def test_where_nothing_was_judged_nothing_is_claimed() -> None:
    said = verdict(RecommendationQuality.no_rows(), NO_SEGMENTS)
    assert said.startswith("Nothing can be said of the lists yet")
