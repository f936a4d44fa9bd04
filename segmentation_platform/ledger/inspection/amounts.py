"""Whether a column of money is the price of a unit or the amount of the line, and what stands beside it."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation_platform.ledger.inspection.evidence import Evidence
from segmentation_platform.ledger.inspection.findings import Doubt, DoubtKind, Finding, quoted
from segmentation_platform.ledger.profile.model import LedgerColumn, Numbers
from segmentation_platform.ledger.profile.numbers import read_number

_ENOUGH: Final = 30
_IS_TOTAL, _IS_PRICE = 0.7, 0.35
_ENOUGH_ORDERS: Final = 5
_LEAST_SPREAD: Final = 0.02
_MOSTLY: Final = 0.95
_TOLERANCE: Final = 0.011

Columns = dict[LedgerColumn, str]


def understand_amounts(
    evidence: Evidence, style: Numbers, said: Columns
) -> tuple[Columns, list[Finding], list[Doubt]]:
    """Tell unit prices from line totals.

    The price of a unit does not grow with the quantity; a line's total grows in proportion. So the slope of the
    logarithm of the money on the logarithm of the quantity, within products, is about 0 or about 1.

    Args:
        evidence: the ledger
        style: of its numbers
        said: columns that the owner named

    Returns:
        The ledger's columns, with what is known now; findings; doubts.

    """
    columns = dict(evidence.columns)
    if not columns.get("quantity"):
        return _without_quantity(columns)
    if columns.get("unit_price") and columns.get("line_total"):
        return _both(evidence, style, said)
    if "unit_price" in said or "line_total" in said:
        return columns, [], []
    return _one(evidence, style)


def _without_quantity(columns: Columns) -> tuple[Columns, list[Finding], list[Doubt]]:
    if columns.get("unit_price") and not columns.get("line_total"):
        columns["line_total"] = columns.pop("unit_price")
    return columns, [Finding("columns", "one unit a line", "there is no column of quantities")], []


def _one(evidence: Evidence, style: Numbers) -> tuple[Columns, list[Finding], list[Doubt]]:
    columns = dict(evidence.columns)
    has: LedgerColumn = "unit_price" if columns.get("unit_price") else "line_total"
    name = columns[has]
    numbers = _numbers(evidence, style, has)
    order_level = _is_order_level(numbers, "money")
    if order_level:
        return columns, [], [_whole_orders(name)]
    slope = _slope(numbers)
    if slope is None:
        return columns, [], []
    is_total, is_price = slope > _IS_TOTAL, slope < _IS_PRICE
    because = (
        f"the money grows with the quantity to the power {slope:.2f}: 0 is the price of a unit, 1 a line's total"
    )
    if has == "unit_price" and is_total and not _is_sure(name):
        columns["line_total"] = columns.pop("unit_price")
        return columns, [Finding("columns", f"{name} is the amount of the whole line", because)], []
    agrees = (has == "unit_price" and is_price) or (has == "line_total" and is_total)
    if agrees:
        what = "the price of a unit" if has == "unit_price" else "the amount of the whole line"
        return columns, [Finding("columns", f"{name} is {what}", because)], []
    if has == "line_total" and evidence.columns.get("line_total") and not is_price:
        return columns, [], []
    return columns, [], [_unit_or_total(name, because, numbers)]


def _is_sure(name: str) -> bool:
    return any(word in name.casefold() for word in ("unit", "each", "per ", "einzel", "stück", "stuck", "unita"))


def _unit_or_total(name: str, because: str, numbers: pd.DataFrame) -> Doubt:
    totals, products = numbers["money"].sum(), (numbers["money"] * numbers["quantity"]).sum()
    larger = max(abs(products), abs(totals)) or 1
    return Doubt(
        DoubtKind.UNIT_OR_TOTAL,
        f"{name} could be the price of a unit or the amount of the whole line: {because}. Revenue would differ by a "
        f"factor of {abs(products) / (abs(totals) or 1):,.1f}.",
        f"[profile.columns]\nunit_price = {quoted(name)}    # or: line_total = {quoted(name)}",
        float(abs(products - totals) / larger),
    )


def _whole_orders(name: str) -> Doubt:
    return Doubt(
        DoubtKind.ORDER_AMOUNTS,
        f"{name} is the same on all lines of an order: it seems to be the order's amount, and would be counted once "
        "for every line.",
        '[profile.columns]\nunit_price = "the column of the line\'s price"',
        1.0,
    )


def _both(evidence: Evidence, style: Numbers, said: Columns) -> tuple[Columns, list[Finding], list[Doubt]]:
    columns = dict(evidence.columns)
    price, total = columns["unit_price"], columns["line_total"]
    numbers = _numbers(evidence, style, "unit_price", "line_total")
    if "unit_price" in said and "line_total" in said:
        return columns, [], []
    product = numbers["money"] * numbers["quantity"]
    close = (product - numbers["total"]).abs() <= _TOLERANCE + 0.001 * numbers["total"].abs()
    if close.mean() >= _MOSTLY:
        return (
            columns,
            [Finding("columns", f"{price} × quantity", f"it is {total} on {close.mean():.1%} of lines")],
            [],
        )
    del columns["line_total"]
    if _is_order_level(numbers, "total"):
        return (
            columns,
            [Finding("columns", f"{price} × quantity", f"{total} is the same on all lines of an order")],
            [],
        )
    less = (numbers["total"].abs() <= product.abs() + _TOLERANCE).mean()
    if less >= 0.99 and close.mean() >= 0.2:
        columns = {column: name for column, name in evidence.columns.items() if column != "unit_price"}
        columns.pop("discount", None)
        because = f"it is {price} × quantity or less: discounts are off"
        return columns, [Finding("columns", f"{total}, the amount that was paid", because)], []
    difference = abs(product.sum() - numbers["total"].sum()) / max(abs(product.sum()), abs(numbers["total"].sum()), 1)
    says = (
        f"{price} × quantity is not {total} on {1 - close.mean():.0%} of the lines; the sums are "
        f"{product.sum():,.2f} and {numbers['total'].sum():,.2f}."
    )
    setting = '[profile.columns]\nline_total = ""    # to count price × quantity; or: unit_price = ""'
    return columns, [], [Doubt(DoubtKind.DIFFERENT_AMOUNTS, says, setting, float(max(difference, 0.02)))]


def _numbers(
    evidence: Evidence, style: Numbers, money: LedgerColumn, total: LedgerColumn | None = None
) -> pd.DataFrame:
    """Columns quantity, money, maybe total, order and product of the sample's lines whose numbers can be read."""
    wanted: tuple[LedgerColumn, ...] = (
        "quantity",
        money,
        *((total,) if total else ()),
        "invoice",
        "stock_code",
        "description",
    )
    texts = evidence.sample(*wanted)
    frame = pd.DataFrame(
        {
            "quantity": _read(texts["quantity"], style),
            "money": _read(texts[money], style),
            "order": texts["invoice"].fillna(""),
            "product": texts["stock_code"]
            .fillna("")
            .where(texts["stock_code"].fillna("") != "", texts["description"].fillna("")),
        }
    )
    if total:
        frame["total"] = _read(texts[total], style)
    return frame.dropna(subset=["quantity", "money", *(["total"] if total else [])])


