"""Doubts that can be weighed only once a ledger is read: how much money and how many customers hang on them."""

import re
from typing import Final

from segmentation_platform.ledger.inspection.customers import outsized_customer
from segmentation_platform.ledger.inspection.evidence import Evidence
from segmentation_platform.ledger.inspection.findings import Doubt, DoubtKind, listed, quoted, tolerating
from segmentation_platform.ledger.inspection.numbers import columns_of_numbers, style_setting
from segmentation_platform.ledger.inspection.orders import unknown_statuses
from segmentation_platform.ledger.inspection.shortened import shortened_identifiers
from segmentation_platform.ledger.profile.dates import find_dates
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform.ledger.profile.numbers import find_style
from segmentation_platform.ledger.profile.presets import presets
from segmentation_platform.ledger.profile.words import lowered

_DIGITS: Final = (
    "regexp_replace(regexp_replace(coalesce(unit_price, line_total, ''), ',([0-9]{1,2})$', '.\\1'),"
    " '[^0-9.]', '', 'g')"
)
"""SQL for the digits of an amount that can't be read, with a point; a comma before the last two is one."""
_MISREAD: Final = re.compile("[\u00c2\u00c3][\u0080-\u00bf]|\u00e2\u20ac|\ufffd")
_ENOUGH_MIXED: Final = 5
_UNREAD: Final = {
    "unparseable_quantity": "quantity",
    "unparseable_price": "unit_price",
    "unparseable_date": "invoice_date",
}
"""Reasons of lines that can't be read, each with its column."""


def weighed_doubts(evidence: Evidence, profile: Profile, said: Profile) -> list[Doubt]:
    """The doubts of a session that holds `classified_sales` and `product_lines`.

    Args:
        evidence: the ledger
        profile: by which it was read
        said: what of it its owner has said

    """
    found = [
        _unread(evidence, profile),
        _repeats(evidence, profile),
        _statuses(evidence, said),
        *shortened_identifiers(evidence),
        outsized_customer(evidence, profile.customers.guests),
        _unlike_products(evidence, profile),
        _without_cancellation(evidence, profile),
        _discounts(evidence, profile),
        _out_of_range(evidence),
        _positive_cancellations(evidence, profile),
        _mixed_prices(evidence),
        _misread_letters(evidence),
    ]
    return [doubt for doubt in found if doubt is not None]


def _share(evidence: Evidence, condition: str) -> tuple[int, float, float]:
    """Lines, money and share of the money (or of the customers, if that is greater) of classified lines.

    Lines whose amount can't be read count as much as the median of the others, or as the digits of their text say, if
    that is more: a price of 20'000.00 must not pass for a small one.
    """
    row = (
        evidence.frame(
            "WITH typical AS ("  # noqa: S608
            " SELECT MEDIAN(abs(units * price)) AS amount FROM classified_sales WHERE reason IS NULL"
            "), weighed AS ("
            " SELECT *, coalesce(abs(units * price), greatest(coalesce(typical.amount, 0), coalesce("
            f" TRY_CAST(regexp_extract({_DIGITS}, '[0-9]{{1,9}}([.][0-9]+)?') AS DOUBLE), 0)"
            " * coalesce(abs(units), 1)))"
            " AS weight FROM classified_sales CROSS JOIN typical"
            ") SELECT"
            f" COUNT(*) FILTER (WHERE {condition}) AS lines,"
            f" SUM(weight) FILTER (WHERE {condition}) AS money,"
            f" SUM(weight) FILTER (WHERE reason IS NULL OR {condition}) AS all_money,"
            f" COUNT(DISTINCT known_customer) FILTER (WHERE {condition}) AS customers,"
            f" COUNT(DISTINCT known_customer) FILTER (WHERE reason IS NULL) AS kept,"
            " COUNT(DISTINCT known_customer) AS all_customers FROM weighed"
        )
        .iloc[0]
        .fillna(0)
    )
    lost = (row["all_customers"] - row["kept"]) / row["all_customers"] if row["all_customers"] else 0.0
    lost = min(lost, row["customers"] / row["all_customers"]) if row["all_customers"] else 0.0
    share = row["money"] / row["all_money"] if row["all_money"] else 0.0
    return int(row["lines"]), float(row["money"]), float(max(share, lost))


