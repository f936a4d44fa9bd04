"""A simulated shop: the ledger's shape, its determinism, and that its truth is true."""

import itertools
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import PowerTransformer

from segmentation_platform.ledger.categories import categorise, load_rules
from segmentation_platform.ledger.simulate import ShopPlan, ShopTruth, SimulatedShop, write_parquet
from segmentation_platform.ledger.simulation.dirt import REASONS
from segmentation_platform_tests.support.session import once

PLAN = ShopPlan(lines=60_000)
PRODUCT_CODE = r"\d{5}[A-Z]{0,2}"


@dataclass(frozen=True)
class Ledger:
    raw: pd.DataFrame
    truth: ShopTruth
    reason: pd.Series
    """Why a line is rejected, by a plain telling of the rules of cleaning; None for a clean line."""
    clean: pd.DataFrame


@once
def ledger(plan: ShopPlan = PLAN) -> Ledger:
    shop = SimulatedShop(plan)
    raw = table_of(shop).to_pandas()
    typed = pd.DataFrame(
        {
            "invoice": raw["InvoiceNo"].fillna("").str.strip(),
            "code": raw["StockCode"].fillna("").str.strip().str.upper(),
            "units": pd.to_numeric(raw["Quantity"], errors="coerce"),
            "price": pd.to_numeric(raw["UnitPrice"], errors="coerce"),
            "time": pd.to_datetime(raw["InvoiceDate"], format="%Y-%m-%d %H:%M:%S", errors="coerce"),
            "customer": raw["CustomerID"],
            "country": raw["Country"],
        }
    )
    typed["is_cancelled"] = typed["invoice"].str.startswith("C")
    reason = reasons_of(typed, raw.duplicated())
    return Ledger(raw, shop.truth, reason, typed[reason.isna()])


def reasons_of(typed: pd.DataFrame, is_duplicate: pd.Series) -> pd.Series:
    tests = {
        "unparseable_quantity": typed["units"].isna(),
        "unparseable_price": typed["price"].isna(),
        "unparseable_date": typed["time"].isna(),
        "missing_invoice": typed["invoice"] == "",
        "missing_product": typed["code"] == "",
        "duplicate_line": is_duplicate,
        "not_a_product": ~typed["code"].str.fullmatch(PRODUCT_CODE),
        "price_not_positive": typed["price"] <= 0,
        "quantity_zero": typed["units"] == 0,
        "negative_without_cancellation": (typed["units"] < 0) & ~typed["is_cancelled"],
    }
    assert tuple(tests) == REASONS
    found = np.select([test.to_numpy() for test in tests.values()], list(tests), "")
    reasons = pd.Series(found, dtype="str")
    return reasons.mask(reasons == "")


def table_of(shop: SimulatedShop, rows: int = 100_000) -> pa.Table:
    return pa.Table.from_batches(list(shop.batches(rows)), schema=shop.schema)


@pytest.mark.parametrize("lines", [1_000, 1_001, 12_345, 250_000])
def test_exactly_the_planned_number_of_lines_comes_out(lines: int) -> None:
    assert table_of(SimulatedShop(ShopPlan(lines=lines))).num_rows == lines


def test_all_columns_are_text_under_the_names_of_the_kaggle_file() -> None:
    schema = SimulatedShop(ShopPlan(lines=1_000)).schema
    names = "InvoiceNo StockCode Description Quantity InvoiceDate UnitPrice CustomerID Country"
    assert schema.names == names.split()
    assert set(schema.types) == {pa.string()}


def test_the_same_plan_makes_the_same_ledger_and_the_same_truth() -> None:
    first, second = SimulatedShop(PLAN), SimulatedShop(PLAN)
    assert table_of(first).equals(table_of(second))
    pd.testing.assert_frame_equal(first.truth.customers, second.truth.customers)


def test_a_shop_can_be_read_twice() -> None:
    shop = SimulatedShop(PLAN)
    assert table_of(shop).equals(table_of(shop))


@pytest.mark.parametrize("rows", [999, 7_000, 1_000_000])
def test_the_size_of_batches_has_no_influence_on_the_lines(rows: int) -> None:
    shop = SimulatedShop(ShopPlan(lines=230_000))
    batches = list(shop.batches(rows))
    assert all(batch.num_rows == rows for batch in batches[:-1])
    assert pa.Table.from_batches(batches).combine_chunks().equals(table_of(shop).combine_chunks())


def test_different_seeds_make_different_shops() -> None:
    one, other = (SimulatedShop(ShopPlan(lines=1_000, seed=seed)) for seed in (1, 2))
    assert not table_of(one).equals(table_of(other))
    assert set(one.truth.products["description"]) != set(other.truth.products["description"])


def test_batches_come_before_the_ledger_is_complete() -> None:
    shop = SimulatedShop(ShopPlan(lines=5_000_000))
    before = pa.total_allocated_bytes()
    batches = shop.batches(50_000)
    for batch in itertools.islice(batches, 3):
        assert batch.num_rows == 50_000
    whole_ledger = 5_000_000 * 100  # bytes: a line's text is longer than this
    assert pa.total_allocated_bytes() - before < whole_ledger / 5


