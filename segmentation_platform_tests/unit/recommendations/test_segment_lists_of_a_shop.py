"""Product lists per segment and region of a whole simulated shop: every figure, told once more by pandas."""

import itertools
import re
from functools import cache

import numpy as np
import pandas as pd
import pytest

from segmentation_platform.contracts.recommendations import LISTS, leading
from segmentation_platform.recommendations.sales import offered_products
from segmentation_platform.recommendations.tastes import MIXED
from segmentation_platform_tests.support.ledgers import catalog, segmented, simulated
from segmentation_platform_tests.support.session import once
from segmentation_platform_tests.unit.recommendations.shops import drawn_by, segment_lists_of


@cache
def shoppers() -> pd.DataFrame:
    """The simulated shop's customers in segments; of their tastes the two most common are told apart."""
    people = segmented()
    common = people["taste"].value_counts().index[:2]
    return people.assign(taste=people["taste"].where(people["taste"].isin(common), MIXED))


@once
def simulated_lists(shrinkage: float = 200.0) -> pd.DataFrame:
    shop = simulated()
    return segment_lists_of(shop.clean, shoppers(), drawn_by(shrinkage), shop.as_of)


def told_by_pandas(shrinkage: float) -> pd.DataFrame:
    """Score, share, lift and trend of every product in every cell, told once more."""
    shop = simulated()
    kept = shop.clean[shop.clean["net_quantity"] > 0].drop(columns="region")
    kept = kept.merge(shoppers()[["customer_id", "segment_id", "region", "taste"]], on="customer_id")
    bought = kept.assign(day=kept["sold_at"].dt.normalize()).drop_duplicates(["customer_id", "invoice", "stock_code"])
    age = (pd.Timestamp(shop.as_of) - bought["day"]).dt.days
    bought = bought.assign(weight=0.5 ** (age / 7), once=1.0)
    people = shoppers()

    def shares(lines: pd.DataFrame, prior: pd.DataFrame | None) -> pd.DataFrame:
        sums = lines.groupby("stock_code")[["weight", "once"]].sum().round(9)
        if prior is None:
            return sums / sums.sum()
        # What the cell never bought has its part of the prior.
        return (sums.reindex(prior.index).fillna(0.0) + shrinkage * prior) / (sums.sum() + shrinkage)

    everyone = shares(bought, None)
    share_of_all = bought.groupby("stock_code")["customer_id"].nunique() / len(people)
    rows = []
    cells = itertools.product(
        sorted(people["segment_id"].unique()),
        ["all", *people["region"].unique()],
        ["all", *people["taste"].unique()],
    )
    for segment, region, taste in cells:
        of_taste = bought if taste == "all" else bought[bought["taste"] == taste]
        of_both = of_taste if region == "all" else of_taste[of_taste["region"] == region]
        cell = of_both[of_both["segment_id"] == segment]
        inside = people[
            (people["segment_id"] == segment)
            & ((region == "all") | (people["region"] == region))
            & ((taste == "all") | (people["taste"] == taste))
        ]
        # Drawn to the region and taste, that to the taste, and that to everyone.
        prior = everyone if taste == "all" else shares(of_taste, everyone)
        prior = prior if region == "all" else shares(of_both, prior)
        found = shares(cell, prior)
        customers = cell.groupby("stock_code")["customer_id"].nunique().reindex(everyone.index).fillna(0)
        rows.append(
            pd.DataFrame(
                {
                    "segment_id": segment,
                    "region": region,
                    "taste": taste,
                    "popular": found["weight"],
                    "rising": found["weight"] / found["once"],
                    "customers": customers,
                    "share": customers / len(inside),
                    "lift": customers / len(inside) / share_of_all.reindex(customers.index),
                    "trend": (everyone["weight"] / everyone["once"]).reindex(customers.index),
                }
            ).reset_index()
        )
    return pd.concat(rows)


@pytest.mark.parametrize("shrinkage", [0.0, 200.0])
def test_every_figure_is_what_pandas_says_of_a_simulated_shop(shrinkage: float) -> None:
    found = simulated_lists(shrinkage)
    joined = found.merge(
        told_by_pandas(shrinkage), on=["segment_id", "region", "taste", "stock_code"], suffixes=("", "_told")
    )
    assert len(joined) == len(found) > 1_000
    for name in ("customers", "share", "lift", "trend"):
        np.testing.assert_allclose(joined[name], joined[f"{name}_told"], rtol=1e-6, atol=1e-6)
    for name in ("popular", "rising"):
        own = joined[joined["list"] == name]
        np.testing.assert_allclose(own["score"], own[name], rtol=1e-6, atol=1e-9)


def test_the_first_of_popular_is_the_best_of_all_that_are_still_sold() -> None:
    found, told = simulated_lists(), told_by_pandas(200.0)
    products_now = catalog(simulated().clean, simulated().as_of)
    still = offered_products(products_now, simulated().as_of, 60)
    told = told[told["stock_code"].isin(still["stock_code"])]
    best = told.groupby(["segment_id", "region", "taste"])["popular"].max()
    first = found[(found["list"] == "popular") & (found["rank"] == 1)].set_index(["segment_id", "region", "taste"])[
        "score"
    ]
    np.testing.assert_allclose(first, best.reindex(first.index), rtol=1e-6)


