"""What an order's lines are: what holds for all of them, which take a sale back, which stand twice."""

from typing import Final

from segmentation_platform.ledger.inspection.evidence import Evidence, trimmed
from segmentation_platform.ledger.inspection.findings import Doubt, DoubtKind, Finding, Inferred, quoted
from segmentation_platform.ledger.profile.model import LedgerColumn, Numbers, Statuses
from segmentation_platform.ledger.profile.names import columns_named
from segmentation_platform.ledger.profile.numbers import read_number
from segmentation_platform.ledger.profile.words import folded, tell_kinds, words

_FILLED: Final[tuple[LedgerColumn, ...]] = (
    "invoice_date", "customer_id", "country", "status", "order_discount", "order_refund", "currency",
    "channel", "email_hash",
)  # fmt: skip
_MOSTLY: Final = 0.8
_INVOICE, _QUANTITY = trimmed("invoice"), trimmed("quantity")
_NEGATIVE: Final = f"({_QUANTITY} LIKE '-%' OR {_QUANTITY} LIKE '(%' OR {_QUANTITY} LIKE '%-')"
_PREFIX: Final = f"regexp_extract(upper({_INVOICE}), '^([^0-9]*)', 1)"
_IS_ONE: Final = f"regexp_full_match(coalesce({_QUANTITY}, ''), '[+]?0*1([.,]0*)?')"
_SURE: Final = 0.95
_FEW_OTHERS: Final = 0.2
_ONE_PIECE: Final = 0.95
_ALL_ONES: Final = 0.99
_EXPECTED: Final = 20
"""So many repeated lines must be expected to have another quantity than one, if none shall say something."""


def filled_down(evidence: Evidence) -> Inferred:
    """Columns that stand on one line of an order only and hold for all of its lines."""
    if not evidence.has("invoice"):
        return Inferred({})
    filled = tuple(column for column in _FILLED if evidence.has(column) and _is_filled_down(evidence, column))
    if not filled:
        return Inferred({})
    names = ", ".join(evidence.columns[column] for column in filled)
    because = "orders of several lines have them on one line and blanks on the others"
    return Inferred({"filled_down": filled}, (Finding("lines", f"{names} hold for the whole order", because),))


def _is_filled_down(evidence: Evidence, column: LedgerColumn) -> bool:
    text = trimmed(column)
    orders = evidence.frame(
        "SELECT COUNT(*) AS several, SUM(CASE WHEN filled < lines THEN 1 ELSE 0 END) AS partly FROM ("  # noqa: S608
        f" SELECT COUNT(*) AS lines, COUNT(nullif({text}, '')) AS filled, COUNT(DISTINCT nullif({text}, '')) AS texts"
        f" FROM raw_sales WHERE {_INVOICE} <> '' GROUP BY {_INVOICE}"
        ") WHERE lines > 1 AND texts = 1"
    ).iloc[0]
    return bool(orders["several"] > 2) and float(orders["partly"] or 0) >= _MOSTLY * float(orders["several"])