def _unread(evidence: Evidence, profile: Profile) -> Doubt | None:
    is_unread = f"reason IN ({', '.join(map(repr, _UNREAD))})"
    lines, money, share = _share(evidence, is_unread)
    if not lines:
        return None
    first = evidence.frame(
        "SELECT line_number, reason, quantity, unit_price, line_total, invoice_date, description"  # noqa: S608
        f" FROM classified_sales WHERE {is_unread} ORDER BY load_id, line_number LIMIT 1"
    ).iloc[0]
    worth, place = f"worth about {money:,.2f}", f"line {first['line_number']:,}"
    if first[["quantity", "unit_price", "line_total", "invoice_date"]].isna().all():
        says = (
            f"{lines:,} lines can't be read, {worth}; {place} has more or fewer fields than the heading: "
            f"{str(first['description'])[:60]}. Put texts that hold the delimiter in quotes."
        )
        setting = f"[profile.file]\ntext_column = {quoted(profile.columns.get('description', ''))}"
        return Doubt(DoubtKind.UNREAD_LINES, says, f"{setting}    # surplus fields belong to it", share, is_loss=True)
    column = _UNREAD[str(first["reason"])]
    text = first[column] if first[column] is not None and first[column] == first[column] else first["line_total"]
    says = f"{lines:,} lines, {worth}, have a number or date that can't be read, such as {text!r} on {place}."
    return Doubt(
        DoubtKind.UNREAD_LINES,
        says,
        _read_better(evidence, profile, column) or tolerating(share),
        share,
        is_loss=True,
    )


def _read_better(evidence: Evidence, profile: Profile, column: str) -> str:
    """The setting under which more of a column could be read; empty where there is none."""
    if column == "invoice_date":
        counts = evidence.counts("invoice_date")
        found = find_dates(counts)
        if sum(found.unread.values()) < sum(find_dates(counts, said=profile.dates).unread.values()):
            return f"[profile.dates]\nformats = {listed(found.dates.formats)}"
        return ""
    style = find_style(columns_of_numbers(evidence)).style
    return style_setting(style) if style != profile.numbers else ""


def _repeats(evidence: Evidence, profile: Profile) -> Doubt | None:
    """Lines that stand twice in an order and are left out; lines of exports that overlap are no doubt."""
    if profile.lines.identical != "errors":
        return None
    near = (
        "reason = 'duplicate_line' AND line_number IN (SELECT line_number FROM ("
        " SELECT line_number, LAG(line_number) OVER (PARTITION BY invoice_number, product_code, units, price, sold_at"
        " ORDER BY line_number) AS before,"
        " COUNT(*) OVER (PARTITION BY invoice_number) AS size FROM classified_sales)"
        " WHERE line_number - before < size)"
    )
    lines, money, share = _share(evidence, near)
    if not lines:
        return None
    return Doubt(
        DoubtKind.REPEATED_LINES,
        f"{lines:,} lines, worth {money:,.2f}, repeat another one of their order and are left out: are they "
        "mistakes, or pieces that were written apart?",
        '[profile.lines]\nidentical = "errors"    # or "pieces", to count them',
        share,
    )


def _statuses(evidence: Evidence, said: Profile) -> Doubt | None:
    unknown = unknown_statuses(evidence, said.status)
    if not unknown:
        return None
    keys = ", ".join("'" + lowered(text.strip()).replace("'", "''") + "'" for text in unknown)
    _, money, share = _share(evidence, f"status_key IN ({keys})")
    named = listed(unknown)
    setting = f"not_counted = {named}    # or: counted = {named}"
    if len(unknown) == len(evidence.counts("status")):
        setting = f"counted = {named}    # move those that don't count:\nnot_counted = []"
    return Doubt(
        DoubtKind.UNKNOWN_STATUSES,
        f"{evidence.columns['status']} has values that are not understood: {', '.join(unknown[:8])}. "
        f"Their lines count as sales, worth {money:,.2f}.",
        f"[profile.status]\n{setting}",
        share,
    )


def _unlike_products(evidence: Evidence, profile: Profile) -> Doubt | None:
    """Lines whose code is like a product's, with digits, and not of the pattern that products have here."""
    if not profile.products.pattern:
        return None
    services = {code for preset in presets() if preset.name == profile.preset for code in preset.services}
    codes = evidence.frame(
        "SELECT product_code FROM classified_sales WHERE reason = 'not_a_product' AND service_kind IS NULL"
        " AND regexp_matches(product_code, '[0-9]') GROUP BY product_code ORDER BY COUNT(*) DESC, product_code"
    )["product_code"]
    others = [str(code) for code in codes if code not in services]
    if not others:
        return None
    named = ", ".join("'" + code.replace("'", "''") + "'" for code in others)
    lines, money, share = _share(evidence, f"reason = 'not_a_product' AND product_code IN ({named})")
    return Doubt(
        DoubtKind.UNLIKE_PRODUCTS,
        f"{lines:,} lines, worth {money:,.2f}, have product codes that are not like {profile.products.pattern}, "
        f"such as {others[0]!r}; they are left out.",
        '[profile.products]\npattern = ""    # every code is a product',
        share,
        is_loss=True,
    )


def _without_cancellation(evidence: Evidence, profile: Profile) -> Doubt | None:
    lines, money, share = _share(evidence, "reason = 'negative_without_cancellation' AND coalesce(price, 0) > 0")
    if not lines:
        return None
    return Doubt(
        DoubtKind.NEGATIVE_SALES,
        f"{lines:,} lines, worth {money:,.2f}, have a negative quantity and an order number without the prefix "
        f"{profile.cancellations.prefix!r}; they are left out.",
        '[profile.cancellations]\nby = "sign"    # to take every negative quantity for a return',
        share,
    )


