"""One method for every view of `serving`, made from the catalogue; those that take more than values stand here."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from segmentation_platform.client.query import Page, Query, Wanted, conditions, select
from segmentation_platform.contracts import SHOWN, Contract

_EVERYTHING = Page()


class Tables:
    """The views as frames.

    Every method gives the columns of its contract (see the data dictionary), with its dtypes, ordered by its key. A
    filter is one value, or several of which any will do; without it all rows are given. What does not occur gives a
    frame without rows.
    """

    @abstractmethod
    def run(self, query: Query) -> pd.DataFrame:
        """The rows of a query."""

    def table(
        self,
        view: str,
        wanted: Mapping[str, Wanted] | None = None,
        *,
        columns: Sequence[str] = (),
        page: Page = _EVERYTHING,
    ) -> pd.DataFrame:
        """Any view, filtered by any of its columns.

        Args:
            view: of `serving`, such as `segments` or `segments_history`
            wanted: values by column
            columns: names; all of them where none is given
            page: order, and how many rows

        Raises:
            ClientError: when there is no such view or column, or nothing can be read.

        """
        return self.run(select(view, conditions(view, wanted or {}), columns, page))

    def history(self, view: str, **wanted: Wanted) -> pd.DataFrame:
        """A view over all snapshots, with `snapshot_id` and `as_of` in front.

        A folder holds one snapshot, and so does its history.

        Args:
            view: such as `segments`
            wanted: values by column, such as `segment="Champions"`

        """
        return self.table(f"{view}_history", wanted)

    def snapshots(self) -> pd.DataFrame:
        """All snapshots, and which one is served."""
        return self.table("snapshot_history")

    def snapshots_so_far(self) -> pd.DataFrame:
        """The served snapshot and those before it of the same ledger: what it can be compared with.

        Snapshots of other ledgers are of other shops, and after a rollback there are some of later days.
        """
        shown = self.table("snapshot").iloc[0]
        known = self.table("snapshot_history", {"ledger": str(shown["ledger"])})
        until = (known["snapshot_id"] <= shown["snapshot_id"]) & (known["as_of"] <= shown["as_of"])
        so_far: pd.DataFrame = known[until].reset_index(drop=True)
        return so_far

    def customer_segments(
        self,
        segment: Wanted = None,
        *,
        customer_id: Wanted = None,
        region: Wanted = None,
        country: Wanted = None,
        taste: Wanted = None,
        changed_since: date | None = None,
        columns: Sequence[str] = (),
        page: Page = _EVERYTHING,
    ) -> pd.DataFrame:
        """The customers and their segments.

        Args:
            segment: name
            customer_id: number
            region: of the last purchase
            country: of the last purchase
            taste: taste group
            changed_since: only who came into the segment on that reporting date or later
            columns: names; all of them where none is given
            page: order, and how many rows

        """
        wanted = {
            "segment": segment,
            "customer_id": customer_id,
            "region": region,
            "country": country,
            "taste": taste,
        }
        where = conditions("customer_segments", wanted)
        if changed_since is not None:
            where.add("changed_on >= {}", changed_since)
        return self.run(select("customer_segments", where, columns, page))

    def customer_segment_history(
        self, customer_id: Wanted = None, *, segment: Wanted = None, on: date | None = None
    ) -> pd.DataFrame:
        """Who was in which segment from when until when; with a day, as it was then."""
        where = conditions("customer_segment_history", {"customer_id": customer_id, "segment": segment})
        if on is not None:
            where.add("valid_from <= {}", on)
            where.add("(valid_to IS NULL OR valid_to > {})", on)
        return self.run(select("customer_segment_history", where))

    def products(
        self,
        stock_code: Wanted = None,
        *,
        category: Wanted = None,
        product_type: Wanted = None,
        contains: str = "",
        page: Page = _EVERYTHING,
    ) -> pd.DataFrame:
        """The products.

        Args:
            stock_code: code
            category: product category
            product_type: product type
            contains: only those whose code or description contains this, in capitals or not
            page: order, and how many rows

        """
        wanted = {"stock_code": stock_code, "category": category, "product_type": product_type}
        where = conditions("products", wanted)
        if contains:
            where.add("position(lower({}) IN lower(stock_code || ' ' || coalesce(description, ''))) > 0", contains)
        return self.run(select("products", where, (), page))

    def bundles(
        self,
        rank: Wanted = None,
        *,
        containing: str | None = None,
        size: Wanted = None,
        top: int | None = None,
        columns: Sequence[str] = (),
        page: Page = _EVERYTHING,
    ) -> pd.DataFrame:
        """The bundles, those with most money beyond chance first.

        Args:
            rank: place in the list
            containing: code of a product that is in the bundle, in any place
            size: 2 or 3 products
            top: only the first so many of all
            columns: names; all of them where none is given
            page: order, and how many rows

        """
        where = conditions("bundles", {"rank": rank, "size": size})
        if containing is not None:
            where.add("{} IN (stock_code_1, stock_code_2, stock_code_3)", containing)
        if top is not None:
            where.add("rank <= {}", top)
        return self.run(select("bundles", where, columns, page))

    if TYPE_CHECKING:

        def __getattr__(self, view: str) -> "ReadView":
            """One method for each view of the catalogue, made below."""


class ReadView(Protocol):
    """How the rows of a view are read."""

    def __call__(
        self,
        first: Wanted = None,
        *,
        top: int | None = None,
        columns: Sequence[str] = (),
        page: Page = _EVERYTHING,
        **wanted: Wanted,
    ) -> pd.DataFrame:
        """Its rows, filtered by any of its columns.

        Args:
            first: values of its first key, for segments of their names
            top: of ranked lists only the first so many of each
            columns: names; all of them where none is given
            page: order, and how many rows
            wanted: values by column

        """


def _reader(contract: type[Contract]) -> Callable[..., pd.DataFrame]:
    view, key = contract.table(), _first_key(contract)

    def read(
        self: Tables,
        first: Wanted = None,
        *,
        top: int | None = None,
        columns: Sequence[str] = (),
        page: Page = _EVERYTHING,
        **wanted: Wanted,
    ) -> pd.DataFrame:
        where = conditions(view, {key: first} | wanted if first is not None else wanted)
        if top is not None:
            where.add("rank <= {}", top)
        return self.run(select(view, where, columns, page))

    read.__name__, read.__qualname__, read.__doc__ = view, f"{Tables.__name__}.{view}", contract.summary()
    read.__signature__ = _signature(contract)  # type: ignore[attr-defined]
    return read


def _first_key(contract: type[Contract]) -> str:
    """The column that a value without a name is of; people name segments, they don't number them."""
    first = contract.key()[0]
    return "segment" if first == "segment_id" and "segment" in contract.column_names() else first


def _signature(contract: type[Contract]) -> Signature:
    """What `help` and editors show: the columns that rows can be filtered by."""
    first = _first_key(contract)
    others = [name for name in contract.column_names() if name != first]
    options = ["top", "columns", "page"] if "rank" in contract.column_names() else ["columns", "page"]
    return Signature(
        [
            Parameter("self", Parameter.POSITIONAL_ONLY),
            Parameter(first, Parameter.POSITIONAL_OR_KEYWORD, default=None),
            *(Parameter(name, Parameter.KEYWORD_ONLY, default=None) for name in (*others, *options)),
        ]
    )


for _contract in SHOWN:
    if _contract.table() not in vars(Tables):
        setattr(Tables, _contract.table(), _reader(_contract))
