"""Kinds of export that differ in who a customer is: addresses, spellings, guests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from segmentation_platform_tests.support.exports.books import write_csv
from segmentation_platform_tests.support.exports.reading import (
    answered,
    inspected,
    understood,
    understood_or_answered,
)
from segmentation_platform_tests.support.exports.rows import (
    PLAIN,
    Sale,
    but,
    mail,
    named,
    right,
    some_sales,
    table,
    with_changed,
    without,
)

pytestmark = pytest.mark.variants


def test_addresses_in_upper_and_lower_case_are_one_customer(tmp_path: Path) -> None:
    sales = some_sales(55)

    def address(sale: Sale) -> str:
        return (str.lower, str.upper, str.title)[sale.order % 3](mail(sale))

    columns = named(but(client_id=address), *[*PLAIN][:6], "E-mail", "Country")
    assert understood(write_csv(tmp_path, table(sales, columns))) == right(sales)


@pytest.mark.parametrize(
    "guests",
    [
        ("0",), ("Guest", "GUEST", "guest"), ("NULL", "#N/A", "0", "Guest"), ("Walk-in", "WALK-IN"), ("n/a", "-"),
        ("Gastbestellung", "Barverkauf"), ("Consumidor final",), ("Klient detaliczny",), ("гость",), ("(blank)",),
        ("00000", "0.0"), ("N.A.",), ("Walk-in Customer",), ("GUEST USER",),
    ],
)  # fmt: skip
def test_names_for_nobody_are_no_customers(guests: tuple[str, ...], tmp_path: Path) -> None:
    sales = some_sales(56)

    def customer(sale: Sale) -> str:
        return guests[sale.order % len(guests)] if sale.customer is None else f"{40_100 + sale.customer}"

    assert understood_or_answered(write_csv(tmp_path, table(sales, but(client_id=customer)))) == right(sales)


@pytest.mark.parametrize("guest", ["99999", "POS", "ONLINE", "1", "C-00000", "999999999", "STORE", "Kasse 1"])
def test_an_odd_number_for_nobody_that_has_many_orders_is_asked_about(guest: str, tmp_path: Path) -> None:
    sales = with_changed(
        some_sales(57, orders=300),
        lambda sale: {"customer": None if sale.order % 4 == 0 else (sale.customer or 0) + 60 * (sale.order % 3)},
    )

    def customer(sale: Sale) -> str:
        return guest if sale.customer is None else f"{40_100 + sale.customer}"

    path = write_csv(tmp_path, table(sales, but(client_id=customer)))
    assert answered(path) == right(sales)


@pytest.mark.parametrize("guest", ["guest@shop.test", "noreply@shop.test", "no-email@shop.test", "walkin@shop.test"])
def test_an_address_for_nobody_is_understood_or_asked_about(guest: str, tmp_path: Path) -> None:
    sales = with_changed(
        some_sales(58, orders=300),
        lambda sale: {"customer": None if sale.order % 4 == 0 else (sale.customer or 0) + 60 * (sale.order % 3)},
    )
    path = write_csv(tmp_path, table(sales, but(client_id=lambda sale: mail(sale) or guest)))
    assert understood_or_answered(path) == right(sales)


@pytest.mark.parametrize(
    "spellings",
    [
        ("{}", "{}.0", "0{}"), ("{}", "{}.0"), ("{}", "0{}"), ("{}", "000{}"), (" {}", "{} "), ("{}", "{}.00"),
        ("{}", "{},0"),
    ],
)  # fmt: skip
def test_spellings_of_a_number_are_one_customer(spellings: tuple[str, ...], tmp_path: Path) -> None:
    sales = some_sales(59)

    def customer(sale: Sale) -> str:
        how = spellings[sale.order % len(spellings)]
        return "" if sale.customer is None else how.format(40_100 + sale.customer)

    assert understood_or_answered(write_csv(tmp_path, table(sales, but(client_id=customer)))) == right(sales)


@pytest.mark.parametrize("spelled", [str.upper, str.capitalize])
def test_codes_that_differ_by_case_alone_are_asked_about(spelled: Callable[[str], str], tmp_path: Path) -> None:
    sales = some_sales(60)

    def customer(sale: Sale) -> str:
        code = "" if sale.customer is None else f"kd{40_100 + sale.customer}x"
        return spelled(code) if sale.order % 2 else code

    assert answered(write_csv(tmp_path, table(sales, but(client_id=customer)))) == right(sales)


def test_a_ledger_without_customers_is_asked_about(tmp_path: Path) -> None:
    path = write_csv(tmp_path, table(some_sales(61), without(PLAIN, "Client ID")))
    assert any("no column of customers" in doubt.says for doubt in inspected(path).stopping)


def many_guests() -> list[Sale]:
    """The lines of a shop, a quarter of whose orders are of guests."""
    return with_changed(
        some_sales(57, orders=300),
        lambda sale: {"customer": None if sale.order % 4 == 0 else (sale.customer or 0) + 60 * (sale.order % 3)},
    )


def test_an_odd_number_for_nobody_that_is_said_does_not_make_customers_of_known_names(tmp_path: Path) -> None:
    sales = many_guests()

    def customer(sale: Sale) -> str:
        guest = "Guest" if sale.order % 40 == 0 else "99999"
        return guest if sale.customer is None else f"{40_100 + sale.customer}"

    assert answered(write_csv(tmp_path, table(sales, but(client_id=customer)))) == right(sales)


def test_two_odd_numbers_for_nobody_are_both_asked_about(tmp_path: Path) -> None:
    sales = many_guests()

    def customer(sale: Sale) -> str:
        guest = "88888" if sale.order % 8 else "99999"
        return guest if sale.customer is None else f"{40_100 + sale.customer}"

    path = write_csv(tmp_path, table(sales, but(client_id=customer)))
    assert answered(path, {"customers": {"guests": ["88888", "99999"]}}) == right(sales)


def test_a_ledger_whose_customers_are_all_blank_is_asked_about(tmp_path: Path) -> None:
    assert inspected(write_csv(tmp_path, table(some_sales(61), but(client_id=lambda _: "")))).stopping
