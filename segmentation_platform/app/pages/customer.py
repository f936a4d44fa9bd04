"""Customer: who it is, what it is worth among others, what to offer it."""

import pandas as pd
import streamlit as st

from segmentation_platform.app import address, links
from segmentation_platform.app.campaigns import campaigns_of_customer
from segmentation_platform.app.percentiles import standing
from segmentation_platform.app.show import Name, chart, lists_of, numbers, segment_badge, table
from segmentation_platform.app.snapshot_reader import SnapshotReader
from segmentation_platform.app.words import counted, day, money, plain
from segmentation_platform.client import Customer
from segmentation_platform.contracts.recommendations import CUSTOMER_LISTS
from segmentation_platform.recommendations.errors import ScoringError
from segmentation_platform.reporting.charts.customers import customer_standing

_MATCHES = 20
_SHOWN = ("rank", "stock_code", "description", "category", "product_type", "reason")


def show(shop: SnapshotReader) -> None:
    """Put the page on the screen."""
    st.title("Customer")
    asked = address.search(
        "Customer number", "customer", placeholder="for instance 12347", help_text="The first digits are enough."
    )
    if not asked:
        st.write("Type a customer number, or its first digits, to see the segment, the standing and what to offer.")
        return
    try:
        found = shop.customer(asked)
    except ScoringError:
        _matches(shop, asked)
        return
    _customer(shop, found)


def _matches(shop: SnapshotReader, begins: str) -> None:
    matches = shop.client.find_customers(begins, limit=_MATCHES + 1)
    if matches.empty:
        st.warning(
            f"No customer's number begins with “{plain(begins)}”. Who has bought nothing, or kept nothing of it, "
            "is in no segment; what such a customer buys can be scored."
        )
        links.link("score", "Score a basket")
        return
    more = len(matches) > _MATCHES
    st.write(
        f"{'More than ' if more else ''}{counted(min(len(matches), _MATCHES), 'customer')} begin so. Choose one:"
    )
    with st.container(horizontal=True):
        for row in matches.head(_MATCHES).to_dict("records"):
            number = str(row["customer_id"])
            st.button(
                number, key=f"match:{number}", on_click=address.choose, args=("customer", number), help=row["segment"]
            )


def _customer(shop: SnapshotReader, found: Customer) -> None:
    facts = found.facts
    number, segment = str(facts["customer_id"]), str(facts["segment"])
    color = shop.colors()[segment]
    st.header(f"Customer {number}")
    segment_badge(segment, color)
    st.write(_since(found))
    numbers(
        {
            "Last order": f"{counted(facts['recency_days'], 'day')} ago",
            "Orders": f"{facts['frequency']:,}",
            "Spent": money(facts["monetary"]),
            "Per order": money(facts["average_order_value"]),
        }
    )
    st.info(f"**Next step.** {facts['next_step']}.", icon=":material/trending_up:")
    st.caption(_margin(facts["margin"], segment))
    links.link("segment", f"All about {segment}", segment=segment)
    drawn = customer_standing(standing(facts, shop.habits()), segment, color)
    chart(drawn, Name("customer_standing", shop.as_of, (number,)))
    _offers(shop, found)
    campaigns_of_customer(shop, number)
    _history(shop, found)


def _since(found: Customer) -> str:
    facts = found.facts
    where = (
        f"{facts['country']}, buys mostly {facts['taste']}" if facts["taste"] != "Mixed" else f"{facts['country']}"
    )
    wholesale = ", in wholesale quantities" if facts["is_wholesale"] else ""
    first = f"First order on {day(pd.Timestamp(facts['first_purchase']))}."
    if facts["changed_on"] is None or facts["previous_segment"] is None:
        return f"{where}{wholesale}. {first}"
    since = day(pd.Timestamp(facts["changed_on"]))
    return f"{where}{wholesale}. {first} In this segment since {since}, before in {facts['previous_segment']}."


def _margin(margin: float, segment: str) -> str:
    how = "close to the border of" if margin < 0.2 else "well within" if margin > 0.6 else "within"
    return f"{how.capitalize()} {segment} (margin {margin:.2f}: 0 on the border, 1 at the centre)."


def _offers(shop: SnapshotReader, found: Customer) -> None:
    st.header("What to offer")
    number = str(found.facts["customer_id"])
    lists = lists_of(found.recommendations, CUSTOMER_LISTS)
    if not lists:
        st.info("There is nothing to offer this customer: too little is known of what it buys.")
        return
    for tab, rows in zip(st.tabs(list(lists)), lists.values(), strict=True):
        with tab:
            table(rows, Name("customer_recommendations", shop.as_of, (number, rows["list"].iloc[0])), shown=_SHOWN)


def _history(shop: SnapshotReader, found: Customer) -> None:
    st.header("Segments so far")
    rows = found.history.sort_values("valid_from", ascending=False, ignore_index=True)
    st.write(f"{counted(len(rows) - 1, 'move')} between segments so far.")
    name = Name("customer_segment_history", shop.as_of, (str(found.facts["customer_id"]),))
    table(rows, name, shown=("segment", "valid_from", "valid_to"))
