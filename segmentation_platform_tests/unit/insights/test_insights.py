"""All insights together: against a plain telling, without the future, for any small ledger."""

from dataclasses import fields
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform_tests.support.ledgers import simulated
from segmentation_platform_tests.support.variants import examples
from segmentation_platform_tests.unit.insights.shops import (
    AS_OF,
    Insights,
    Line,
    about,
    cancelled,
    insights,
    sale,
    told,
)
from segmentation_platform_tests.unit.ledger.test_point_in_time import poisoned

EARLIER = date(2011, 9, 1)


def tables(made: Insights) -> dict[str, pd.DataFrame]:
    return {field.name: getattr(made, field.name) for field in fields(made)}


def test_whatever_happens_later_changes_nothing() -> None:
    clean = simulated().clean
    before = tables(insights(clean[clean["sold_at"] < pd.Timestamp(EARLIER)], EARLIER))
    for later in (clean, poisoned(clean, EARLIER)):
        for name, table in tables(insights(later, EARLIER)).items():
            pd.testing.assert_frame_equal(table, before[name], obj=name)


def test_the_poison_would_be_felt_a_day_later() -> None:
    clean = simulated().clean
    after = insights(poisoned(clean, EARLIER), date(2011, 9, 2)).cancellations
    assert (about(after, "all")["line_rate"] > 0.9).all()


def test_sums_are_those_of_a_plain_telling_in_pandas() -> None:
    clean, made = simulated().clean, insights(simulated().clean, simulated().as_of)
    sold, gone = (clean[clean["status"] == status] for status in ("completed", "cancelled"))
    month = sold["sold_at"].dt.to_period("M").dt.to_timestamp()
    everything = about(made.seasonality, "all").set_index("period")
    by_month = sold.groupby(month)
    assert everything["sales"].to_numpy() == pytest.approx(by_month["amount"].sum().to_numpy(), abs=0.006)
    assert everything["revenue"].to_numpy() == pytest.approx(by_month["net_amount"].sum().to_numpy(), abs=0.006)
    assert everything["orders"].tolist() == by_month["invoice"].nunique().tolist()
    assert everything["customers"].tolist() == by_month["customer_id"].nunique().tolist()
    assert everything["trading_days"].tolist() == by_month["sold_at"].agg(lambda at: at.dt.date.nunique()).tolist()

    regions = about(made.cancellations, "region").set_index("subject")
    assert regions["lines_sold"].to_dict() == sold.groupby("region").size().to_dict()
    assert regions["money_cancelled"].sum() == pytest.approx(-gone["amount"].sum(), abs=0.1)
    known = sold[sold["customer_id"].notna()]
    hit = known[known["net_quantity"] < known["quantity"]]
    assert about(made.cancellations, "all")["lines_taken_back"].tolist() == [len(hit)]

    countries = made.countries.set_index("country")
    assert countries["revenue"].to_dict() == pytest.approx(
        sold.groupby("country")["net_amount"].sum().to_dict(), abs=0.006
    )
    kept = known[known["net_quantity"] > 0]
    buyers = countries.loc[countries["customers"] > 0, "customers"]
    assert buyers.to_dict() == kept.groupby("country")["customer_id"].nunique().to_dict()
    first = kept.groupby("customer_id")["sold_at"].min().dt.to_period("M").dt.to_timestamp()
    sizes = made.cohorts[made.cohorts["months_since"] == 0].set_index("cohort")["customers"]
    assert sizes.to_dict() == first.value_counts().sort_index().to_dict()


_DAYS = st.sampled_from([f"2011-{month:02}-{day:02}" for month in range(1, 12) for day in (2, 3, 19)])
_LINE = st.fixed_dictionaries(
    {
        "day": _DAYS,
        "customer_id": st.sampled_from(["1", "2", "3", None]),
        "stock_code": st.sampled_from(["11111", "22222"]),
        "country": st.sampled_from(["United Kingdom", "France"]),
        "quantity": st.integers(1, 20).map(float),
        "back": st.booleans(),
    }
)


def _lines(drawn: list[Line]) -> list[Line]:
    found = []
    for row in drawn:
        day, back = str(row["day"]), bool(row["back"])
        more = {name: value for name, value in row.items() if name not in ("day", "back")}
        if back:
            found.append(cancelled(day, **{**more, "quantity": -float(str(row["quantity"]))}))
        else:
            found.append(sale(day, **more))
    return found


@given(st.lists(_LINE, max_size=25))
@settings(deadline=None, max_examples=examples(25))
def test_for_any_ledger_the_tables_keep_their_contracts_and_tell_of_one_revenue(
    drawn: list[Line],
) -> None:
    made = told(_lines(drawn))
    revenue = made.countries["revenue"].sum()
    for _, rows in made.seasonality.groupby("subject_kind"):
        assert rows["revenue"].sum() == pytest.approx(revenue, abs=0.01)
    money = made.seasonality.query("subject_kind == 'all'")["sales"].sum()
    for kind, rows in made.cancellations.groupby("subject_kind"):
        assert kind == "segment" or rows["money_sold"].sum() == pytest.approx(money, abs=0.01)
    for table, names in (
        (made.seasonality, ("index_low", "season_index", "index_high")),
        (made.cancellations, ("line_rate_low", "line_rate_shrunk", "line_rate_high")),
        (made.countries, ("order_value_low", "average_order_value", "order_value_high")),
        (made.cohorts, ("retention_low", "retention", "retention_high")),
    ):
        known = table.dropna(subset=list(names))
        assert (known[names[0]] <= known[names[1]]).all()
        assert (known[names[1]] <= known[names[2]]).all()


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([], id="nothing at all"),
        pytest.param([sale("2011-11-30")], id="one line"),
        pytest.param([sale("2011-11-01"), sale("2011-11-02", customer_id="2")], id="one month, no cancellations"),
        pytest.param([sale("2011-11-01", customer_id=None)], id="only guests"),
        pytest.param([sale("2011-11-01"), cancelled("2011-11-02")], id="all was cancelled"),
        pytest.param([cancelled("2011-11-02")], id="only a cancellation"),
    ],
)
def test_a_tiny_ledger_gives_tables_that_keep_their_contracts(lines: list[Line]) -> None:
    made = told(lines, AS_OF)
    assert made.seasonality["season_start"].isna().all()
    assert len(made.countries) <= 1
