"""Taste groups: found, named, carried over nights, and left open where too little was bought."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from segmentation_platform.recommendations.rules import TasteRules
from segmentation_platform.recommendations.tastes import (
    MIXED,
    DatedTastes,
    TasteModel,
    align_tastes,
    fit_tastes,
    refit_tastes,
    tastes_of_night,
)

KINDS = ("Kitchen", "Toys", "Garden")
RULES = TasteRules(groups=3, dimensions=8)


def shop(customers: int = 40, seed: int = 1, share: float = 0.9) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Pairs, catalog and true kind of customers, most of whose products are of one kind."""
    random = np.random.default_rng(seed)
    products = {kind: [f"{kind[0]}{n:02}" for n in range(20)] for kind in KINDS}
    truth = {f"{kind}-{n:02}": kind for kind in KINDS for n in range(customers)}
    rows = [
        (customer, product, int(random.integers(1, 4)))
        for customer, kind in truth.items()
        for own in KINDS
        for product in random.choice(products[own], 8 if own == kind else round(8 * (1 - share)), replace=False)
    ]
    pairs = pd.DataFrame(rows, columns=["customer_id", "stock_code", "orders"]).assign(last_age=1)
    catalog = pd.DataFrame(
        [(code, kind) for kind in KINDS for code in products[kind]], columns=["stock_code", "category"]
    )
    return pairs, catalog, pd.Series(truth)


def test_customers_of_one_kind_are_one_group_named_by_what_they_buy() -> None:
    pairs, catalog, truth = shop()
    found = fit_tastes(pairs, catalog, RULES).assign(pairs, RULES)
    assert (found == truth.sort_index()).all()


def test_names_are_unique_even_with_more_groups_than_categories() -> None:
    pairs, catalog, _ = shop()
    names = fit_tastes(pairs, catalog, TasteRules(groups=8)).names
    assert len(names) == len(set(names)) == 8
    assert set(KINDS) <= set(names)


def test_who_bought_few_products_is_of_mixed_taste_and_who_kept_nothing_of_none() -> None:
    pairs, catalog, _ = shop()
    model = fit_tastes(pairs, catalog, RULES)
    few = pd.DataFrame({"customer_id": "few", "stock_code": ["K01", "K02"], "orders": 9, "last_age": 1})
    gone = few.assign(customer_id="gone", orders=0)
    strange = few.assign(customer_id="strange", stock_code=["?", "!"])
    found = model.assign(pd.concat([pairs, few, gone, strange]), RULES)
    assert found["few"] == found["strange"] == MIXED
    assert "gone" not in found.index


def test_the_same_purchases_in_another_order_give_the_same_model() -> None:
    pairs, catalog, _ = shop()
    again = fit_tastes(pairs.sample(frac=1, random_state=3), catalog.sample(frac=1, random_state=4), RULES)
    assert again == fit_tastes(pairs, catalog, RULES)


def test_a_model_reads_back_from_its_json_as_it_was() -> None:
    model = fit_tastes(*shop()[:2], RULES)
    assert TasteModel.from_json(model.to_json()) == model


def test_a_refit_keeps_names_and_nearly_all_customers() -> None:
    pairs, catalog, _ = shop(share=0.7)
    model = fit_tastes(pairs, catalog, RULES)
    more, _, _ = shop(seed=2, share=0.7)
    tonight = pd.concat([pairs, more.assign(customer_id="new " + more["customer_id"]).iloc[:100]])
    again = refit_tastes(model, tonight, RULES)
    assert again.names == model.names
    before, after = model.assign(pairs, RULES), again.assign(tonight, RULES)
    assert (after[before.index] == before).mean() > 0.95


def test_a_refit_drops_a_group_whose_customers_are_gone() -> None:
    pairs, catalog, truth = shop()
    model = fit_tastes(pairs, catalog, RULES)
    left = pairs[pairs["customer_id"].map(truth) != "Toys"]
    again = refit_tastes(model, left, RULES)
    assert set(again.names) <= {"Kitchen", "Garden"} | {"Toys"}
    assert set(again.assign(left, RULES)) <= set(again.names) | {MIXED}


def test_a_fresh_fit_takes_the_names_of_the_earlier_groups_with_the_same_customers() -> None:
    pairs, catalog, _ = shop()
    fresh = fit_tastes(pairs, catalog, TasteRules(groups=3, dimensions=8, seed=5))
    renamed = TasteModel(
        3,
        tuple(f"Old {name}" for name in fresh.names[::-1]),
        {code: row[::-1] for code, row in fresh.affinities.items()},
    )
    aligned = align_tastes(fresh, renamed, pairs, RULES)
    assert aligned.names == tuple(f"Old {name}" for name in fresh.names)
    pd.testing.assert_series_equal(aligned.assign(pairs, RULES), renamed.assign(pairs, RULES))


def test_a_fresh_group_without_a_match_keeps_its_own_name_unless_it_is_taken() -> None:
    pairs, catalog, _ = shop()
    fresh = fit_tastes(pairs, catalog, RULES)
    first = fresh.names[0]
    one = TasteModel(1, (fresh.names[1],), {code: (row[0],) for code, row in fresh.affinities.items()})
    names = align_tastes(fresh, one, pairs, RULES).names
    assert len(set(names)) == 3
    assert set(names) - {fresh.names[1], f"{fresh.names[1]} (2)"} <= {first, *fresh.names}


