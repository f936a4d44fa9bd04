"""Cancellations: what is counted, which rates are told, and what luck and giants can't do."""

import numpy as np
import pandas as pd
import pytest

from segmentation_platform.insights.cancellations import with_rates
from segmentation_platform_tests.unit.insights.shops import about, at, cancelled, sale, told


def row(table: pd.DataFrame, kind: str, subject: str = "all") -> pd.Series:
    [place] = about(table, kind, subject).index
    found: pd.Series = at(table, place)
    return found


def test_lines_units_and_money_are_counted_as_sold_and_as_cancelled() -> None:
    lines = [sale("2011-03-01"), sale("2011-03-02"), cancelled("2011-04-01", quantity=-4.0)]
    whole = row(told(lines).cancellations, "all")
    assert whole[["lines_sold", "lines_cancelled", "units_sold", "units_cancelled"]].tolist() == [2, 1, 20, 4]
    assert whole[["money_sold", "money_cancelled", "money_rate"]].tolist() == [20, 4, pytest.approx(0.2)]
    assert whole[["customer_lines", "lines_taken_back", "line_rate"]].tolist() == [2, 1, 0.5]


def test_every_kind_of_subject_is_told_of_and_products_by_name() -> None:
    found = told([sale("2011-03-01"), sale("2011-03-02", customer_id=None), cancelled("2011-04-01")]).cancellations
    assert {kind: sorted(rows["subject"]) for kind, rows in found.groupby("subject_kind")} == {
        "all": ["all"],
        "buyers": ["customers", "guests"],
        "month": ["2011-03", "2011-04"],
        "segment": ["Regulars"],
        "category": ["Candles & lighting"],
        "product": ["85123A"],
        "region": ["United Kingdom"],
    }
    assert row(found, "product", "85123A")["description"] == "WHITE HANGING HEART T-LIGHT HOLDER"
    assert found.loc[found["subject_kind"] != "product", "description"].isna().all()


def test_money_is_cancelled_in_the_month_of_the_cancellation_and_a_line_in_that_of_its_sale() -> None:
    found = told([sale("2011-03-01"), cancelled("2011-04-01")]).cancellations
    march, april = row(found, "month", "2011-03"), row(found, "month", "2011-04")
    assert (march["lines_taken_back"], march["money_cancelled"], march["money_rate"]) == (1, 0, 0)
    assert (april["customer_lines"], april["money_cancelled"]) == (0, 10)
    assert april[["money_rate", "line_rate", "line_rate_shrunk", "line_rate_low", "line_rate_high"]].isna().all()


def test_guests_have_no_rate_of_lines_since_their_cancellations_belong_to_no_sale() -> None:
    lines = [sale("2011-03-01"), sale("2011-03-02", customer_id=None), cancelled("2011-03-03", customer_id=None)]
    found = told(lines).cancellations
    assert row(found, "buyers", "guests")[["customer_lines", "money_cancelled"]].tolist() == [0, 10]
    assert pd.isna(row(found, "buyers", "guests")["line_rate_shrunk"])
    assert row(found, "all")[["customer_lines", "lines_taken_back", "lines_cancelled"]].tolist() == [1, 0, 1]


def test_customers_who_kept_nothing_are_told_apart_from_the_segments() -> None:
    lines = [sale("2011-03-01"), cancelled("2011-03-02", customer_id="1", quantity=-5.0)]
    found = told(lines).cancellations
    assert row(found, "segment", "(none)")[["lines_sold", "lines_cancelled"]].tolist() == [0, 1]


def test_two_giants_are_told_and_left_out_of_the_usual_rate() -> None:
    giants = [cancelled("2011-05-01", quantity=-700.0), cancelled("2011-05-02", quantity=-200.0)]
    small = [cancelled(f"2011-06-{day:02}", quantity=-1.0) for day in range(1, 11)]
    whole = row(told([sale("2011-03-01", quantity=2_000.0), *giants, *small]).cancellations, "all")
    assert whole["money_rate"] == pytest.approx(910 / 2_000)
    assert whole["money_rate_usual"] == pytest.approx(10 / 2_000)
    assert whole["largest_share"] == pytest.approx(900 / 910)


def test_a_product_with_one_line_does_not_top_the_list_by_luck() -> None:
    lines = np.random.default_rng(3).integers(1, 200, 500)
    hits = np.random.default_rng(4).binomial(lines, 0.02)
    counts = pd.DataFrame({"customer_lines": [1, 84, *lines], "lines_taken_back": [1, 30, *hits]})
    counts = counts.assign(subject_kind="product", subject="other", money_sold=1.0, money_cancelled=0.0, largest=0.0)
    whole = counts.sum(numeric_only=True).to_frame().T.assign(subject_kind="all", subject="all")
    rated = with_rates(pd.concat([counts, whole], ignore_index=True))
    assert rated["line_rate"].idxmax() == 0
    assert rated["line_rate_shrunk"].idxmax() == rated["line_rate_low"].idxmax() == 1


def test_without_cancellations_nothing_is_rated_above_almost_nothing() -> None:
    found = told([sale(f"2011-03-{day:02}") for day in range(1, 29)]).cancellations
    assert (found["money_rate"] == 0).all()
    assert found["largest_share"].isna().all()
    assert (found["line_rate"] == 0).all()
    assert (found["line_rate_shrunk"] < 0.05).all()


def test_what_was_sold_before_the_ledger_began_can_only_be_cancelled() -> None:
    found = told([sale("2011-03-01"), cancelled("2011-03-02", stock_code="99999")]).cancellations
    assert row(found, "product", "99999")[["lines_sold", "lines_cancelled"]].tolist() == [0, 1]
    assert pd.isna(row(found, "product", "99999")["money_rate"])
