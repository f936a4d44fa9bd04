"""Exports of systems that are known by heart, with all the columns that they write."""

from pathlib import Path

import pytest

from segmentation_platform_tests.support.exports.books import write_csv
from segmentation_platform_tests.support.exports.reading import (
    answered,
    inspected,
    understood,
    understood_or_answered,
)
from segmentation_platform_tests.support.exports.rows import Sale, mail, money, right, sales_and_returns, some_sales

pytestmark = pytest.mark.variants

SHOPIFY = [
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing",
    "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method",
    "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem compare at price", "Lineitem sku",
    "Lineitem requires shipping", "Lineitem taxable", "Lineitem fulfillment status", "Billing Name",
    "Billing Country",
    "Shipping Country", "Notes", "Cancelled at", "Payment Method", "Refunded Amount", "Vendor", "Id", "Tags",
    "Risk Level", "Source", "Lineitem discount",
]  # fmt: skip
OFF, SHIPPING, BACK = 150, 495, 120
"""Cents of a discount, of shipping, and of what is paid back."""


def shopify_status(order: int) -> str:
    special = {3: "voided", 5: "refunded", 7: "partially_refunded", 9: "pending", 11: "authorized"}
    return special.get(order % 23, "paid")


def counts(sale: Sale) -> bool:
    return shopify_status(sale.order) in {"paid", "partially_refunded", "authorized"}


def shopify_rows(sales: list[Sale], *, blank_skus: bool = True, zone: str = "-0500") -> list[list[str]]:
    rows = [SHOPIFY]
    for sale in sales:
        lines = [each for each in sales if each.order == sale.order] if sale.first else []
        row = dict.fromkeys(SHOPIFY, "")
        moment = f"{sale.moment:%Y-%m-%d %H:%M:%S} {zone}"
        row |= {
            "Name": f"#{1_001 + sale.order}", "Email": mail(sale), "Created at": moment,
            "Lineitem quantity": str(sale.quantity), "Lineitem name": sale.name, "Lineitem price": money(sale.cents),
            "Lineitem sku": "" if blank_skus and sale.product % 11 == 0 else f"SK-{sale.product:03d}",
            "Lineitem requires shipping": "true", "Lineitem taxable": "true", "Vendor": "House",
            "Lineitem fulfillment status": "fulfilled", "Lineitem discount": "0.00",
        }  # fmt: skip
        if sale.first:
            worth = sum(each.worth for each in lines)
            off, status = order_discount(sale), shopify_status(sale.order)
            back = worth - off + SHIPPING if status == "refunded" else BACK if status == "partially_refunded" else 0
            row |= {
                "Financial Status": status, "Paid at": moment, "Currency": "USD", "Subtotal": money(worth - off),
                "Shipping": money(SHIPPING), "Taxes": "0.00", "Total": money(worth - off + SHIPPING),
                "Discount Amount": money(off), "Discount Code": "HELLO" if off else "", "Billing Country": "US",
                "Shipping Country": "US" if sale.order % 2 else "CA", "Refunded Amount": money(back),
                "Payment Method": "Card", "Fulfillment Status": "fulfilled", "Id": str(5_000_000_000 + sale.order),
            }  # fmt: skip
        rows.append([row[name] for name in SHOPIFY])
    return rows


def order_discount(first: Sale) -> int:
    return OFF if first.order % 6 == 0 and first.worth > OFF + BACK else 0


def shopify_right(sales: list[Sale]) -> int:
    """Cents that come off the orders that count."""
    firsts = [sale for sale in sales if sale.first and counts(sale)]
    return sum(
        order_discount(sale) + (BACK if shopify_status(sale.order) == "partially_refunded" else 0) for sale in firsts
    )


@pytest.mark.parametrize("blank_skus", [True, False])
@pytest.mark.parametrize("zone", ["-0500", "+0100", "UTC"])
def test_a_shopify_export_comes_to_what_was_paid_for_products(blank_skus: bool, zone: str, tmp_path: Path) -> None:
    sales = [sale for sale in some_sales(81) if sale.worth > 0]
    sales = [sale for sale in sales if shopify_status(sale.order) != "authorized"]
    path = write_csv(tmp_path, shopify_rows(sales, blank_skus=blank_skus, zone=zone))
    good = [sale for sale in sales if counts(sale)]
    assert understood(path) == right(good, shopify_right(sales))
    assert inspected(path).profile.preset == "shopify"


def test_a_status_that_is_asked_about_can_be_counted_beside_those_that_are_known(tmp_path: Path) -> None:
    sales = some_sales(81)
    path = write_csv(tmp_path, shopify_rows(sales))
    wanted = right([sale for sale in sales if counts(sale)], shopify_right(sales))
    assert answered(path, {"status": {"counted": ["authorized"], "not_counted": []}}) == wanted


