"""What is known as of a day depends on nothing that came on or after that day."""

from datetime import date

import pandas as pd
import pytest

from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.point_in_time import COLUMNS, hold_ledger, know_sales, known_sales
from segmentation_platform_tests.support.ledgers import catalog, features, sales_lines, simulated

AS_OF = date(2011, 9, 1)


def known(clean: pd.DataFrame, as_of: date) -> pd.DataFrame:
    with known_sales(DuckDBEngine(), clean[list(COLUMNS)], as_of) as session:
        frame = session.frame("known_sales")
    return frame.sort_values(["invoice", "stock_code", "quantity", "unit_price"], ignore_index=True)


def poisoned(clean: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The same ledger in which all that was known is cancelled from that day on, and prices explode."""
    before = clean[clean["sold_at"] < pd.Timestamp(as_of)]
    later = clean[clean["sold_at"] >= pd.Timestamp(as_of)].assign(unit_price=1e6, product_category="POISON")
    cancelled = before[before["status"] == "completed"].assign(
        invoice=lambda lines: "C" + lines["invoice"],
        status="cancelled",
        quantity=lambda lines: -lines["quantity"],
        sold_at=pd.Timestamp(as_of),
        country="Poison",
        load_id=2,
    )
    return pd.concat([before, later, cancelled], ignore_index=True)


def test_lines_from_the_day_on_are_unknown_and_lines_of_the_evening_before_are_known() -> None:
    moments = ["2011-08-31 23:59:59", "2011-09-01 00:00:00"]
    clean = sales_lines({"sold_at": pd.Timestamp(at), "invoice": at} for at in moments)
    assert known(clean, AS_OF)["invoice"].tolist() == moments[:1]


def test_a_later_cancellation_does_not_touch_an_earlier_sale() -> None:
    sale = {"sold_at": pd.Timestamp("2011-08-01"), "quantity": 6.0}
    cancellation = {"sold_at": pd.Timestamp("2011-09-02"), "quantity": -4.0, "status": "cancelled", "invoice": "C1"}
    clean = sales_lines([sale, cancellation])
    assert known(clean, AS_OF)["net_quantity"].tolist() == [6]
    assert known(clean, date(2011, 9, 3)).set_index("status")["net_quantity"].to_dict() == {
        "completed": 2,
        "cancelled": 0,
    }


def test_netting_does_not_rely_on_what_the_cleaned_ledger_says_is_left() -> None:
    clean = sales_lines([{}]).assign(net_quantity=0.0, net_amount=0.0)
    with known_sales(DuckDBEngine(), clean, AS_OF) as session:
        assert session.frame("known_sales")["net_quantity"].tolist() == [6]


@pytest.mark.parametrize("describe", [known, features, catalog])
def test_whatever_happens_later_changes_nothing(describe: object) -> None:
    assert callable(describe)
    clean = simulated().clean
    before = describe(clean[clean["sold_at"] < pd.Timestamp(AS_OF)], AS_OF)
    assert len(before) > 100
    pd.testing.assert_frame_equal(describe(clean, AS_OF), before)
    pd.testing.assert_frame_equal(describe(poisoned(clean, AS_OF), AS_OF), before)


def test_the_poison_would_be_felt_a_day_later() -> None:
    clean = simulated().clean
    after = features(poisoned(clean, AS_OF), date(2011, 9, 2))
    assert len(after) < len(features(clean, date(2011, 9, 2))) / 2


def test_one_session_can_look_back_from_several_days_in_any_order() -> None:
    clean = simulated().clean
    order = ["invoice", "stock_code", "quantity", "unit_price"]
    with DuckDBEngine().session() as session:
        hold_ledger(session, clean[list(COLUMNS)])
        for day in (date(2011, 10, 1), AS_OF, date(2011, 11, 1), AS_OF):
            know_sales(session, day)
            found = session.frame("known_sales").sort_values(order, ignore_index=True)
            pd.testing.assert_frame_equal(found, known(clean, day))
