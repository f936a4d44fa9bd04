"""Which column of a file is which column of a sales ledger."""

from collections.abc import Mapping, Sequence

from segmentation_platform.contracts.ledger import TEXT_COLUMNS
from segmentation_platform.ledger.errors import LedgerError

_KNOWN_NAMES: dict[str, tuple[str, ...]] = {
    "invoice": ("invoice", "invoiceno", "invoicenumber", "invoiceid", "orderid", "orderno", "ordernumber"),
    "stock_code": ("stockcode", "productcode", "productid", "itemcode", "itemid", "sku"),
    "description": ("description", "productdescription", "productname", "product", "itemname"),
    "quantity": ("quantity", "qty", "units"),
    "invoice_date": ("invoicedate", "date", "datetime", "orderdate", "timestamp", "soldat"),
    "unit_price": ("unitprice", "price", "priceperunit"),
    "customer_id": ("customerid", "customer", "customerno", "customernumber", "clientid"),
    "country": ("country", "countryname"),
}


def match_columns(found: Sequence[str], named: Mapping[str, str]) -> dict[str, str]:
    """Say for each ledger column which of the file's columns it is.

    Args:
        found: the file's column names, as written
        named: ledger column to file column, where the user has said so

    Raises:
        LedgerError: when a column is missing, or could be two; says which were found and how to map.

    """
    matched = {column: _match(column, found, named.get(column)) for column in TEXT_COLUMNS}
    missing = [column for column, name in matched.items() if name is None]
    if missing:
        example = "\n".join(f'  {column} = "name in the file"' for column in missing)
        raise LedgerError(
            f"Column{'s' if len(missing) > 1 else ''} not found: {', '.join(missing)}. "
            f"The file has: {', '.join(found) or 'none'}.\n"
            f"Say in segmentation.toml which is which:\n  [ledger.columns]\n{example}"
        )
    return {column: name for column, name in matched.items() if name is not None}


def has_any_column(found: Sequence[str], named: Mapping[str, str]) -> bool:
    """Whether at least one of the names could be a ledger's column; arguments as of `match_columns`."""
    return any(_candidates(column, found, named.get(column)) for column in TEXT_COLUMNS)


def _candidates(column: str, found: Sequence[str], named: str | None) -> list[str]:
    if named is None:
        return [name for name in found if _plain(name) in _KNOWN_NAMES[column]]
    return [name for name in found if name == named]


def _match(column: str, found: Sequence[str], named: str | None) -> str | None:
    candidates = _candidates(column, found, named)
    if len(set(candidates)) < len(candidates):
        raise LedgerError(f"The file has more than one column {candidates[0]}. Rename or remove all but one.")
    if len(candidates) > 1:
        raise LedgerError(
            f"Column {column} could be any of {', '.join(candidates)}. Say in segmentation.toml which:\n"
            f'  [ledger.columns]\n  {column} = "{candidates[0]}"'
        )
    return candidates[0] if candidates else None


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