def test_lines_are_in_order_of_time_and_within_the_span() -> None:
    times = ledger().clean["time"]
    assert times.is_monotonic_increasing
    assert times.iloc[-1].date() <= PLAN.last_day
    assert times.iloc[0].date() >= date(2010, 12, 2)


def test_another_span_is_kept_to() -> None:
    times = ledger(ShopPlan(lines=20_000, days=800, last_day=date(2024, 6, 30))).clean["time"]
    assert times.iloc[0].year == 2022
    assert times.iloc[-1].date() <= date(2024, 6, 30)
    assert times.iloc[-1].date() >= date(2024, 6, 24)


@pytest.mark.parametrize("seed", [0, 1, 7])
@pytest.mark.parametrize("lines", [1_000, 60_000])
def test_cleaning_finds_exactly_the_planted_reasons_on_exactly_the_planted_lines(lines: int, seed: int) -> None:
    found = ledger(ShopPlan(lines=lines, seed=seed))
    planted = found.truth.dirty_lines.set_index("line_number")["reason"]
    by_rule = found.reason.dropna()
    assert by_rule.index.tolist() == (planted.index - 1).tolist()
    assert by_rule.tolist() == planted.tolist()
    assert set(planted) == set(REASONS)


def test_the_share_of_spoilt_lines_is_as_planned() -> None:
    assert len(ledger().truth.dirty_lines) == 1_200


def test_a_shop_can_be_spotless() -> None:
    found = ledger(ShopPlan(lines=5_000, dirty_share=0.0))
    assert found.truth.dirty_lines.empty
    assert found.reason.isna().all()


def test_guests_and_cancellations_have_their_planned_share() -> None:
    clean = ledger().clean
    assert clean["customer"].isna().mean() == pytest.approx(PLAN.guest_share, abs=0.01)
    assert clean["is_cancelled"].mean() == pytest.approx(PLAN.cancelled_share, abs=0.002)


def test_a_shop_can_do_without_guests_and_cancellations() -> None:
    clean = ledger(ShopPlan(lines=5_000, guest_share=0.0, cancelled_share=0.0)).clean
    assert clean["customer"].notna().all()
    assert not clean["is_cancelled"].any()


def test_cancellations_mostly_take_back_what_the_customer_bought_before() -> None:
    clean = ledger().clean
    cancelled = clean[clean["is_cancelled"]]
    bought = clean[~clean["is_cancelled"] & clean["customer"].notna()]
    first_bought = bought.groupby(["customer", "code"])["time"].min().rename("bought")
    matched = cancelled.join(first_bought, on=["customer", "code"])
    assert (cancelled["units"] < 0).all()
    assert 0.8 < (matched["bought"] < matched["time"]).mean() < 1.0


def test_no_invoice_has_a_product_twice() -> None:
    assert not ledger().clean.duplicated(["invoice", "code"]).any()


def test_some_text_is_written_carelessly() -> None:
    raw = ledger().raw
    clean = raw[ledger().reason.isna()]
    assert clean["Description"].isna().any()
    assert (clean["Description"] == "").any()
    assert clean["StockCode"].str.contains("[a-z]").any()
    assert clean["StockCode"].str.contains(" ").any()
    assert raw.astype("str").apply(lambda column: column.str.contains("£")).to_numpy().any()


def test_trade_rests_on_saturdays_and_peaks_before_christmas() -> None:
    times = ledger().clean["time"]
    per_month = times.dt.month.value_counts()
    assert not (times.dt.day_of_week == 5).any()
    assert per_month.idxmax() == 11
    assert per_month[11] > 1.5 * per_month[[3, 4, 5, 6, 7, 8]].mean()


def test_christmas_products_are_bought_in_their_season() -> None:
    clean = ledger().clean
    category = ledger().truth.products.set_index("stock_code")["category"]
    seasonal = (clean["code"].map(category) == "Christmas").groupby(clean["time"].dt.month).mean()
    assert seasonal[11] > 10 * seasonal[5]


