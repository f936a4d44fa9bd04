"""The figures of the real ledger, within the intervals that were measured on it elsewhere."""

from datetime import date

import pandas as pd
import pytest

from segmentation_platform.insights.season_start import season_start, share_done
from segmentation_platform_tests.support.ledgers import real
from segmentation_platform_tests.support.real_ledger import needs_real_ledger
from segmentation_platform_tests.support.session import once
from segmentation_platform_tests.unit.insights.shops import AS_OF, Insights, about, insights

pytestmark = [pytest.mark.slow, pytest.mark.real_ledger, needs_real_ledger]


@once
def made() -> Insights:
    return insights(real()[1], AS_OF)


@pytest.mark.parametrize(
    ("month", "index", "low", "high"),
    [("2011-09-01", 1.52, 1.24, 1.88), ("2011-10-01", 1.63, 1.38, 1.91), ("2011-11-01", 1.85, 1.60, 2.11)],
)
def test_the_season_of_known_customers_is_as_measured(month: str, index: float, low: float, high: float) -> None:
    found = about(made().seasonality, "buyers", "customers").set_index("period").loc[month]
    assert found["season_index"] == pytest.approx(index, abs=0.006)
    assert found["index_low"] == pytest.approx(low, abs=0.02)
    assert found["index_high"] == pytest.approx(high, abs=0.02)
    assert found["baseline"] == "2011-03 to 2011-08"


def test_guests_make_november_stand_out_more() -> None:
    found = about(made().seasonality, "all").set_index("period")["season_index"]
    assert [round(found[f"2011-{m:02}-01"], 2) for m in (9, 10, 11)] == [1.46, 1.56, 2.06]


def test_christmas_begins_in_late_august_at_three_ordinary_weeks_and_in_september_at_ten() -> None:
    found = about(made().seasonality, "category", "Christmas").set_index("period")
    assert found["season_start"].unique().tolist() == [pd.Timestamp("2011-08-26")]
    assert found.loc["2011-10-01", "season_share"] == pytest.approx(0.55, abs=0.005)
    later = season_start(made().daily["category"]["Christmas"], AS_OF, multiple=10)
    assert later is not None
    assert later.starts_on == date(2011, 9, 11)


def test_by_30_october_three_fifths_of_what_is_named_christmas_were_sold_since_june() -> None:
    clean = real()[1]
    named = clean["description"].str.contains("CHRISTMAS", na=False) & (clean["status"] == "completed")
    sold = clean[named & clean["customer_id"].notna() & (clean["sold_at"] >= "2011-06-01")]
    done = share_done(sold.groupby(sold["sold_at"].dt.normalize())["amount"].sum())
    assert done[:"2011-10-30"].iloc[-1] == pytest.approx(0.60, abs=0.005)


def test_472_thousand_were_cancelled_by_known_customers_half_of_it_in_two_orders() -> None:
    found = about(made().cancellations, "buyers", "customers").iloc[0]
    assert found["money_cancelled"] == pytest.approx(471_750.71, abs=0.01)
    assert found["money_rate"] == pytest.approx(0.054, abs=0.0005)
    assert found["largest_share"] == pytest.approx(0.52, abs=0.005)
    assert (found["customer_lines"], found["lines_cancelled"]) == (391_150, 8_506)


def test_german_and_home_top_twenty_overlap_by_15_percent() -> None:
    found = made().countries.set_index("country")
    assert found.index[found["is_home"]].tolist() == ["United Kingdom"]
    assert found.loc["Germany", "home_overlap"] == 0.15
    assert len(found) == 38