def _read(texts: "pd.Series[str]", style: Numbers) -> "pd.Series[float]":
    known = {text: read_number(text, style) for text in texts.dropna().unique()}
    return texts.map(known).astype("float64")


def _slope(numbers: pd.DataFrame) -> float | None:
    """The slope of log money on log quantity within products; None where quantities hardly differ."""
    positive = numbers[(numbers["quantity"] > 0) & (numbers["money"] > 0)]
    if len(positive) < _ENOUGH:
        return None
    quantity, money = np.log(positive["quantity"]), np.log(positive["money"])
    groups = positive["product"]
    if groups.nunique() > len(groups) / 2:
        groups = pd.Series("", index=positive.index)
    x, y = _centred(quantity, groups), _centred(money, groups)
    if float(np.mean(x**2)) < _LEAST_SPREAD:
        return None
    return float(np.sum(x * y) / np.sum(x**2))


def _centred(values: "pd.Series[float]", groups: "pd.Series[str]") -> npt.NDArray[np.float64]:
    return (values - values.groupby(groups).transform("mean")).to_numpy(dtype=np.float64)


def _is_order_level(numbers: pd.DataFrame, column: str) -> bool:
    """Whether a column is the same on all lines of nearly every order of several products."""
    orders = (
        numbers[numbers["order"] != ""]
        .groupby("order")
        .agg(lines=("product", "size"), products=("product", "nunique"), values=(column, "nunique"))
    )
    several = orders[(orders["lines"] > 1) & (orders["products"] > 1)]
    if len(several) < _ENOUGH_ORDERS or (several["values"] == 1).mean() <= _MOSTLY:
        return False
    # Where all prices are equal they are so within orders, too.
    return numbers.loc[numbers["order"].isin(several.index), column].nunique() > len(several) / 4
