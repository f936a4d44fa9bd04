"""What each segment's customers get, against all: by hand, with intervals that hold what is true."""

import numpy as np
import pandas as pd
import pytest

from segmentation_platform.contracts import QualityBySegment
from segmentation_platform.recommendations.backtest.by_segment import by_segment
from segmentation_platform.recommendations.backtest.metrics import LIST_NAMES, NAMES, Bootstrap

SEGMENTS = np.array(["Champions"] * 40 + ["Hibernating"] * 60 + ["Few"] * 5 + [None] * 20, object)


def told(worse: float = 0.3) -> pd.DataFrame:
    """Champions reach 0.5 or so, those who hibernate less."""
    random = np.random.default_rng(1)
    metrics = 0.5 + 0.1 * random.standard_normal((len(SEGMENTS), len(NAMES) + len(LIST_NAMES)))
    metrics[40:100] -= worse
    metrics[0, NAMES.index("ndcg@10")] = np.nan
    found = by_segment({("customer_lists", "all"): metrics}, SEGMENTS, Bootstrap(len(SEGMENTS), 500, 7))
    found = found.assign(origin=pd.Timestamp("2011-11-01").as_unit("us"))
    QualityBySegment.validate(found[QualityBySegment.column_names()], lazy=True)
    return found[found["metric"] == "ndcg@10"].set_index("segment")


def of(found: pd.DataFrame, segment: str, column: str) -> float:
    return float(found[column].to_dict()[segment])


def test_a_segment_that_gets_worse_lists_is_below_all_beyond_chance() -> None:
    found = told()
    assert of(found, "Hibernating", "delta_high") < 0
    assert of(found, "Champions", "delta_low") > 0
    assert of(found, "Hibernating", "value") == pytest.approx(0.2, abs=0.05)


def test_where_all_get_the_same_no_segment_is_surely_below() -> None:
    found = told(worse=0.0)
    assert (found["delta_low"] < 0).all()
    assert (found["delta_high"] > 0).all()


def test_customers_with_something_to_predict_count_and_few_of_them_say_nothing() -> None:
    found = told()
    assert found["customers"].to_dict() == {"Champions": 39, "Hibernating": 60}
