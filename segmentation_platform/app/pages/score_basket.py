"""The form for one basket; what was scored stands in the address."""

import streamlit as st

from segmentation_platform.app import address
from segmentation_platform.app.basket import Line, from_address, purchases, to_address
from segmentation_platform.app.show import Name, lists_of, table
from segmentation_platform.app.snapshot_reader import SnapshotReader
from segmentation_platform.app.words import counted, money, plain
from segmentation_platform.client import ScoredCustomer
from segmentation_platform.contracts.recommendations import CUSTOMER_LISTS

_BASKET, _COUNTRY = "basket", "country"
_COUNT = "basket:lines"
_LINES = 3
_UNKNOWN = "Not known"
_FIELDS = (("product", "Product code", "85123A"), ("quantity", "Quantity", "1"))
_MORE = (("price", "Price of one", "the usual one"), ("bought_on", "Date", "2011-12-01"))
_SHOWN = ("rank", "stock_code", "description", "category", "product_type", "reason")


def show(shop: SnapshotReader) -> None:
    """The form, and what it says of the basket in the address."""
    scored = from_address(st.query_params.get(_BASKET, ""))
    _begin(scored)
    with st.form("basket", border=False):
        lines = [_line(row) for row in range(1, st.session_state[_COUNT] + 1)]
        country = _country(shop)
        with st.container(horizontal=True):
            wants_score = st.form_submit_button("Score", type="primary")
            wants_more = st.form_submit_button("Add a row", icon=":material/add:")
    if wants_more:
        st.session_state[_COUNT] += 1
        st.rerun()
    if wants_score:
        _submit(lines, country)
        scored = from_address(st.query_params.get(_BASKET, ""))
    if scored:
        _result(shop, scored, st.query_params.get(_COUNTRY, ""))


def _begin(scored: list[Line]) -> None:
    if _COUNT in st.session_state and f"{_BASKET}:1:product" in st.session_state:
        return
    st.session_state[_COUNT] = max(_LINES, len(scored))
    for row, line in enumerate(scored, 1):
        for name, _, _ in (*_FIELDS, *_MORE):
            st.session_state[_key(row, name)] = getattr(line, name)


def _line(row: int) -> Line:
    places = st.columns([2, 1, 1, 1])
    typed = {
        name: place.text_input(f"{label}, row {row}", key=_key(row, name), placeholder=example, max_chars=60)
        for place, (name, label, example) in zip(places, (*_FIELDS, *_MORE), strict=True)
    }
    return Line(**{name: value or "" for name, value in typed.items()})


def _country(shop: SnapshotReader) -> str:
    countries = [_UNKNOWN, *shop.table("countries", columns=("country",))["country"]]
    named = address.chosen(_COUNTRY, countries, _UNKNOWN)
    chosen = st.selectbox("Country", countries, index=countries.index(named))
    return "" if chosen == _UNKNOWN else chosen


def _submit(lines: list[Line], country: str) -> None:
    _, problems = purchases(lines)
    for problem in problems:
        st.error(plain(problem))
    address.choose(_BASKET, "" if problems else to_address(lines))
    address.choose(_COUNTRY, country)


def _result(shop: SnapshotReader, lines: list[Line], country: str) -> None:
    bought, problems = purchases(lines)
    if problems:
        # A link that somebody wrote by hand.
        st.error("\n\n".join(map(plain, problems)))
        return
    scored = shop.client.score(bought, country=country)
    st.header(scored.segment)
    st.write(f"{scored.description}. {scored.next_step}.")
    spent = f"{counted(scored.frequency, 'order')}, {money(scored.monetary)} spent"
    st.caption(
        f"{spent}, last {counted(scored.recency_days, 'day')} ago; margin {scored.margin:.2f}; {_where(scored)}"
    )
    if scored.unknown:
        st.warning(
            f"Not in the ledger: {plain(', '.join(scored.unknown))}. Such a product counts as bought, and as money "
            "only where its price is given. Look it up under Products if it is a slip."
        )
    _offers(shop, scored, tuple(line.product for line in lines))


def _where(scored: ScoredCustomer) -> str:
    return "all regions" if scored.region == "all" else scored.region


def _offers(shop: SnapshotReader, scored: ScoredCustomer, codes: tuple[str, ...]) -> None:
    lists = lists_of(scored.products, CUSTOMER_LISTS)
    if not lists:
        st.info("There is nothing to offer: none of these products is known.")
    for words, rows in lists.items():
        st.header(words)
        name = Name("scored_basket", shop.as_of, (*codes[:3], scored.region, rows["list"].iloc[0]))
        table(rows.assign(segment=scored.segment), name, shown=_SHOWN)


def _key(row: int, name: str) -> str:
    return f"{_BASKET}:{row}:{name}"