@pytest.mark.parametrize("customers", [0, 1, 2])
def test_few_customers_make_few_groups(customers: int) -> None:
    pairs, catalog, _ = shop()
    some = pairs[pairs["customer_id"].isin([f"Toys-{n:02}" for n in range(customers)])]
    model = fit_tastes(some, catalog, RULES)
    assert len(model.names) == customers if customers < 2 else len(model.names) <= customers
    assert set(model.assign(some, RULES)) <= {*model.names, MIXED}


def test_products_without_a_category_leave_groups_with_a_name() -> None:
    pairs, catalog, _ = shop()
    names = fit_tastes(pairs, catalog.assign(category="OTHER"), RULES).names
    assert len(set(names)) == 3


def test_a_shop_of_one_product_works() -> None:
    pairs = pd.DataFrame({"customer_id": ["1", "2"], "stock_code": "A", "orders": 1, "last_age": 1})
    rules = TasteRules(products=1)
    catalog = pd.DataFrame({"stock_code": ["A"], "category": ["Toys"]})
    assert set(fit_tastes(pairs, catalog, rules).assign(pairs, rules)) == {"Toys"}


# --- from night to night ---

FIRST = date(2011, 1, 1)


def first_night() -> DatedTastes:
    """The model of a first night, its groups called otherwise than any fit would call them."""
    pairs, catalog, _ = shop()
    model = tastes_of_night(None, pairs, catalog, FIRST, RULES).model
    return DatedTastes(replace(model, names=tuple(f"Old {name}" for name in model.names)), FIRST)


def test_on_the_first_night_groups_are_found_and_dated() -> None:
    pairs, catalog, _ = shop()
    assert tastes_of_night(None, pairs, catalog, FIRST, RULES) == DatedTastes(
        fit_tastes(pairs, catalog, RULES), FIRST
    )


@pytest.mark.parametrize("days", [0, 1, RULES.refit_days - 1])
def test_until_it_is_due_the_earlier_model_assigns_as_it_is(days: int) -> None:
    pairs, catalog, _ = shop(seed=2)
    assert tastes_of_night(first_night(), pairs, catalog, FIRST + timedelta(days), RULES) == first_night()


@pytest.mark.parametrize("days", [RULES.refit_days, 400])
def test_when_it_is_due_the_groups_are_moved_and_keep_their_names(days: int) -> None:
    pairs, catalog, _ = shop(seed=2, share=0.7)
    earlier, day = first_night(), FIRST + timedelta(days)
    found = tastes_of_night(earlier, pairs, catalog, day, RULES)
    assert found == DatedTastes(refit_tastes(earlier.model, pairs, RULES), day)
    assert found.model.names == earlier.model.names
    assert found.model.affinities != earlier.model.affinities
    later = tastes_of_night(found, pairs, catalog, day + timedelta(RULES.refit_days - 1), RULES)
    assert later == found, "due again only so many days after the move"


def test_when_another_number_of_groups_is_asked_for_they_are_found_anew_and_those_that_hold_keep_their_names() -> (
    None
):
    pairs, catalog, _ = shop()
    fewer = RULES.model_copy(update={"groups": RULES.groups - 1})
    found = tastes_of_night(first_night(), pairs, catalog, FIRST + timedelta(1), fewer)
    assert (found.as_of, found.model.asked, len(found.model.names)) == (
        FIRST + timedelta(1),
        fewer.groups,
        fewer.groups,
    )
    assert any(name.startswith("Old ") for name in found.model.names)
    assert tastes_of_night(found, pairs, catalog, FIRST + timedelta(2), fewer) == found
    assert tastes_of_night(first_night(), pairs, catalog, FIRST - timedelta(1), fewer) == first_night()


def test_fewer_groups_than_asked_for_are_not_looked_for_again_every_night() -> None:
    pairs, catalog, _ = shop()
    many = RULES.model_copy(update={"groups": 10_000})
    found = tastes_of_night(None, pairs, catalog, FIRST, many)
    assert len(found.model.names) < 10_000
    assert tastes_of_night(found, pairs, catalog, FIRST + timedelta(1), many) is found


@pytest.mark.parametrize("days", [1, RULES.refit_days, 400])
def test_a_night_before_the_earlier_model_looks_back_by_it(days: int) -> None:
    pairs, catalog, _ = shop(seed=2)
    assert tastes_of_night(first_night(), pairs, catalog, FIRST - timedelta(days), RULES) == first_night()


def test_a_model_without_groups_is_fitted_anew_at_once() -> None:
    pairs, catalog, _ = shop()
    nobody = tastes_of_night(None, pairs.head(0), catalog, FIRST, RULES)
    assert nobody.model.names == ()
    tomorrow = FIRST + timedelta(1)
    found = tastes_of_night(nobody, pairs, catalog, tomorrow, RULES)
    assert found == DatedTastes(fit_tastes(pairs, catalog, RULES), tomorrow)
    assert set(found.model.names) == set(KINDS)
