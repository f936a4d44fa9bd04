"""Little data is said to be little."""

import pytest

from segmentation_platform.segments.caution import data_note
from segmentation_platform.segments.rules import SegmentationRules
from segmentation_platform_tests.ledgers import quick


@pytest.mark.parametrize(("customers", "days"), [(500, 180), (4_339, 373)])
def test_where_there_is_enough_there_is_no_note(customers: int, days: int) -> None:
    assert data_note(customers, days, SegmentationRules()) == ""


@pytest.mark.parametrize(("customers", "days"), [(499, 373), (4_339, 179), (0, 0)])
def test_too_few_customers_or_days_are_told_with_what_is_enough(customers: int, days: int) -> None:
    note = data_note(customers, days, SegmentationRules())
    assert note == (
        "Little data: segments say little below 500 customers and 180 days, "
        f"and there are {customers:,} and {days:,}."
    )


def test_what_is_enough_can_be_set() -> None:
    rules = quick(enough_customers=20_000, enough_days=365)
    assert "below 20,000 customers and 365 days, and there are 4,339 and 373." in data_note(4_339, 373, rules)
    assert data_note(1, 1, quick(enough_customers=1, enough_days=1)) == ""
