"""`Shop`: what a page reads, all of it of one snapshot, and read once for all readers."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from segmentation_platform.client import Client, Customer, Page, Snapshot
from segmentation_platform.client.query import Wanted
from segmentation_platform.settings import load_settings

log = logging.getLogger(__name__)

_HABITS = ("segment", "recency_days", "frequency", "monetary", "average_order_value")
_EVERYTHING = Page()


@dataclass(frozen=True)
class SnapshotReader:
    """One snapshot, open for reading.

    What is read is kept until another snapshot is served, and shared by all readers: never change a frame in place.

    Attributes:
        client: that stays with the snapshot
        snapshot: that is served

    """

    client: Client
    snapshot: Snapshot

    @property
    def as_of(self) -> date:
        """The reporting date."""
        return self.snapshot.as_of

    def table(
        self,
        view: str,
        wanted: Mapping[str, Wanted] | None = None,
        *,
        columns: Sequence[str] = (),
        page: Page = _EVERYTHING,
    ) -> pd.DataFrame:
        """Rows of a view, as `Client.table` gives them."""
        asked = tuple(sorted((wanted or {}).items()))
        return _table(self.client, stamp(self.snapshot), view, asked, tuple(columns), page)

    def segments(self) -> pd.DataFrame:
        """The segments, highest worth first."""
        return self.table("segments", page=Page(order_by=("rank",)))

    def segments_so_far(self) -> pd.DataFrame:
        """The segments in all snapshots of this ledger up to this one, with `snapshot_id` and `as_of`."""
        return _segments_so_far(self.client, stamp(self.snapshot))

    def who_left(self, segment: str) -> pd.DataFrame:
        """Customers who left a segment at their last change: how many, and what they spent, by where and when to."""
        return _who_left(self.client, stamp(self.snapshot), segment)

    def colors(self) -> dict[str, str]:
        """The colour of every segment, highest worth first."""
        return dict(self.segments().set_index("segment")["color"])

    def customer(self, customer_id: str) -> Customer:
        """All there is about one customer.

        Raises:
            ScoringError: when there is none of that number.

        """
        return _customer(self.client, stamp(self.snapshot), customer_id)

    def audience_sizes(self, segment: str) -> pd.DataFrame:
        """How many of a segment are in each campaign, and how many of these are held out."""
        return _audience_sizes(self.client, stamp(self.snapshot), segment)

    def habits(self) -> pd.DataFrame:
        """What customers are compared by."""
        return self.table("customer_segments", columns=_HABITS)


@contextmanager
def opened() -> Iterator[SnapshotReader]:
    """Open the served snapshot for one view of a page.

    Raises:
        ClientError: when nothing is published, or nothing can be read.

    """
    with connected().pinned() as client:
        yield SnapshotReader(client, client.snapshot())


@st.cache_resource(show_spinner=False)
def connected() -> Client:
    """The client that all readers share, by the settings.

    Raises:
        ClientError: when there is no database, or no folder.

    """
    folder = load_settings().app.folder
    return Client(folder=folder) if folder else Client()


def stamp(snapshot: Snapshot) -> str:
    """What tells a snapshot from any other."""
    return f"{snapshot.snapshot_id} {snapshot.published_at.isoformat()} {snapshot.run_id}"


@st.cache_resource(show_spinner=False, max_entries=256, ttl="12h")
def _table(
    _client: Client,
    snapshot: str,
    view: str,
    wanted: tuple[tuple[str, Wanted], ...],
    columns: tuple[str, ...],
    page: Page,
) -> pd.DataFrame:
    log.debug("%s of snapshot %s", view, snapshot)
    return _client.table(view, dict(wanted), columns=columns, page=page)


@st.cache_resource(show_spinner=False, max_entries=64, ttl="12h")
def _customer(_client: Client, snapshot: str, customer_id: str) -> Customer:
    log.debug("a customer of snapshot %s", snapshot)
    return _client.customer(customer_id)


@st.cache_resource(show_spinner=False, max_entries=64, ttl="12h")
def _audience_sizes(_client: Client, snapshot: str, segment: str) -> pd.DataFrame:
    log.debug("audiences of snapshot %s", snapshot)
    return _client.count_audiences("campaign", segment=segment)


@st.cache_resource(show_spinner=False, max_entries=64, ttl="12h")
def _who_left(_client: Client, snapshot: str, segment: str) -> pd.DataFrame:
    log.debug("who left a segment of snapshot %s", snapshot)
    return _client.count_customers(("segment", "changed_on"), previous_segment=segment)


@st.cache_resource(show_spinner=False, max_entries=4, ttl="12h")
def _segments_so_far(_client: Client, snapshot: str) -> pd.DataFrame:
    log.debug("segments up to snapshot %s", snapshot)
    return _client.history("segments", snapshot_id=_client.snapshots_so_far()["snapshot_id"].tolist())