def cancellations(evidence: Evidence, style: Numbers) -> Inferred:
    """How a sale is taken back: by the sign alone, or by a prefix that goes with it."""
    if not evidence.has("quantity") or not evidence.has("invoice"):
        return Inferred({"by": "sign"})
    priced = "trim(coalesce(unit_price, line_total, '')) NOT IN ('', '0', '0.0', '0.00', '0,00')"
    prefixes = evidence.frame(
        f"SELECT coalesce({_PREFIX}, '') AS prefix, COUNT(*) AS lines,"  # noqa: S608
        f" SUM(CASE WHEN {_NEGATIVE} THEN 1 ELSE 0 END) AS negative,"
        f" SUM(CASE WHEN {_NEGATIVE} AND {priced} THEN 1 ELSE 0 END) AS priced"
        f" FROM raw_sales GROUP BY coalesce({_PREFIX}, '') ORDER BY lines DESC, prefix LIMIT 1000"
    )
    negative = int(prefixes["negative"].sum())
    own = prefixes[(prefixes["prefix"] != "") & (prefixes["negative"] >= _SURE * prefixes["lines"])]
    credit = prefixes[prefixes["prefix"].map(_means_credit) & (prefixes["negative"] == 0)]
    if len(credit) and credit["lines"].sum() < 0.3 * prefixes["lines"].sum() and not negative:
        return _positive_credit_notes(evidence, str(credit["prefix"].iloc[0]), style)
    if len(own) == 1 and own["lines"].sum() < prefixes["lines"].sum() / 2:
        others = prefixes.drop(own.index)["priced"].sum()
        if others <= _FEW_OTHERS * own["lines"].sum():
            prefix = str(own["prefix"].iloc[0])
            lines, below = int(own["lines"].iloc[0]), int(own["negative"].iloc[0])
            because = f"the quantity of {below:,} of its {lines:,} lines is negative"
            took = f"order numbers that begin with {prefix} are cancellations"
            return Inferred({"by": "prefix", "prefix": prefix}, (Finding("cancellations", took, because),))
    because = f"{negative:,} lines have one" if negative else "no line has one"
    return Inferred({"by": "sign"}, (Finding("cancellations", "a negative quantity takes a sale back", because),))


def _means_credit(prefix: str) -> bool:
    return folded(prefix).replace(" ", "") in words("orders", "credit_notes")


def _positive_credit_notes(evidence: Evidence, prefix: str, style: Numbers) -> Inferred:
    lines = evidence.sample("invoice", "quantity", "unit_price", "line_total").fillna("")
    amounts = [
        abs((read_number(quantity, style) or 0) * (read_number(price or total, style) or 0))
        for quantity, price, total in zip(lines["quantity"], lines["unit_price"], lines["line_total"], strict=True)
    ]
    are_credit = lines["invoice"].str.strip().str.upper().str.startswith(prefix)
    credited = sum(amount for amount, is_credit in zip(amounts, are_credit, strict=True) if is_credit)
    share = credited / (sum(amounts) or 1)
    doubt = Doubt(
        DoubtKind.CREDIT_NOTES,
        f"Order numbers that begin with {prefix} look like credit notes, and their quantities are positive: they are "
        "counted as sales.",
        f'[profile.cancellations]\nby = "prefix"\nprefix = {quoted(prefix)}    # or by = "sign", if they are sales',
        max(share, 0.011),
    )
    return Inferred({"by": "sign"}, (), (doubt,))


def statuses(evidence: Evidence, said: Statuses) -> Inferred:
    """Which values of the status column count; what was said of one goes before what is known of its words."""
    if not evidence.has("status"):
        return Inferred({})
    found: dict[str, list[str]] = {"counted": [], "not_counted": [], "returned": [], "unknown": []}
    spelled: dict[str, str] = {}
    for text in evidence.counts("status"):
        spelled.setdefault(text.casefold(), text)
    taking_back = _taking_back(evidence)
    for text in spelled.values():
        found[_meaning(text, said, taking_back)].append(text)
    words_of = "; ".join(f"{', '.join(values)} {_SAID[kind]}" for kind, values in found.items() if values)
    # What is not understood counts until somebody says otherwise; the doubt says what hangs on it.
    fields = {
        "counted": (*found["counted"], *found["unknown"]),
        "not_counted": tuple(found["not_counted"]),
        "returned": tuple(found["returned"]),
    }
    finding = Finding("status", f"{evidence.columns['status']}: {words_of}", "these words are known, or were said")
    return Inferred(dict(fields), (finding,), ())


_SAID: Final = {
    "counted": "count",
    "not_counted": "don't count",
    "returned": "take a sale back",
    "unknown": "are not understood",
}


