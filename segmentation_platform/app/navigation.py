"""The frame around every page: navigation, what is shown of which day, and what to do when nothing can be read."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import Page

from segmentation_platform.app import links, notices, theme
from segmentation_platform.app.pages import (
    cancellations,
    customer,
    movement,
    products,
    quality,
    score,
    season,
    segment,
    today,
)
from segmentation_platform.app.snapshot_reader import SnapshotReader, opened
from segmentation_platform.app.words import state
from segmentation_platform.client import ClientError, NothingPublishedError


@dataclass(frozen=True)
class Entry:
    """A page.

    Attributes:
        path: its name in the address
        title: its name in the navigation
        show: puts it on the screen

    """

    path: str
    title: str
    show: Callable[[SnapshotReader], None]


ENTRIES = (
    Entry("today", "Today", today.show),
    Entry("segment", "Segment", segment.show),
    Entry("movement", "Movement", movement.show),
    Entry("customer", "Customer", customer.show),
    Entry("score", "Score", score.show),
    Entry("products", "Products", products.show),
    Entry("season", "Season and countries", season.show),
    Entry("cancellations", "Cancellations", cancellations.show),
    Entry("quality", "Quality", quality.show),
)
"""All pages, in the order of the navigation; the first is where the app opens."""


def run() -> None:
    """Show the page that the address names."""
    st.set_page_config("Customer segments", theme.ICON, layout="wide")
    st.html(theme.STYLE)
    pages = {entry.path: _page(entry) for entry in ENTRIES}
    links.remember(pages)
    start = st.Page(_start, title="Start", default=True, visibility="hidden")
    st.navigation([start, *pages.values()], position="top").run()
    _settle()


@st.cache_resource(show_spinner=False)
def _settle() -> None:
    """Once, after the first view: set aside what has been loaded by then.

    Streamlit looks for garbage after every view, through everything; what was imported never becomes any.
    """
    gc.collect()
    gc.freeze()


def _start() -> None:
    # Streamlit knows its default page by no other address than /, and the first page is to have its own.
    first = next(iter(st.session_state["pages"].values()))
    st.switch_page(first, query_params=st.query_params.to_dict())


def _page(entry: Entry) -> Page:
    def show() -> None:
        try:
            with opened() as shop:
                st.caption(state(shop.snapshot))
                notices.newer(shop.snapshot, time.monotonic())
                if shop.snapshot.data_note:
                    st.warning(shop.snapshot.data_note, icon=":material/info:")
                entry.show(shop)
        except NothingPublishedError as error:
            notices.nothing_published(error)
        except ClientError as error:
            notices.away(error)

    return st.Page(show, title=entry.title, url_path=entry.path)
