"""Widgets whose values stand in the address, so that every view can be shared, bookmarked and gone back to.

The address is the only place that knows the values: what is not there has its default. Streamlit's own binding lets
what a reader chose before win over the link that was followed, and does not write what is set by a click on a chart.
"""

from collections.abc import Callable, Sequence

import streamlit as st

ANY = "all"
"""Chooses nothing: all rows are wanted."""


def chosen(name: str, options: Sequence[str], default: str) -> str:
    """The value in the address if it is one of the options, else the default."""
    value = st.query_params.get(name, default)
    return value if value in options else default


def choose(name: str, value: str) -> None:
    """Put a value into the address; an empty one is taken out."""
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def select(
    label: str, name: str, options: Sequence[str], *, default: str = "", shown: Callable[[str], str] = str
) -> str:
    """A box with options, of which one is chosen.

    Args:
        label: above the box
        name: in the address
        options: at least one
        default: what is chosen unless the address says something else; the first option if it is none
        shown: how an option is shown

    """
    first = default if default in options else options[0]
    key = _set(name, chosen(name, options, first))
    return st.selectbox(label, options, key=key, format_func=shown, on_change=_keep, args=(name, key))


def select_or_all(label: str, name: str, options: Sequence[str]) -> str:
    """The same, where all may be wanted."""
    found = [ANY, *(option for option in options if option != ANY)]
    return select(label, name, found, shown=lambda option: "All" if option == ANY else option)


def pills(label: str, name: str, options: Sequence[str]) -> str:
    """A row of options, of which one is chosen, or with "" none."""
    key = _set(name, chosen(name, options, "") or None)
    return st.pills(label, options, key=key, on_change=_keep, args=(name, key)) or ""


def search(label: str, name: str, *, placeholder: str = "", help_text: str | None = None) -> str:
    """A line of text, trimmed; it is taken while somebody types."""
    key = _set(name, st.query_params.get(name, ""))
    typed = st.text_input(
        label,
        key=key,
        max_chars=80,
        placeholder=placeholder,
        help=help_text,
        live="400ms",
        on_change=_keep,
        args=(name, key),
    )
    return (typed or "").strip()


def _set(name: str, value: str | None) -> str:
    key = f"address:{name}"
    # Only what differs: else what is being typed would be put back to what the page was made with.
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return key


def _keep(name: str, key: str) -> None:
    choose(name, st.session_state[key] or "")
