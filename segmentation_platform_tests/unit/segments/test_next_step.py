"""What would move a customer up is true of the model: so many orders, and not one fewer."""

from dataclasses import replace

import pandas as pd
import pytest

from segmentation_platform.contracts import EVERYWHERE, CustomerSegments
from segmentation_platform.segments.next_step import next_steps
from segmentation_platform.segments.profiles import assign
from segmentation_platform_tests.support.ledgers import segmented, simulated_customers, simulated_fit
from segmentation_platform_tests.unit.segments.shops import Triple, customers_of, model_of, shop_of

MODEL = model_of((0.0, 20.0, 0.0), (0.0, 10.0, 0.0), (0.0, 1.0, 0.0))
"""Champions from 15 orders on, Loyal from 5.5, the rest is Loyal, pausing; money and recency mean nothing."""
RANK = {1: 1, 2: 2, 3: 3}


def step(customer: Triple, rank: dict[int, int] | None = None) -> tuple[str | None, str]:
    """The next better segment of a customer and the words."""
    shop = shop_of(customers_of(customer)).assign(average_order_value=0.0)
    found = next_steps(shop.join(MODEL.assign(shop)), MODEL, rank or RANK).iloc[0]
    return (None if pd.isna(found["next_segment"]) else found["next_segment"], found["next_step"])


def test_just_below_a_border_one_order_is_needed() -> None:
    assert step((0, 5, 0)) == ("Loyal", "One more order of about 0 would make them Loyal")
    assert step((0, 14.5, 0)) == ("Champions", "One more order of about 0 would make them Champions")


def test_further_below_more_orders_are_needed_up_to_six() -> None:
    assert step((0, 2, 0)) == ("Loyal", "4 more orders of about 0 would make them Loyal")
    assert step((0, 9.5, 0)) == ("Champions", "6 more orders of about 0 would make them Champions")


def test_what_is_more_than_six_orders_away_is_said_to_be_far() -> None:
    assert step((0, 8.5, 0)) == (None, "More than 6 orders away from a better segment")


def test_in_the_segment_of_the_highest_worth_there_is_no_next() -> None:
    assert step((0, 30, 0)) == (None, "In the segment of the highest worth already: keep them")


def test_what_is_better_is_told_by_the_rank_and_not_by_the_number() -> None:
    assert step((0, 5, 0), {1: 2, 2: 3, 3: 1})[1].startswith("In the segment of the highest worth")
    assert step((0, 9.5, 0), {1: 3, 2: 1, 3: 2})[1].startswith("In the segment of the highest worth")


def test_an_order_is_of_the_usual_amount_and_brings_the_customer_back() -> None:
    by_money = model_of((1.0, 0.0, 3_000.0), (1.0, 0.0, 0.0))
    shop = shop_of(customers_of((1, 1, 1_234.4)))
    found = next_steps(shop.join(by_money.assign(shop)), by_money, {1: 1, 2: 2}).iloc[0]
    assert found["next_step"] == "One more order of about 1,234 would make them Champions"
    by_recency = model_of((1.0, 0.0, 0.0), (300.0, 0.0, 0.0))
    away = shop_of(customers_of((299, 1, 5)))
    found = next_steps(away.join(by_recency.assign(away)), by_recency, {1: 1, 2: 2}).iloc[0]
    assert found["next_step"] == "One more order of about 5 would make them Champions"


def test_nobody_has_no_step() -> None:
    nobody = shop_of(customers_of())
    found = next_steps(nobody.join(MODEL.assign(nobody)), MODEL, RANK)
    assert found.empty
    assert found.dtypes.astype(str).to_dict() == {"next_segment": "str", "next_step": "str"}


def test_for_a_shop_s_customers_the_words_are_true_of_the_model() -> None:
    model, customers = simulated_fit().model, simulated_customers()
    found = assign(customers, {EVERYWHERE: simulated_fit()})
    place = {segment.name: number for number, segment in enumerate(model.segments)}
    for row in found[found["next_segment"].notna()].head(60).itertuples():
        words = str(row.next_step).split(" ")
        orders = 1 if words[0] == "One" else int(words[0])

        def after(more: int, row: object = row) -> str:
            values = (1.0, row.frequency + more, row.monetary + more * row.average_order_value)  # type: ignore[attr-defined]
            return str(model.assign(customers_of(values))["segment"].iloc[0])

        assert str(row.next_step).endswith(
            f"of about {row.average_order_value:,.0f} would make them {row.next_segment}"
        )
        assert after(orders) == row.next_segment
        assert place[str(row.next_segment)] < place[str(row.segment)]
        assert all(place[after(fewer)] >= place[str(row.segment)] for fewer in range(1, orders))


def test_every_customer_of_a_shop_has_words_and_only_who_has_none_lacks_a_segment() -> None:
    segments = segmented()
    CustomerSegments.validate(segments, lazy=True)
    top = simulated_fit().model.segments[0].name
    is_top = segments["segment"] == top
    assert segments.loc[is_top, "next_segment"].isna().all()
    assert segments.loc[is_top, "next_step"].str.startswith("In the segment of the highest worth").all()
    without = segments["next_segment"].isna() & ~is_top
    assert segments.loc[without, "next_step"].str.startswith("More than 6 orders").all()
    assert segments.loc[~without & ~is_top, "next_step"].str.contains("would make them").all()
    assert (segments["next_segment"] != segments["segment"]).all()


def test_the_next_step_of_a_customer_does_not_hang_on_who_else_is_looked_at() -> None:
    models, customers = {EVERYWHERE: simulated_fit()}, simulated_customers()
    among_all = assign(customers, models)[["next_segment", "next_step"]]
    alone = pd.concat([assign(customers.iloc[[row]], models) for row in range(0, len(customers), 8)])
    assert alone["next_segment"].notna().any()
    pd.testing.assert_frame_equal(alone[["next_segment", "next_step"]], among_all.iloc[::8])


def test_what_is_better_is_told_by_the_place_in_the_model_and_not_by_money_of_today() -> None:
    fitted = simulated_fit()
    model = replace(fitted.model, centroids=fitted.model.centroids[::-1], segments=fitted.model.segments[::-1])
    found = assign(simulated_customers(), {EVERYWHERE: replace(fitted, model=model)})
    place = {segment.name: number for number, segment in enumerate(model.segments)}
    is_first = found["segment"] == model.segments[0].name
    assert is_first.any()
    assert (found["next_step"].str.startswith("In the segment of the highest worth") == is_first).all()
    told = found[found["next_segment"].notna()]
    assert (told["next_segment"].map(place) < told["segment"].map(place)).all()


@pytest.mark.parametrize("k", [2, 8])
def test_customers_and_their_order_stay(k: int) -> None:
    customers = simulated_customers().sample(frac=1, random_state=1)
    before = customers.copy()
    found = assign(customers, {EVERYWHERE: simulated_fit(k)})
    pd.testing.assert_frame_equal(customers, before)
    pd.testing.assert_frame_equal(found[customers.columns], customers)
