"""The customers of a file, scored."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from segmentation_platform.app.files import slug
from segmentation_platform.app.rejects import explained
from segmentation_platform.app.show import Name, table
from segmentation_platform.app.snapshot_reader import SnapshotReader, stamp
from segmentation_platform.app.words import counted, plain
from segmentation_platform.client import ScoredCustomer
from segmentation_platform.engine import new_engine
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.inspection import Given
from segmentation_platform.scoring import FileCustomers, read_customers
from segmentation_platform.settings import load_settings

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_KINDS = ("csv", "xlsx", "parquet", "gz", "zip")
_MOST = 5_000
_EXAMPLE = pd.DataFrame(
    {
        "InvoiceNo": ["1", "1"],
        "StockCode": ["85123A", "71053"],
        "Description": ["WHITE HANGING HEART T-LIGHT HOLDER", "WHITE METAL LANTERN"],
        "Quantity": [6, 2],
        "InvoiceDate": ["2011-12-01 08:26", "2011-12-01 08:26"],
        "UnitPrice": [2.55, 3.39],
        "CustomerID": ["A1", "A1"],
        "Country": ["Germany", "Germany"],
    }
)
_SCORED = ("customer", "segment", "margin", "orders", "spent", "next_step")
_OFFERED = ("customer", "list", "rank", "stock_code", "description", "reason")


def show(shop: SnapshotReader) -> None:
    """The upload, what is wrong in it, and what it says of its customers."""
    st.write(
        "A file of sales lines, in any format that the platform reads. Each line needs an invoice, a product code, a "
        "description, a quantity, a date, a price, a customer and a country."
    )
    table(_EXAMPLE, Name("example_of_sales_lines", shop.as_of))
    uploaded = st.file_uploader("File of sales lines", type=_KINDS)
    if uploaded is None:
        return
    try:
        read = _read(uploaded)
    except LedgerError as error:
        st.error(plain(error))
        return
    _rejected(shop, uploaded.name, read)
    if len(read.customers) > _MOST:
        st.error(
            f"The file has {counted(len(read.customers), 'customer')}, and {_MOST:,} are scored here at most. "
            "Score it with segmentation-platform score --file, or upload a part of it."
        )
    elif read.customers:
        _scored(shop, uploaded, read)
    else:
        st.error("No line of the file is a sale to a known customer. Mend what is named above and upload it again.")


def _read(uploaded: "UploadedFile") -> FileCustomers:
    settings = load_settings()
    given = Given(settings.profile, settings.cleaning, settings.schedule.today)
    with TemporaryDirectory(prefix="segmentation-score-") as folder:
        path = Path(folder) / Path(uploaded.name).name
        path.write_bytes(uploaded.getvalue())
        try:
            return read_customers(new_engine(settings.room), path, given)
        except LedgerError as error:
            # People know their file by its name, not by where it was put to be read.
            raise LedgerError(str(error).replace(f"{folder}/", "")) from error


def _rejected(shop: SnapshotReader, file: str, read: FileCustomers) -> None:
    lines = explained(read.rejected)
    if lines.empty:
        return
    st.warning(f"{counted(len(lines), 'line')} of {plain(file)} can't be used; the others are scored below.")
    for line in lines.head(5).to_dict("records"):
        written = f" “{plain(line['written'])}”" if line["written"] else ""
        st.write(f"Row {line['row']:,}, {line['column']}{written}: {line['what_to_do']}")
    with st.expander(f"All {len(lines):,}", expanded=False):
        st.caption("Row 1 is the first below the heading.")
        table(lines, Name("lines_that_can_not_be_used", shop.as_of, (slug(file),)))


def _scored(shop: SnapshotReader, uploaded: "UploadedFile", read: FileCustomers) -> None:
    key = (uploaded.file_id, stamp(shop.snapshot))
    kept = st.session_state.get("scored:file")
    if kept is None or kept[0] != key:
        with st.spinner(f"Scoring {counted(len(read.customers), 'customer')} …"):
            kept = key, shop.client.score_many(read.customers)
        st.session_state["scored:file"] = kept
    customers, products = _tables(kept[1])
    st.header("Segments")
    st.write(_said(customers))
    table(customers, Name("scored_customers", shop.as_of, (slug(uploaded.name),)), shown=_SCORED)
    st.header("What to offer")
    table(products, Name("scored_products", shop.as_of, (slug(uploaded.name),)), shown=_OFFERED)


def _tables(scored: dict[str, ScoredCustomer]) -> tuple[pd.DataFrame, pd.DataFrame]:
    customers = [
        {
            "customer": name,
            "segment": each.segment,
            "margin": round(each.margin, 4),
            "recency_days": each.recency_days,
            "orders": each.frequency,
            "spent": each.monetary,
            "region": each.region,
            "next_step": each.next_step,
            "unknown_products": ", ".join(each.unknown),
        }
        for name, each in scored.items()
    ]
    products = [each.products.assign(customer=name, segment=each.segment) for name, each in scored.items()]
    return pd.DataFrame(customers), pd.concat(products, ignore_index=True)


def _said(customers: pd.DataFrame) -> str:
    sizes = customers["segment"].value_counts()
    return ", ".join(f"{number:,} in {segment}" for segment, number in sizes.items()) + "."
