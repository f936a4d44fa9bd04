"""Where a customer stands among others."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.app.percentiles import HABITS, outdone, standing

VALUES = st.lists(st.integers(0, 50), min_size=1, max_size=60)


def test_the_best_of_four_outdoes_three_and_half_of_itself() -> None:
    assert outdone(pd.Series([1, 2, 3, 4]), 4) == pytest.approx(0.875)


def test_of_days_since_the_last_order_fewer_are_better() -> None:
    assert outdone(pd.Series([1, 2, 3, 4]), 1, fewer_is_better=True) == pytest.approx(0.875)


def test_among_nobody_nothing_is_said() -> None:
    assert np.isnan(outdone(pd.Series(dtype="float64"), 1))


@given(VALUES, st.integers(0, 50))
def test_it_is_a_share_and_both_directions_add_up(values: list[int], value: int) -> None:
    found = outdone(pd.Series(values), value)
    assert 0 <= found <= 1
    assert found + outdone(pd.Series(values), value, fewer_is_better=True) == pytest.approx(1)


@given(VALUES)
def test_on_average_half_are_outdone(values: list[int]) -> None:
    series = pd.Series(values)
    assert np.mean([outdone(series, value) for value in values]) == pytest.approx(0.5)


def test_a_segment_of_one_outdoes_half_of_itself() -> None:
    customers = pd.DataFrame({name: [1.0, 2.0] for name in HABITS}).assign(segment=["Champions", "Loyal"])
    best = {**dict.fromkeys(HABITS, 1.0), "segment": "Champions"}
    found = standing(best, customers)
    assert found["in_segment"].tolist() == [0.5] * len(HABITS)
    assert found["habit"].tolist() == list(HABITS.values())
