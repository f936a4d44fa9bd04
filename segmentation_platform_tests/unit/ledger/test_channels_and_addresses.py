"""Where orders were placed, and the customers' addresses, which are kept as hashes: known by name or content."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pytest

from segmentation_platform.contracts import PUBLISHED
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.addresses import belong_to_customers, hashed_cells, kept, masked
from segmentation_platform.ledger.files import identify
from segmentation_platform.ledger.in_memory import clean_file
from segmentation_platform.ledger.inspection import Given, Inspection
from segmentation_platform.ledger.inspection.page import page
from segmentation_platform.ledger.readers import read_ledger
from segmentation_platform_tests.support.exports.books import as_csv, write_csv, write_text
from segmentation_platform_tests.support.exports.reading import TODAY, inspected, numbers_of
from segmentation_platform_tests.support.exports.rows import (
    PLAIN,
    Columns,
    Sale,
    but,
    mail,
    named,
    right,
    sales_and_returns,
    some_sales,
    table,
)

CHANNELS = ("Web", "Store", "Marketplace")


def channel(sale: Sale) -> str:
    return CHANNELS[sale.order % 3]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def taken(folder: Path, columns: Columns, seed: int = 81) -> Inspection:
    """What is made of an export with columns beside the plain ones; its numbers are right whatever those are."""
    sales = sales_and_returns(seed)
    found = inspected(write_csv(folder, table(sales, columns)))
    assert not found.stopping, [doubt.says for doubt in found.stopping]
    assert numbers_of(found) == right(sales)
    return found


# --- channels ---


@pytest.mark.variants
@pytest.mark.parametrize(
    "heading",
    [
        "Channel", "sales_channel", "Source Name", "order source", "Canal", "Canal de vente", "Kanal",
        "Vertriebskanal", "Canale di vendita", "Kanał sprzedaży", "Kanál", "Satış kanalı", "Канал продаж",
        "Marketplace", "销售渠道",
    ],
)  # fmt: skip
def test_where_an_order_was_placed_is_known_by_its_heading(heading: str, tmp_path: Path) -> None:
    found = taken(tmp_path, {**PLAIN, heading: channel})
    assert found.profile.columns["channel"] == heading
    assert f"channel = {heading}" in page(found)


@pytest.mark.parametrize("heading", ["Channel", "Kanal"])
def test_a_column_that_tells_sales_from_returns_is_no_channel_whatever_it_is_called(
    heading: str, tmp_path: Path
) -> None:
    found = taken(tmp_path, {**PLAIN, heading: lambda sale: "Return" if sale.quantity < 0 else "Sale"})
    assert "channel" not in found.profile.columns
    assert found.profile.columns["status"] == heading


def test_types_of_transactions_and_channels_stand_beside_each_other(tmp_path: Path) -> None:
    types = {"Transaction Type": lambda sale: "Return" if sale.quantity < 0 else "Sale"}
    found = taken(tmp_path, {**PLAIN, **types, "Order Source": channel})
    assert (found.profile.columns["status"], found.profile.columns["channel"]) == ("Transaction Type", "Order Source")


@pytest.mark.parametrize("cell", [lambda sale: str(sale.order), lambda sale: f"Note {sale.order}", mail])
def test_numbers_and_texts_that_are_hardly_ever_the_same_are_no_channels(cell: object, tmp_path: Path) -> None:
    found = taken(tmp_path, {**PLAIN, "Channel": cell})  # type: ignore[dict-item]
    assert "channel" not in found.profile.columns


def test_the_channel_comes_to_the_clean_lines_as_written_without_spare_blanks(tmp_path: Path) -> None:
    sales = some_sales(82)
    columns = {**PLAIN, "Channel": lambda sale: f" {channel(sale)}  shop " if sale.order % 5 else ""}
    clean = clean_file(DuckDBEngine(), write_csv(tmp_path, table(sales, columns)), Given()).clean
    by_order = {str(700_000 + sale.order): f"{channel(sale)} shop" if sale.order % 5 else None for sale in sales}
    found = {line["invoice"]: line["channel"] for line in clean.select(["invoice", "channel"]).to_pylist()}
    assert found == by_order


def test_what_stands_on_an_orders_first_line_holds_for_all_of_its_lines(tmp_path: Path) -> None:
    sales = some_sales(83)
    columns = {
        **PLAIN,
        "Channel": lambda sale: channel(sale) if sale.first else "",
        "Email": lambda sale: mail(sale) if sale.first else "",
    }
    clean = clean_file(DuckDBEngine(), write_csv(tmp_path, table(sales, columns)), Given()).clean.to_pandas()
    assert clean["channel"].notna().all()
    assert set(clean["email_hash"].dropna()) == {sha256(mail(sale)) for sale in sales if mail(sale)}
    assert clean.loc[clean["customer_id"].notna(), "email_hash"].notna().all()


def test_a_ledger_without_either_has_both_columns_empty(tmp_path: Path) -> None:
    clean = clean_file(DuckDBEngine(), write_csv(tmp_path, table(some_sales(84))), Given()).clean.to_pandas()
    assert clean[["channel", "email_hash"]].isna().all(axis=None)


# --- addresses ---


@pytest.mark.parametrize(
    ("cell", "hash_"),
    [
        ("bob@example.com", "5ff860bf1190596c7188ab851db691f0f3169c453936e9e1eba2f9a47f7a0018"),
        ("  Bob@Example.COM\t", "5ff860bf1190596c7188ab851db691f0f3169c453936e9e1eba2f9a47f7a0018"),
        ("Bob <bob@example.com>", "5ff860bf1190596c7188ab851db691f0f3169c453936e9e1eba2f9a47f7a0018"),
        ("o'brien@example.com", hashlib.sha256(b"o'brien@example.com").hexdigest()),
        ("A" * 32, "a" * 32),
        ("0" * 40, "0" * 40),
        (" " + "aB" * 32, "ab" * 32),
        ("a" * 33, None),
        ("g" * 32, None),
        ("", None),
        ("n/a", None),
        ("Bob", None),
        ("guest@example.com", None),
    ],
)
def test_of_an_address_its_hash_is_kept_and_of_anything_else_nothing(cell: str, hash_: str | None) -> None:
    assert kept(cell) == hash_
    assert hashed_cells(pa.array([cell, None, cell])).to_pylist() == [hash_, None, hash_]


def test_addresses_in_a_text_are_masked() -> None:
    texts = pa.array(["1;Mug;bob@example.com;2.50", None, "Mug @ home, o'brien@example.com"])
    assert masked(texts).to_pylist() == ["1;Mug;(address);2.50", None, "Mug @ home, (address)"]


def test_addresses_of_many_customers_are_not_theirs() -> None:
    customers = ["1", "1", "2", "3", None]
    assert belong_to_customers(customers, ["a@x.test", "a@x.test", "b@x.test", None, "clerk@x.test"])
    assert not belong_to_customers(customers, ["clerk@x.test", "clerk@x.test", "clerk@x.test", "clerk@x.test", None])
    assert not belong_to_customers(customers, [None] * 5)


@pytest.mark.variants
@pytest.mark.parametrize("heading", ["Email", "Customer E-Mail", "Correo electrónico", "Wohin damit"])
def test_addresses_beside_numbers_of_customers_are_taken_for_hashes(heading: str, tmp_path: Path) -> None:
    found = taken(tmp_path, {**PLAIN, heading: mail})
    assert found.profile.columns["email_hash"] == heading
    assert found.profile.columns["customer_id"] == "Client ID"
    assert f"of the addresses in {heading} hashes are kept" in page(found)


@pytest.mark.variants
@pytest.mark.parametrize("heading", ["Email", "hashed_email", "email_sha256"])
def test_hashes_of_addresses_are_kept_as_they_are_in_small_letters(heading: str, tmp_path: Path) -> None:
    sales = some_sales(85)
    columns = {**PLAIN, heading: lambda sale: sha256(mail(sale)).upper() if mail(sale) else ""}
    path = write_csv(tmp_path, table(sales, columns))
    assert inspected(path).profile.columns["email_hash"] == heading
    clean = clean_file(DuckDBEngine(), path, Given()).clean.to_pandas()
    assert set(clean["email_hash"].dropna()) == {sha256(mail(sale)) for sale in sales if mail(sale)}


def test_addresses_that_alone_tell_customers_apart_stay_their_numbers(tmp_path: Path) -> None:
    columns = named(but(client_id=mail), *[*PLAIN][:6], "E-mail", "Country")
    found = taken(tmp_path, columns)
    assert found.profile.columns["customer_id"] == "E-mail"
    assert "email_hash" not in found.profile.columns


def test_addresses_of_clerks_are_left_alone(tmp_path: Path) -> None:
    found = taken(tmp_path, {**PLAIN, "Served by": lambda sale: f"clerk{sale.order % 4}@shop.test"})
    assert "email_hash" not in found.profile.columns


def test_no_plain_address_comes_out_of_reading_not_even_with_a_line_that_is_kept_whole(tmp_path: Path) -> None:
    sales = some_sales(86)
    text = (
        as_csv(table(sales, {**PLAIN, "Email": mail}))
        + "799999,31000,Mug,1,2024-01-01,1.00,40101,France,buyer1@mail.test,x,y\n"
    )
    path = write_text(tmp_path / "export.csv", text)
    profile = inspected(path).profile
    assert profile.columns["email_hash"] == "Email"
    lines = pa.Table.from_batches(list(read_ledger(identify(path), profile))).to_pylist()
    assert len(lines) == len(sales) + 1
    assert "(address)" in lines[-1]["description"]
    assert not [cell for line in lines for cell in line.values() if cell and "@" in cell]


def test_no_line_counts_otherwise_for_its_channel_or_address(tmp_path: Path) -> None:
    sales = sales_and_returns(87)
    plain, more = tmp_path / "plain", tmp_path / "more"
    plain.mkdir()
    more.mkdir()
    columns = {**PLAIN, "Channel": channel, "Email": mail}
    paths = write_csv(plain, table(sales)), write_csv(more, table(sales, columns))
    one, other = (clean_file(DuckDBEngine(), path, Given(today=TODAY)).clean.sort_by("line_number") for path in paths)
    beside = ["channel", "email_hash"]
    assert other.drop_columns(beside).equals(one.drop_columns(beside))


def test_no_hash_of_an_address_is_published() -> None:
    assert not [each.table() for each in PUBLISHED if any("email" in name for name in each.column_names())]
