"""Links from one page to another, with what is to be shown there."""

from collections.abc import Mapping

import streamlit as st
from streamlit.navigation.page import Page

_KEY = "pages"


def remember(pages: Mapping[str, Page]) -> None:
    """Keep the pages of this reader by the names in their addresses."""
    st.session_state[_KEY] = dict(pages)


def link(page: str, label: str, **wanted: str) -> None:
    """A link to a page.

    Args:
        page: its name in the address
        label: what the link says
        wanted: what is chosen there

    """
    st.page_link(st.session_state[_KEY][page], label=label, icon=":material/arrow_forward:", query_params=wanted)
