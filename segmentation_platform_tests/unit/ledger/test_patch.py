"""What is new of a ledger, cleaned apart, gives the lines that cleaning it whole gives."""

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.clean import Understanding, cleaned_ledger
from segmentation_platform.ledger.ground import Ground
from segmentation_platform.ledger.patch import ChangedLoads, CleanedBefore, cleaned_patch
from segmentation_platform.ledger.profile.model import (
    Cancellations,
    Dates,
    LedgerColumn,
    Lines,
    ProductRules,
    Profile,
)
from segmentation_platform_tests.support.ledgers import Line, raw_lines
from segmentation_platform_tests.support.variants import examples

COLUMNS: dict[LedgerColumn, str] = {
    "invoice": "Order", "stock_code": "Item", "quantity": "Units", "invoice_date": "Day", "unit_price": "Price",
    "customer_id": "Customer", "country": "Country", "order_discount": "Off",
}  # fmt: skip
PROFILE = Profile(
    columns=COLUMNS,
    dates=Dates(formats=("%Y-%m-%d",)),
    cancellations=Cancellations(by="sign"),
    products=ProductRules(services=("SHIP",), discounts=("LESS",)),
    lines=Lines(identical="errors", filled_down=("customer_id", "order_discount")),
)
KEY = ["load_id", "line_number"]
Halves = tuple[pd.DataFrame, pd.DataFrame]

LINES = st.fixed_dictionaries(
    {
        "invoice": st.sampled_from(["1", "2", "3", "4", " 5 ", ""]),
        "stock_code": st.sampled_from(["A", "B", "SHIP", "LESS"]),
        "quantity": st.sampled_from(["1", "2", "3", "-1", "-2", "x"]),
        "invoice_date": st.sampled_from(["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02", "2024-04-01"]),
        "unit_price": st.sampled_from(["2", "2.50", "0"]),
        "customer_id": st.sampled_from(["K1", "K2", ""]),
        "country": st.sampled_from(["Spain", "ES", "Peru"]),
        "order_discount": st.sampled_from(["", "1"]),
    }
)
LOADS = st.lists(st.lists(LINES, min_size=1, max_size=12), min_size=2, max_size=4)


def raw(loads: dict[int, list[Line]]) -> pa.Table:
    return pa.concat_tables(raw_lines(*lines, load_id=number) for number, lines in loads.items())


def whole(loads: dict[int, list[Line]], profile: Profile) -> tuple[Halves, Ground]:
    with cleaned_ledger(DuckDBEngine(), raw(loads), Understanding(profile)) as ledger:
        return (in_order(ledger.clean), in_order(ledger.rejected)), ledger.ground


def in_order(reader: pa.RecordBatchReader) -> pd.DataFrame:
    return to_frame(reader.read_all()).sort_values(KEY, ignore_index=True)


def patched(before: dict[int, list[Line]], after: dict[int, list[Line]], profile: Profile) -> Halves | None:
    """The ledger cleaned with the loads before, and changed in place for those after."""
    (clean, rejected), ground = whole(before, profile)
    new, gone = after.keys() - before.keys(), before.keys() - after.keys()
    known = CleanedBefore(
        raw(before | after),
        clean,
        ChangedLoads(frozenset(new), frozenset(gone), frozenset(before.keys() & after.keys())),
        ground,
    )
    with cleaned_patch(DuckDBEngine(), known, Understanding(profile)) as patch:
        if patch is None:
            return None
        touched = set(patch.orders.read_all()["order_number"].to_pylist())
        raw_text = {(line["load_id"], line["line_number"]): line["invoice"] for line in raw(before).to_pylist()}
        keys = zip(rejected["load_id"], rejected["line_number"], strict=True)
        lost = [load_id in gone or (raw_text[load_id, n] or "").strip(" ") in touched for load_id, n in keys]
        stay = clean[~clean["sold_at"].dt.strftime("%Y-%m").isin(patch.months)]
        halves = (
            pd.concat([stay, to_frame(patch.clean.read_all())]),
            pd.concat([rejected[[not each for each in lost]], to_frame(patch.rejected.read_all())]),
        )
    assert touched == {
        (line["invoice"] or "").strip(" ") for number in new | gone for line in (before | after)[number]
    }
    return halves[0].sort_values(KEY, ignore_index=True), halves[1].sort_values(KEY, ignore_index=True)


def assert_same(found: Halves, expected: Halves) -> None:
    for ours, theirs in zip(found, expected, strict=True):
        pd.testing.assert_frame_equal(ours[theirs.columns.tolist()], theirs, check_dtype=False)


@given(loads=LOADS, identical=st.sampled_from(["errors", "pieces"]), data=st.data())
@settings(deadline=None, max_examples=examples(60))
def test_changed_in_place_a_ledger_is_what_it_is_cleaned_whole(
    loads: list[list[Line]], identical: str, data: st.DataObject
) -> None:
    profile = PROFILE.but("lines", identical=identical)
    numbers = range(1, len(loads) + 1)
    is_before = data.draw(st.lists(st.booleans(), min_size=len(loads), max_size=len(loads)))
    before = {n: lines for n, lines, there in zip(numbers, loads, is_before, strict=True) if there}
    gone = data.draw(st.sets(st.sampled_from(sorted(before)), max_size=1)) if len(before) > 1 else set()
    after = {n: lines for n, lines in zip(numbers, loads, strict=True) if n not in gone}
    if not before or before == after:
        return
    found = patched(before, after, profile)
    if found is not None:
        assert_same(found, whole(after, profile)[0])


SALE: dict[str, str | None] = {
    "quantity": "2",
    "invoice_date": "2024-03-02",
    "unit_price": "2",
    "customer_id": "K1",
    "country": "Spain",
}


@pytest.mark.parametrize(
    ("kind", "line", "is_in_place"),
    [
        ("one more sale", {"invoice": "9"}, True),
        ("a country that is new", {"invoice": "9", "country": "Peru"}, True),
        ("another spelling that is now the more frequent", {"invoice": "9", "country": "España"}, False),
    ],
)
def test_a_ledger_is_cleaned_whole_only_where_its_ground_moves(kind: str, line: Line, is_in_place: bool) -> None:
    before: dict[int, list[Line]] = {1: [{**SALE, "invoice": "1", "stock_code": "A"}]}
    new: list[Line] = [{**SALE, "stock_code": "A", **line, "invoice": f"9{n}"} for n in range(3)]
    after = before | {2: new}
    found = patched(before, after, PROFILE)
    assert (found is not None) == is_in_place, kind
    if found is not None:
        assert_same(found, whole(after, PROFILE)[0])