def _positive_cancellations(evidence: Evidence, profile: Profile) -> Doubt | None:
    prefix = profile.cancellations.prefix
    if profile.cancellations.by != "prefix":
        return None
    lines, money, share = _share(evidence, "reason IS NULL AND is_cancellation AND written_units > 0")
    if not lines:
        return None
    return Doubt(
        DoubtKind.POSITIVE_CANCELLATIONS,
        f"{lines:,} lines, worth {money:,.2f}, have an order number that begins with {prefix}, as cancellations "
        "have, and a positive quantity. They are taken for returns.",
        '[profile.cancellations]\nby = "sign"    # or "prefix", if they are returns',
        share,
    )


def _mixed_prices(evidence: Evidence) -> Doubt | None:
    """Prices that are a hundred or a thousand times the usual one of their product, or as much below."""
    rows = evidence.frame(
        "WITH usual AS ("
        " SELECT stock_code, MEDIAN(unit_price) AS price FROM product_lines GROUP BY stock_code HAVING COUNT(*) > 4"
        "), strange AS ("
        " SELECT line.*, log10(line.unit_price / usual.price) AS power FROM product_lines AS line"
        " JOIN usual ON line.stock_code = usual.stock_code WHERE usual.price > 0"
        ") SELECT COUNT(*) AS lines, COUNT(DISTINCT stock_code) AS products, MIN(stock_code) AS example,"
        " SUM(abs(quantity * unit_price)) AS money,"
        " (SELECT SUM(abs(quantity * unit_price)) FROM product_lines) AS total"
        " FROM strange WHERE abs(abs(power) - 2) < 0.01 OR abs(abs(power) - 3) < 0.01"
    ).iloc[0]
    if rows["lines"] < _ENOUGH_MIXED:
        return None
    share = float(rows["money"] / rows["total"]) if rows["total"] else 0.0
    return Doubt(
        DoubtKind.MIXED_UNITS,
        f"{int(rows['lines']):,} lines of {int(rows['products']):,} products, worth {rows['money']:,.2f}, have "
        f"about 100 or 1,000 times the usual price of their product, or that much less, such as {rows['example']}: "
        "pence and pounds may be mixed. Correct them in the ledger.",
        tolerating(share),
        share,
        is_loss=True,
    )


def _misread_letters(evidence: Evidence) -> Doubt | None:
    """Names that were UTF-8 and were read as something else before they came here, such as Ã¼ for ü."""
    counts = evidence.counts("description")
    broken = [text for text in counts if _MISREAD.search(text)]
    if not broken:
        return None
    return Doubt(
        DoubtKind.MISREAD_LETTERS,
        f"{len(broken):,} names have letters that were misread before the ledger was written, such as {broken[0]!r}. "
        "Export them again as UTF-8.",
        '[profile.file]\nencoding = "utf-8"    # if the file is in it',
        0.0,
    )


def _is_known(profile: Profile) -> bool:
    """Whether the kind of export is known to have prices before its discounts."""
    return any(preset.name == profile.preset and preset.columns.get("discount") for preset in presets())


def _discounts(evidence: Evidence, profile: Profile) -> Doubt | None:
    if not profile.has("discount") or _is_known(profile):
        return None
    row = (
        evidence.frame(
            "SELECT SUM(off_line) AS off, SUM(units * price) AS money, MAX(abs(line_discount)) AS most,"
            " SUM(units * price * abs(line_discount)) AS as_share FROM classified_sales"
            " WHERE reason IS NULL AND NOT is_cancellation"
        )
        .iloc[0]
        .fillna(0)
    )
    name = profile.columns["discount"]
    return Doubt(
        DoubtKind.DISCOUNTS,
        f"{name} comes off the price: {row['off']:,.2f} of {row['money']:,.2f}. "
        "It must not, if prices are after discount.",
        f'[profile.columns]\ndiscount = {quoted(name)}    # or "", if prices are after discount',
        float((row["as_share"] if 0 < row["most"] <= 1 else row["off"]) / row["money"]) if row["money"] else 0.0,
    )


def _out_of_range(evidence: Evidence) -> Doubt | None:
    rows = evidence.frame(
        "SELECT line_number, invoice_date, COUNT(*) OVER () AS lines FROM classified_sales"
        " WHERE reason = 'date_out_of_range' ORDER BY load_id, line_number LIMIT 1"
    )
    if rows.empty:
        return None
    lines, money, share = _share(evidence, "reason = 'date_out_of_range'")
    return Doubt(
        DoubtKind.DAYS_OUT_OF_RANGE,
        f"{lines:,} lines, worth {money:,.2f}, are dated far from all others and are left out, such as "
        f"{rows['invoice_date'].iloc[0]!r} on line {rows['line_number'].iloc[0]:,}. Correct them in the ledger.",
        tolerating(share),
        share,
        is_loss=True,
    )