def test_products_and_customers_are_long_tailed() -> None:
    sales = ledger().clean.dropna(subset="customer").query("not is_cancelled")
    lines = sales["code"].value_counts()
    revenue = (sales["units"] * sales["price"]).groupby(sales["customer"]).sum().sort_values(ascending=False)
    assert lines.head(len(lines) // 5).sum() > 0.45 * len(sales)
    assert revenue.head(len(revenue) // 5).sum() > 0.65 * revenue.sum()


def test_sizes_are_those_of_the_real_ledger() -> None:
    raw, clean = ledger().raw, ledger().clean
    assert len(raw) / raw["InvoiceNo"].nunique() == pytest.approx(21, abs=2)
    assert len(raw) / clean["customer"].nunique() == pytest.approx(124, abs=10)
    assert clean["price"].quantile(0.05) > 0.2
    assert clean["price"].quantile(0.95) < 20
    assert (clean["country"] == "United Kingdom").mean() == pytest.approx(0.88, abs=0.06)
    assert clean["country"].nunique() > 15


def test_the_truth_knows_every_customer_and_product_of_the_ledger() -> None:
    clean, truth = ledger().clean, ledger().truth
    assert truth.customers["customer_id"].is_unique
    assert truth.products["stock_code"].is_unique
    assert truth.products["description"].is_unique
    assert set(clean["customer"].dropna()) == set(truth.customers["customer_id"])
    assert set(clean["code"]) <= set(truth.products["stock_code"])
    assert truth.customers["segment"].nunique() == 5
    assert 6 <= truth.customers["taste"].nunique() <= 8


def test_products_are_in_the_category_that_the_product_rules_give_them() -> None:
    products = ledger().truth.products
    kinds = categorise(products["description"], load_rules()).set_index("description")["product_category"]
    assert (products["description"].map(kinds) == products["category"]).all()


def test_customers_with_a_taste_buy_more_of_it_than_others_do() -> None:
    clean, truth = ledger().clean, ledger().truth
    category = clean["code"].map(truth.products.set_index("stock_code")["category"])
    taste = clean["customer"].map(truth.customers.set_index("customer_id")["taste"])
    is_garden = category == "Garden & outdoor"
    assert is_garden[taste == "gardener"].mean() > 2 * is_garden[taste == "baker"].mean()


def test_wholesale_customers_buy_more_units_of_a_thing() -> None:
    sales = ledger().clean.dropna(subset="customer").query("not is_cancelled")
    units = sales.groupby("customer")["units"].median()
    is_wholesale = ledger().truth.customers.set_index("customer_id")["is_wholesale"]
    assert units[is_wholesale].median() > 4 * units[~is_wholesale].median()


@pytest.mark.parametrize("seed", [7, 11])
def test_clusters_of_recency_frequency_and_money_find_the_planted_segments(seed: int) -> None:
    found = ledger(ShopPlan(lines=60_000, seed=seed))
    sales = found.clean.dropna(subset="customer").query("not is_cancelled")
    features = (
        sales.assign(amount=sales["units"] * sales["price"])
        .groupby("customer")
        .agg(last=("time", "max"), frequency=("invoice", "nunique"), monetary=("amount", "sum"))
    )
    features["recency"] = (pd.Timestamp("2011-12-10") - features.pop("last")).dt.days
    clusters = KMeans(5, n_init=10, random_state=0).fit_predict(PowerTransformer().fit_transform(features))
    planted = found.truth.customers.set_index("customer_id")["segment"].loc[features.index]
    agreement = adjusted_rand_score(planted, clusters)
    print(f"adjusted Rand index {agreement:.3f}")
    assert agreement > 0.5  # 0 is chance; 0.67 to 0.70 were seen


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lines", 999),
        ("lines", 50_000_001),
        ("days", 59),
        ("seed", -1),
        ("dirty_share", 0.21),
        ("dirty_share", -0.01),
        ("guest_share", 0.61),
        ("cancelled_share", 0.11),
    ],
)
def test_a_plan_out_of_bounds_is_refused_by_the_name_of_its_field(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=field):
        ShopPlan(**{field: value})  # type: ignore[arg-type]


def test_batches_without_rows_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="rows must be at least 1, not 0"):
        SimulatedShop(ShopPlan(lines=1_000)).batches(0)


@pytest.mark.parametrize("guest_share", [0.0, 0.6])
@pytest.mark.parametrize("cancelled_share", [0.0, 0.001, 0.1])
@pytest.mark.parametrize("dirty_share", [0.000_001, 0.2])
def test_extreme_mixtures_of_a_tiny_shop_work(guest_share: float, cancelled_share: float, dirty_share: float) -> None:
    plan = ShopPlan(
        lines=1_000,
        days=60,
        guest_share=guest_share,
        cancelled_share=cancelled_share,
        dirty_share=dirty_share,
    )
    shop = SimulatedShop(plan)
    assert table_of(shop).num_rows == 1_000
    assert set(shop.truth.dirty_lines["reason"]) == set(REASONS)


def test_a_ledger_is_written_as_parquet_with_progress(tmp_path: Path) -> None:
    shop = SimulatedShop(ShopPlan(lines=210_000))
    path, seen = tmp_path / "sales.parquet", list[int]()
    truth = write_parquet(shop, path, seen.append)
    assert pq.read_table(path).equals(table_of(shop))
    assert seen == [100_000, 200_000, 210_000]
    assert len(truth.dirty_lines) == 4_200
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    path.write_text("yesterday's")

    def stop(_lines: int) -> None:
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        write_parquet(SimulatedShop(ShopPlan(lines=1_000)), path, stop)
    assert path.read_text() == "yesterday's"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.slow
def test_a_million_lines_come_in_parts_of_which_each_fits_into_little_memory() -> None:
    sizes = [(batch.num_rows, batch.nbytes) for batch in SimulatedShop(ShopPlan(lines=1_000_000)).batches()]
    assert sum(rows for rows, _ in sizes) == 1_000_000
    assert max(size for _, size in sizes) < 100e6
    assert len(sizes) > 1