def _meaning(text: str, said: Statuses, taking_back: frozenset[str]) -> str:
    for kind in ("counted", "not_counted", "returned"):
        if text.casefold() in {value.casefold() for value in getattr(said, kind)}:
            return kind
    plain = folded(text)
    if plain in taking_back:
        return "returned"
    if plain in words("status", "not_counted") | words("status", "returned") | words("kinds", "taken_back"):
        return "not_counted"
    return "counted" if plain in words("status", "counted") | words("kinds", "sale") else "unknown"


def _taking_back(evidence: Evidence) -> frozenset[str]:
    """The words that take a sale back in the column of statuses.

    They do where the column says of what kind a line is, by its name or by its values; where it says what became of
    an order, its sale did not count in the end.
    """
    name = evidence.columns["status"]
    if any(word in folded(name).split() for word in ("type", "kind", "art", "typ", "tipo", "rodzaj", "tip", "jenis")):
        return words("status", "returned") | words("kinds", "taken_back")
    if "status" not in columns_named(name) and tell_kinds(evidence.counts("status")):
        return words("kinds", "taken_back")
    return frozenset()


def unknown_statuses(evidence: Evidence, said: Statuses) -> list[str]:
    """Values of the status column that are not understood.

    Args:
        evidence: the ledger
        said: what was said by its owner

    """
    if not evidence.has("status"):
        return []
    taking_back = _taking_back(evidence)
    return [text for text in evidence.counts("status") if _meaning(text, said, taking_back) == "unknown"]


def identical_lines(evidence: Evidence) -> Inferred:
    """Whether a line that stands twice in an order is a mistake or a second piece.

    A till writes a line for each piece: the quantity of such lines is always one. Mistakes repeat any line, whatever
    its quantity; who writes quantities has no need to repeat a line.
    Lines that come again elsewhere in the file are of exports that overlap, whatever the others are.
    """
    if not evidence.has("stock_code") and not evidence.has("description"):
        because = "there are no products: other lines of an order can look the same"
        return Inferred(
            {"identical": "pieces"}, (Finding("lines", "identical lines of an order all count", because),)
        )
    columns = "invoice, stock_code, description, quantity, invoice_date, unit_price, line_total, customer_id, country"
    frame = evidence.frame(
        "SELECT COUNT(*) AS lines, SUM(CASE WHEN piece > 1 THEN 1 ELSE 0 END) AS repeats,"  # noqa: S608
        f" SUM(CASE WHEN piece > 1 AND {_IS_ONE} THEN 1 ELSE 0 END) AS repeated_ones,"
        f" SUM(CASE WHEN {_IS_ONE} THEN 1 ELSE 0 END) AS ones FROM ("
        f" SELECT quantity, ROW_NUMBER() OVER (PARTITION BY run, {columns} ORDER BY line_number) AS piece FROM ("
        f"  SELECT *, line_number - ROW_NUMBER() OVER (PARTITION BY {_INVOICE} ORDER BY line_number) AS run"
        "  FROM raw_sales))"
    ).iloc[0]
    lines, repeats = int(frame["lines"]), int(frame["repeats"])
    if not repeats:
        return Inferred({"identical": "errors"})
    ones = 1.0 if not evidence.has("quantity") else int(frame["ones"]) / lines
    said = f"{repeats:,} lines repeat one of their order"
    by_mistake = repeats * (1 - ones)
    repeated_ones = 1.0 if not evidence.has("quantity") else int(frame["repeated_ones"]) / repeats
    if ones >= _ONE_PIECE or (repeated_ones >= _ALL_ONES and by_mistake >= _EXPECTED):
        because = f"{said}: the quantity of {repeated_ones:.0%} of them is 1, as of {ones:.0%} of all lines"
        took = "identical lines of an order are pieces, and all count"
        return Inferred({"identical": "pieces"}, (Finding("lines", took, because),))
    because = f"{said}, and {1 - ones:.0%} of all lines have a quantity other than 1: pieces are not written apart"
    took = "identical lines are written twice by mistake, and count once"
    return Inferred({"identical": "errors"}, (Finding("lines", took, because),))