def test_a_status_that_is_asked_about_can_be_left_out(tmp_path: Path) -> None:
    sales = some_sales(81)
    path = write_csv(tmp_path, shopify_rows(sales))
    paid = [sale for sale in sales if shopify_status(sale.order) != "authorized"]
    assert answered(path) == right([sale for sale in paid if counts(sale)], shopify_right(paid))


def test_a_shopify_export_without_the_columns_of_refunds_is_understood(tmp_path: Path) -> None:
    sales = [
        sale for sale in some_sales(82) if shopify_status(sale.order) not in {"partially_refunded", "authorized"}
    ]
    rows = shopify_rows(sales)
    keep = [
        place for place, name in enumerate(SHOPIFY) if name not in {"Refunded Amount", "Lineitem discount", "Vendor"}
    ]
    path = write_csv(tmp_path, [[row[place] for place in keep] for row in rows])
    assert understood(path) == right([sale for sale in sales if counts(sale)], shopify_right(sales))


def test_an_amazon_report_comes_to_its_item_prices_without_cancelled_orders(tmp_path: Path) -> None:
    sales = [sale for sale in some_sales(83) if sale.customer is not None]
    heading = [
        "amazon-order-id", "merchant-order-id", "purchase-date", "last-updated-date", "order-status",
        "fulfillment-channel", "sales-channel", "product-name", "sku", "asin", "item-status", "quantity", "currency",
        "item-price", "item-tax", "shipping-price", "item-promotion-discount", "ship-country", "buyer-email",
    ]  # fmt: skip
    rows = [heading] + [
        [
            f"{sale.order:03d}-1234567-{7_000_000 + sale.order}", "", f"{sale.moment:%Y-%m-%dT%H:%M:%S}+00:00",
            f"{sale.moment:%Y-%m-%dT%H:%M:%S}+00:00", "Cancelled" if sale.order % 8 == 0 else "Shipped", "Merchant",
            "Amazon.de", sale.name, f"Z{sale.product}-B", f"B0{sale.product:08d}",
            "Cancelled" if sale.order % 8 == 0 else "Shipped", str(sale.quantity), "EUR",
            "" if sale.order % 8 == 0 else money(sale.worth), "0.10", "3.99",
            "1.00" if sale.order % 5 == 0 and sale.worth > 200 else "", "DE", mail(sale),
        ]
        for sale in sales
    ]  # fmt: skip
    path = write_csv(tmp_path, rows, "\t")
    good = [sale for sale in sales if sale.order % 8]
    off = sum(100 for sale in good if sale.order % 5 == 0 and sale.worth > 200)
    assert understood_or_answered(path) == right(good, off)
    assert inspected(path).profile.preset == "amazon"


def test_a_woocommerce_export_comes_to_its_items_without_failed_orders(tmp_path: Path) -> None:
    sales = [sale for sale in some_sales(84) if sale.customer is not None]
    heading = [
        "Order Number", "Order Status", "Order Date", "Customer Note", "First Name (Billing)", "Email (Billing)",
        "Country Code (Billing)", "Payment Method Title", "Cart Discount Amount", "Order Subtotal Amount",
        "Shipping Method Title", "Order Shipping Amount", "Order Refund Amount", "Order Total Amount", "SKU",
        "Item #",
        "Item Name", "Quantity", "Item Cost", "Coupon Code",
    ]  # fmt: skip
    totals: dict[int, int] = {}
    for sale in sales:
        totals[sale.order] = totals.get(sale.order, 0) + sale.worth
    statuses = {1: "Cancelled", 2: "Failed", 3: "Pending payment", 4: "Refunded", 5: "Processing"}
    rows = [heading] + [
        [
            str(3_300 + sale.order), statuses.get(sale.order % 17, "Completed"),
            f"{sale.moment:%Y-%m-%d %H:%M}", "", "A",
            mail(sale), "DE", "Invoice", money(100 if sale.order % 10 == 0 and totals[sale.order] > 300 else 0),
            money(totals[sale.order]), "Flat", "4.90", "0.00", money(totals[sale.order] + 490), f"W-{sale.product}",
            "1", sale.name, str(sale.quantity), money(sale.cents), "",
        ]
        for sale in sales
    ]  # fmt: skip
    good = [sale for sale in sales if not 1 <= sale.order % 17 <= 4]
    orders = {sale.order for sale in good}
    off = sum(100 for order in orders if order % 10 == 0 and totals[order] > 300)
    assert understood_or_answered(write_csv(tmp_path, rows)) == right(good, off)


