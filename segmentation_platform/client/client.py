"""`Client`: the published snapshot, for programs and notebooks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from segmentation_platform.client.errors import ClientError
from segmentation_platform.client.export import export
from segmentation_platform.client.manifest import ExportedFile, Manifest
from segmentation_platform.client.query import Page, Query, Wanted, conditions, grouped, number_column, select
from segmentation_platform.client.reports import read_report
from segmentation_platform.client.sources import (
    FolderSource,
    PostgresSource,
    Reading,
    Source,
    default_source,
    read,
    read_snapshot,
)
from segmentation_platform.client.tables import Tables
from segmentation_platform.contracts import EVERYWHERE, SegmentRecommendations
from segmentation_platform.contracts.snapshot_record import Snapshot
from segmentation_platform.recommendations.errors import ScoringError
from segmentation_platform.scoring import (
    NEEDED,
    CustomerScorer,
    Purchase,
    ScoredCustomer,
    read_models,
    read_scorer,
    scored_at_night,
)

Bought: TypeAlias = Iterable[Purchase | str]
"""Purchases, or codes of products of one order of today."""

_FIGURES = {
    "customers": "count(*)",
    "revenue": "sum(monetary)::float8",
    "recency_days_mean": "avg(recency_days)::float8",
    "frequency_mean": "avg(frequency)::float8",
    "monetary_mean": "avg(monetary)::float8",
}
_QUANTILES = {"low": 0.05, "quarter": 0.25, "median": 0.5, "three_quarters": 0.75, "high": 0.95}


@dataclass(frozen=True)
class Customer:
    """All there is about one customer.

    Attributes:
        facts: the row of `customer_segments`
        history: rows of `customer_segment_history`
        recommendations: rows of `customer_recommendations`

    """

    facts: Mapping[str, Any]
    history: pd.DataFrame
    recommendations: pd.DataFrame


class Client(Tables):
    """Reads the published snapshot, whole: all that one call reads is of one snapshot.

    Args:
        url: of a Postgres database, for a role that may read `serving`; without it the database that the command
            line works on, DATABASE_URL's or the embedded one
        folder: that `segmentation-platform export` wrote, in place of a database

    Raises:
        ClientError: when there is no such database or folder.

    Examples:
        >>> client = Client()  # doctest: +SKIP
        >>> client.segment_recommendations("Champions", region="all", taste="all", list="popular", top=5)
        ... # doctest: +SKIP

    """

    def __init__(self, url: str | None = None, *, folder: Path | str | None = None) -> None:
        if url and folder:
            raise ClientError("Name a database or a folder, not both.")
        self._source: Source = _source(url, folder)
        self._scorer: tuple[Snapshot, CustomerScorer] | None = None

    def run(self, query: Query) -> pd.DataFrame:
        """The rows of a query."""
        with self._source.reading() as reading:
            return read(reading, query)

    @contextmanager
    def pinned(self) -> Iterator["Client"]:
        """A client that stays with the snapshot that is served now, for reads that belong together.

        It is for one thread, and for the length of the block; meanwhile others may be published.
        """
        with self._source.reading() as reading:
            client = Client.__new__(Client)
            client._source, client._scorer = _Pinned(reading), self._scorer
            yield client
            self._scorer = client._scorer

    def snapshot(self) -> Snapshot:
        """The snapshot that is served: number, reporting date, checks, what to keep in mind."""
        with self._source.reading() as reading:
            return read_snapshot(reading)

    def report(self, snapshot_id: int | None = None) -> str:
        """The nightly report as one HTML page.

        Args:
            snapshot_id: of which snapshot; without it of the one that is served. A folder holds the report of its own

        Raises:
            ClientError: when there is none.

        """
        with self._source.reading() as reading:
            return read_report(reading, snapshot_id)

    def customer(self, customer_id: str) -> Customer:
        """All there is about one customer.

        Raises:
            ScoringError: when the customer is in no segment.

        """
        with self.pinned() as client:
            facts = client.customer_segments(customer_id=customer_id).to_dict("records")
            if not facts:
                raise ScoringError(
                    f"Customer {customer_id} has bought nothing before {client.snapshot().as_of}, or kept nothing "
                    "of it. Score what somebody buys with --basket, for instance --basket 85123A,71053."
                )
            named = {str(name): None if pd.isna(value) else value for name, value in facts[0].items()}
            return Customer(
                named, client.customer_segment_history(customer_id), client.customer_recommendations(customer_id)
            )

    def count_customers(self, by: str | Sequence[str] = "segment", **wanted: Wanted) -> pd.DataFrame:
        """Customers, their revenue and mean habits by any columns of `customer_segments`, counted by the database.

        Args:
            by: columns, such as `("segment", "region")` or `("r_score", "f_score")`
            wanted: values by column, such as `segment="Champions"`

        Returns:
            The columns of `by`, `customers`, `revenue`, `recency_days_mean`, `frequency_mean` and `monetary_mean`,
            ordered by the first ones.

        """
        names = [by] if isinstance(by, str) else list(by)
        where = conditions("customer_segments", wanted)
        return self.run(grouped("customer_segments", names, _FIGURES, where))

    def count_audiences(self, by: str | Sequence[str] = "campaign", **wanted: Wanted) -> pd.DataFrame:
        """Customers in campaigns by any columns of `campaign_audiences`, counted by the database.

        Args:
            by: columns, such as `("campaign", "segment")`
            wanted: values by column, such as `segment="Champions"`

        Returns:
            The columns of `by`, `customers` and `held_out`, ordered by the first ones.

        """
        names = [by] if isinstance(by, str) else list(by)
        figures = {"customers": "count(*)", "held_out": "count(*) FILTER (WHERE is_holdout)"}
        return self.run(grouped("campaign_audiences", names, figures, conditions("campaign_audiences", wanted)))

    def spread(self, column: str, by: str | Sequence[str] = "segment", **wanted: Wanted) -> pd.DataFrame:
        """How a number of `customer_segments` is spread, computed by the database.

        Returns:
            The columns of `by`, `customers`, and the quantiles .05, .25, .5, .75 and .95 as `low`, `quarter`,
            `median`, `three_quarters` and `high`.

        """
        number = number_column("customer_segments", column)
        quantiles = {
            name: f"percentile_cont({share}) WITHIN GROUP (ORDER BY {number})::float8"
            for name, share in _QUANTILES.items()
        }
        names = [by] if isinstance(by, str) else list(by)
        figures = {"customers": "count(*)", **quantiles}
        return self.run(grouped("customer_segments", names, figures, conditions("customer_segments", wanted)))

    def find_customers(self, begins: str, limit: int = 20) -> pd.DataFrame:
        """The customers whose number begins so: `customer_id`, `segment` and `country`."""
        where = conditions("customer_segments", {})
        where.add("starts_with(customer_id, {})", begins)
        columns = ("customer_id", "segment", "country")
        return self.run(select("customer_segments", where, columns, Page(limit=limit)))

    def score(self, purchases: Bought, *, region: str = "", country: str = "") -> ScoredCustomer:
        """Segment and products for anybody, from what was bought.

        Args:
            purchases: at least one
            region: as in `customer_segments`; without it that of the country, or all regions
            country: of the buyer, as it may be written

        Raises:
            ScoringError: when nothing was bought.

        """
        if region and country:
            raise ClientError("Name a region or a country, not both.")
        scorer = self.scorer()
        return scorer.score_purchases(_purchases(purchases), region or scorer.region_of(country))

    def score_many(self, customers: Mapping[str, tuple[Bought, str]]) -> dict[str, ScoredCustomer]:
        """The same for many customers, each given by purchases and region ("" for all).

        Raises:
            ScoringError: when one of them bought nothing.

        """
        asked = [(_purchases(bought), region or EVERYWHERE) for bought, region in customers.values()]
        return dict(zip(customers, self.scorer().score_all(asked), strict=True))

    def score_customer(self, customer_id: str) -> ScoredCustomer:
        """What the night said of a customer of the ledger, in the form of `score`.

        Raises:
            ScoringError: when the customer is in no segment.

        """
        with self.pinned() as client:
            known = client.customer(customer_id)
            fitted, _ = read_models(client.models())
        return scored_at_night(known.facts, known.recommendations, fitted)

    def scorer(self) -> CustomerScorer:
        """The scorer of the served snapshot; read once, and again when another is served.

        Raises:
            ScoringError: when the snapshot was published without what scoring needs.

        """
        with self.pinned() as client:
            snapshot = client.snapshot()
            if self._scorer is None or self._scorer[0] != snapshot:
                client._scorer = snapshot, read_scorer(client._parts(), snapshot.as_of)
        assert self._scorer is not None  # noqa: S101 - the block has left it there
        return self._scorer[1]

    def export(
        self, folder: Path | str, *, overwrite: bool = False, tell: Callable[[ExportedFile], None] | None = None
    ) -> Manifest:
        """Write the served snapshot to a folder, whole or not at all, for those who have no database.

        Args:
            folder: where to; made if it is not there
            overwrite: take the place of an earlier export
            tell: is called with every file that was written

        Raises:
            ClientError: when the folder holds something else, or an export that may not be overwritten.

        """
        with self._source.reading() as reading:
            return export(reading, Path(folder).expanduser(), overwrite=overwrite, tell=tell)

    def _parts(self) -> dict[str, pd.DataFrame]:
        rising: dict[str, Wanted] = {"region": EVERYWHERE, "taste": EVERYWHERE, "list": "rising"}
        return {
            contract.table(): self.table(contract.table(), rising if contract is SegmentRecommendations else None)
            for contract in NEEDED
        }


class _Pinned:
    """A source that is open already."""

    def __init__(self, opened: Reading) -> None:
        self._opened = opened

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        yield self._opened


def _source(url: str | None, folder: Path | str | None) -> Source:
    if folder is not None:
        return FolderSource(Path(folder).expanduser())
    return PostgresSource(url) if url else default_source()


def _purchases(bought: Bought) -> list[Purchase]:
    given = [bought] if isinstance(bought, str) else bought
    return [Purchase(each) if isinstance(each, str) else each for each in given]