def test_ranks_of_every_list_go_from_1_up_without_gaps_by_falling_score() -> None:
    for _, own in simulated_lists().groupby(["segment_id", "region", "taste", "list"]):
        in_order = own.sort_values("rank")
        assert in_order["rank"].tolist() == list(range(1, len(own) + 1))
        assert len(own) <= 50
        assert in_order["score"].is_monotonic_decreasing
        assert in_order["stock_code"].is_unique


def test_every_segment_has_every_list_over_all_regions_and_rows_are_in_order() -> None:
    found = simulated_lists()
    everywhere = found[(found["region"] == "all") & (found["taste"] == "all")]
    assert set(everywhere.loc[everywhere["list"] == "popular", "segment_id"]) == set(range(1, 6))
    assert set(found["list"]) == set(LISTS)
    assert {"all"} < set(found["taste"]) <= {"all", *shoppers()["taste"]}
    keys = found[["segment_id", "region", "taste", "list", "rank"]]
    pd.testing.assert_frame_equal(keys, keys.sort_values(list(keys.columns), ignore_index=True))


def test_no_product_leads_in_every_segment() -> None:
    first = leading(simulated_lists())
    assert set(first["segment_id"]) == set(range(1, 6))
    by_segment = first[first["rank"] <= 3].groupby("segment_id")["stock_code"].agg(set)
    assert not set.intersection(*by_segment)


def test_where_nothing_sets_a_segment_apart_what_rises_leads_and_else_what_is_popular() -> None:
    rows = simulated_lists()
    plain = rows[(rows["segment_id"] != 2) | (rows["list"] != "signature")]
    assert set(leading(plain).loc[leading(plain)["segment_id"] == 2, "list"]) == {"rising"}
    plain = plain[(plain["segment_id"] != 2) | (plain["list"] == "popular")]
    assert set(leading(plain).loc[leading(plain)["segment_id"] == 2, "list"]) == {"popular"}
    assert leading(plain)["list"].iloc[0] == "signature"


def test_the_interval_contains_the_lift() -> None:
    found = simulated_lists()
    assert (found["lift_low"] <= found["lift"]).all()
    assert (found["lift"] <= found["lift_high"]).all()
    assert (found["lift_low"] >= 0).all()
    between = found[found["share"].between(0, 1, inclusive="neither")]
    assert (between["lift_low"] < between["lift"]).all()
    # Where none was seen to buy it, it can still be up to what three of them would be (the rule of three).
    unseen = found[found["customers"] == 0]
    assert not unseen.empty
    assert (unseen["lift_high"] > 0).all()


def test_what_rises_and_what_sets_apart_is_above_1_with_enough_customers_behind_it() -> None:
    found = simulated_lists()
    telling = found[found["list"] != "popular"]
    assert (telling["score"] > 1).all()
    assert (telling["customers"] >= 2).all()
    signature = found[found["list"] == "signature"]
    assert (signature["score"] == signature["lift_low"]).all()


def test_nothing_rises_in_a_cell_whose_customers_did_not_buy_it_lately() -> None:
    shop = simulated()
    recent = shop.clean[(shop.clean["sold_at"] >= pd.Timestamp(shop.as_of) - pd.Timedelta(days=28))]
    recent = recent[recent["net_quantity"] > 0].merge(shoppers()[["customer_id", "segment_id"]], on="customer_id")
    buyers = recent.groupby(["segment_id", "stock_code"])["customer_id"].nunique()
    found = simulated_lists()
    rising = found[(found["list"] == "rising") & (found["region"] == "all") & (found["taste"] == "all")]
    assert not rising.empty
    behind = buyers.reindex(pd.MultiIndex.from_frame(rising[["segment_id", "stock_code"]])).fillna(0)
    assert behind.min() >= 2
    assert (rising["score"] >= 1.1).all()


def test_the_words_say_the_numbers_of_their_row() -> None:
    patterns = {
        "popular": r"Selling most now; (\d+)% of (.+) have bought it",
        "rising": r"Selling ([\d.]+) times its usual share lately among (.+)",
        "signature": r"([\d.]+) times as common among (.+) as among all customers",
    }
    numbers = {"popular": "share", "rising": "score", "signature": "lift"}
    for row in simulated_lists().to_dict("records"):
        if not row["customers"]:
            assert row["reason"].startswith("Selling most now; none of "), row["reason"]
            continue
        said = re.fullmatch(patterns[row["list"]], row["reason"])
        assert said, row["reason"]
        value = row[numbers[row["list"]]]
        assert said[1] == (f"{100 * value:.0f}" if row["list"] == "popular" else f"{value:.1f}")
        where = "" if row["region"] == "all" else f" in {row['region']}"
        what = {"all": "", MIXED: " of mixed taste"}.get(row["taste"], f" who like {row['taste']}")
        assert said[2] == row["segment"] + where + what


def test_the_order_of_the_lines_and_customers_makes_no_difference() -> None:
    shop = simulated()
    rules = drawn_by(200.0)
    shuffled = segment_lists_of(
        shop.clean.sample(frac=1, random_state=1), shoppers().sample(frac=1, random_state=2), rules, shop.as_of
    )
    pd.testing.assert_frame_equal(shuffled, simulated_lists())


def test_what_a_product_is_comes_from_the_catalog() -> None:
    products_now = catalog(simulated().clean, simulated().as_of).set_index("stock_code")
    found = simulated_lists()
    expected = products_now.loc[found["stock_code"], ["description", "category", "product_type"]]
    pd.testing.assert_frame_equal(
        found[["description", "category", "product_type"]], expected.reset_index(drop=True), check_names=False
    )