def test_square_item_sales_come_to_their_net_sales(tmp_path: Path) -> None:
    sales = sales_and_returns(85)
    heading = [
        "Date", "Time", "Time Zone", "Category", "Item", "Qty", "Price Point Name", "SKU", "Modifiers Applied",
        "Gross Sales", "Discounts", "Net Sales", "Tax", "Transaction ID", "Payment ID", "Device Name", "Notes",
        "Details", "Event Type", "Location", "Dining Option", "Customer ID", "Customer Name", "Customer Reference ID",
    ]  # fmt: skip

    def dollars(cents: int) -> str:
        return f"-${money(-cents)}" if cents < 0 else f"${money(cents)}"

    def off(sale: Sale) -> int:
        return 50 if sale.order % 5 == 0 and sale.worth > 100 else 0

    rows = [heading] + [
        [
            f"{sale.moment:%m/%d/%y}", f"{sale.moment:%H:%M:%S}", "Eastern Time (US & Canada)", "Home", sale.name,
            f"{sale.quantity}.0", "Regular", f"Q{sale.product}", "", dollars(sale.worth), dollars(-off(sale)),
            dollars(sale.worth - off(sale)), "$0.00", f"tx{sale.order:06d}", f"pay{sale.order:06d}", "Till", "", "",
            "Refund" if sale.quantity < 0 else "Payment", "Main St", "",
            "" if sale.customer is None else f"CU{sale.customer}",
            "", "",
        ]
        for sale in sales
    ]  # fmt: skip
    path = write_csv(tmp_path, rows)
    assert understood_or_answered(path) == right(sales, sum(map(off, sales)))
    assert inspected(path).profile.preset == "square"


def test_a_magento_items_export_comes_to_the_orders_that_were_completed(tmp_path: Path) -> None:
    sales = [sale for sale in some_sales(86) if sale.customer is not None]
    heading = [
        "increment_id", "created_at", "status", "customer_email", "country_id", "sku", "name", "qty_ordered", "price",
        "row_total", "base_currency_code",
    ]  # fmt: skip
    rows = [heading] + [
        [
            f"{100_000_000 + sale.order}", f"{sale.moment}", "canceled" if sale.order % 9 == 0 else "complete",
            mail(sale),
            "FR", f"M{sale.product}", sale.name, f"{sale.quantity}.0000", f"{money(sale.cents)}00",
            f"{money(sale.worth)}00",
            "EUR",
        ]
        for sale in sales
    ]  # fmt: skip
    assert understood_or_answered(write_csv(tmp_path, rows)) == right([sale for sale in sales if sale.order % 9])


def test_a_superstore_file_comes_to_its_sales(tmp_path: Path) -> None:
    sales = [sale for sale in some_sales(87) if sale.customer is not None]
    heading = [
        "Row ID", "Order ID", "Order Date", "Ship Date", "Ship Mode", "Customer ID", "Customer Name", "Segment",
        "Country", "City", "State", "Postal Code", "Region", "Product ID", "Category", "Sub-Category", "Product Name",
        "Sales", "Quantity", "Discount", "Profit",
    ]  # fmt: skip
    rows = [heading] + [
        [
            str(place), f"CA-2024-{100_000 + sale.order}",
            f"{sale.moment.month}/{sale.moment.day}/{sale.moment.year}",
            f"{sale.moment.month}/{sale.moment.day}/{sale.moment.year}", "Second Class",
            f"AB-{10_000 + sale.customer}",
            "A B", "Consumer", "United States", "Troy", "Ohio", "43001", "East", f"FUR-BO-{1_000 + sale.product}",
            "Furniture", "Bookcases", sale.name, money(sale.worth), str(sale.quantity), "0.2", "1.5",
        ]
        for place, sale in enumerate(sales, 1)
        if sale.customer is not None
    ]  # fmt: skip
    path = write_csv(tmp_path, rows)
    assert understood(path) == right(sales)
    assert inspected(path).profile.preset == "superstore"


def test_lightspeed_lines_come_to_their_subtotals(tmp_path: Path) -> None:
    sales = sales_and_returns(88)
    heading = [
        "Sale ID", "Sale Line", "Date", "Description", "System ID", "Qty", "Retail", "Discounts", "Subtotal", "Total",
        "Customer",
    ]  # fmt: skip
    rows = [heading] + [
        [
            str(90_000 + sale.order), str(place), f"{sale.moment:%Y-%m-%d %H:%M:%S}", sale.name,
            f"2100000{sale.product:05d}", str(sale.quantity), money(sale.cents), "0.00", money(sale.worth),
            money(round(sale.worth * 1.07)), "" if sale.customer is None else f"Person {sale.customer}",
        ]
        for place, sale in enumerate(sales, 1)
    ]  # fmt: skip
    assert understood_or_answered(write_csv(tmp_path, rows)) == right(sales)
