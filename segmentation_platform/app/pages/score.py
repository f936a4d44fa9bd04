"""Score: the segment of somebody who need not be in the ledger, and what to offer."""

import streamlit as st

from segmentation_platform.app.pages import score_basket, score_file
from segmentation_platform.app.snapshot_reader import SnapshotReader


def show(shop: SnapshotReader) -> None:
    """Put the page on the screen."""
    st.title("Score")
    st.write("The segment of anybody, and what to offer, from what was bought. Nothing that you enter is kept.")
    basket, file = st.tabs(["A basket", "A file"])
    with basket:
        score_basket.show(shop)
    with file:
        score_file.show(shop)
