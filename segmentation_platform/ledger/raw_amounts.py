"""What a raw line is worth, read from its text a second time: the counterpart of `classified_sales.sql`.

The cleaning is checked against it, so it shares a profile's patterns with the cleaning and nothing else.
"""

from segmentation_platform.ledger.profile.model import LedgerColumn, Profile
from segmentation_platform.ledger.profile.numbers import ODD, USUAL, number_pattern, signs_pattern


def raw_amount(profile: Profile) -> str:
    """SQL for the money of a line of `raw_sales`, 0 where it can't be read.

    Args:
        profile: of the ledger; what it says comes in as quoted literals

    """
    quantity = _number("quantity", profile) if profile.has("quantity") else "1"
    if profile.has("unit_price"):
        amount = f"{quantity} * {_number('unit_price', profile)}"
    else:
        total = _number("line_total", profile)
        # A total with a sign needs no negative quantity, and one without takes the quantity's.
        amount = f"CASE WHEN {quantity} > 0 THEN {total} WHEN {quantity} < 0 THEN -abs({total}) END"
    return f"coalesce({_signed(amount, quantity, profile)}{_rate(profile)}, 0)"


def _number(column: str, profile: Profile) -> str:
    style = profile.numbers
    plain = (
        f"trim(regexp_replace(translate(coalesce({column}, ''), {_text(ODD)}, {_text(USUAL)}),"
        f" {_text(signs_pattern(style))}, '', 'g'), ' ')"
    )
    digits = f"replace(replace(trim({plain}, '()+- '), {_text(style.thousands)}, ''), {_text(style.decimal)}, '.')"
    is_negative = f"left({plain}, 1) IN ('-', '(') OR right({plain}, 1) = '-'"
    return (
        f"(CASE WHEN regexp_matches({plain}, {_text(f'^(?:{number_pattern(style)})$')})"
        f" THEN CASE WHEN {is_negative} THEN -1 ELSE 1 END * CAST({digits} AS DOUBLE) END)"
    )


def _signed(amount: str, quantity: str, profile: Profile) -> str:
    """The amount, negative on lines that are returns whatever their sign."""
    cases = []
    if profile.status.returned:
        returned = ", ".join(_text(value.strip().lower()) for value in profile.status.returned)
        cases.append(f"WHEN lower({_of_order('status', profile)}) IN ({returned}) THEN -abs({amount})")
    if profile.cancellations.by == "prefix":
        prefix = profile.cancellations.prefix.upper()
        is_cancelled = f"starts_with(upper(trim(invoice)), {_text(prefix)})"
        taken_back = f"-({amount})" if profile.has("unit_price") else f"-abs({amount})"
        cases.append(f"WHEN {is_cancelled} AND {quantity} > 0 THEN {taken_back}")
    return f"CASE {' '.join(cases)} ELSE {amount} END" if cases else f"({amount})"


def _rate(profile: Profile) -> str:
    if not profile.currency.rates:
        return ""
    rates = " ".join(f"WHEN {_text(name.upper())} THEN {rate!r}" for name, rate in profile.currency.rates.items())
    if profile.has("currency"):
        return f" * CASE upper({_of_order('currency', profile)}) {rates} ELSE 1 END"
    text = f"translate(coalesce(unit_price, line_total, ''), {_text(ODD)}, {_text(USUAL)})"
    signs = f"upper(regexp_replace({text}, '[-0-9.,()+''\\s]', '', 'g'))"
    return f" * CASE {signs} {rates} ELSE 1 END"


def _of_order(column: LedgerColumn, profile: Profile) -> str:
    """A column's text, or where it is blank that of another line of the order, if it stands on one of them only."""
    text = f"nullif(trim({column}), '')"
    if column not in profile.lines.filled_down:
        return f"coalesce({text}, '')"
    return f"coalesce({text}, max({text}) OVER (PARTITION BY load_id, trim(invoice)), '')"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
