"""What stands in a page's place when there is nothing to read: what to do, and another try by itself."""

import logging
import time

import streamlit as st

from segmentation_platform.app.snapshot_reader import connected, opened, stamp
from segmentation_platform.client import ClientError, NothingPublishedError, Snapshot

log = logging.getLogger(__name__)

_RETRY = "5s"
_LOOK = "10s"
_JUST_NOW = 5.0


def nothing_published(error: NothingPublishedError) -> None:
    """Say that there is nothing yet, and what to run."""
    log.warning("%s", error)
    st.title("Nothing is published yet")
    st.write("There are no segments to show until the platform has run once. Whoever runs it types:")
    st.code("segmentation-platform run", language=None)
    st.write("It prints what it makes and ends with the segments. This page looks again every few seconds.")
    _try_again()


def away(error: ClientError) -> None:
    """Say that nothing can be read just now, and what to check."""
    log.error("%s", error)
    st.title("The data can't be reached")
    st.write("Nothing is lost: what was published is still there once it can be read again. What was said:")
    st.code(str(error), language=None, wrap_lines=True)
    st.write(
        "To check: does the database run, does its address stand in `DATABASE_URL`, and does this machine reach it? "
        "`segmentation-platform doctor` looks at all of it. This page tries again every few seconds."
    )
    _try_again()


@st.fragment(run_every=_RETRY)
def _try_again() -> None:
    if is_readable():
        st.rerun()


def is_readable() -> bool:
    """Whether there is a snapshot to read by now."""
    try:
        with opened():
            return True
    except ClientError as error:
        log.info("Still not: %s", error)
        return False


@st.fragment(run_every=_LOOK)
def newer(shown: Snapshot, read_at: float) -> None:
    """Say so, once another snapshot than the one that is shown is served.

    Args:
        shown: that the page is made from
        read_at: when it was read, as `time.monotonic` tells it

    """
    if time.monotonic() - read_at < _JUST_NOW:
        return
    try:
        served = connected().snapshot()
    except ClientError as error:
        # Who is reading goes on reading; the next click says that the data is away.
        log.warning("%s", error)
        return
    if stamp(served) != stamp(shown):
        st.info(f"A newer snapshot is there, as of {served.as_of}.", icon=":material/update:")
        if st.button("Show it"):
            st.rerun()
