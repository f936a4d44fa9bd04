"""Season and countries: when is bought, who comes again, what is different abroad."""

import pandas as pd
import streamlit as st

from segmentation_platform.app import address
from segmentation_platform.app.show import Name, chart, table
from segmentation_platform.app.snapshot_reader import SnapshotReader
from segmentation_platform.app.words import day
from segmentation_platform.contracts.insights import SEASON_KINDS
from segmentation_platform.reporting.charts.cohorts import retention
from segmentation_platform.reporting.charts.countries import countries_against_home
from segmentation_platform.reporting.charts.season import monthly_index
from segmentation_platform.reporting.charts.style import percent

_KINDS = {"all": "All sales", "buyers": "Customers or guests", "category": "Category", "region": "Region"}
_COUNTRIES = (
    "country",
    "is_home",
    "customers",
    "orders",
    "revenue",
    "revenue_share",
    "average_order_value",
    "revenue_per_customer",
    "customer_value_index",
    "home_overlap",
    "top_products",
)


def show(shop: SnapshotReader) -> None:
    """Put the page on the screen."""
    st.title("Season and countries")
    _season(shop)
    _starts(shop)
    chart(retention(shop.table("cohorts")), Name("cohorts", shop.as_of))
    _countries(shop)


def _season(shop: SnapshotReader) -> None:
    left, right = st.columns(2)
    with left:
        kind = address.select("Season of", "kind", SEASON_KINDS, shown=lambda name: _KINDS[name])
    rows = shop.table("seasonality", {"subject_kind": kind})
    subjects = sorted(rows["subject"].unique())
    if not subjects:
        st.info("Nothing is known of the season of these.")
        return
    with right:
        subject = address.select("Which", "subject", subjects, shown=str.capitalize) if kind != "all" else "all"
    chart(monthly_index(rows[rows["subject"] == subject]), Name("seasonality", shop.as_of, (kind, subject)))


def _starts(shop: SnapshotReader) -> None:
    st.header("When seasons start")
    rows = shop.table("seasonality", {"subject_kind": "category"})
    known = rows[rows["season_start"].notna()].sort_values(["subject", "period"])
    if known.empty:
        st.write("No category for an occasion has had a season that can be told from the other weeks.")
        return
    half_done = known[known["season_share"] >= 0.5].groupby("subject", as_index=False).first()
    for row in half_done.to_dict("records"):
        st.markdown(
            f"- **{row['subject']}**: from {day(row['season_start'])} to the busiest week every seven days sold "
            f"more than three ordinary weeks; {percent(row['season_share'])} of that season's sales known so far "
            f"were done by the end of {row['period']:%B %Y}."
        )
    columns = ["category", "period", "season_start", "season_share", "season_index", "index_low", "index_high"]
    with st.expander("Show the evidence, month by month"):
        evidence = known.rename(columns={"subject": "category"})[columns]
        table(evidence, Name("season_starts", shop.as_of))


def _countries(shop: SnapshotReader) -> None:
    rows = shop.table("countries").sort_values("revenue", ascending=False, ignore_index=True)
    chart(countries_against_home(rows), Name("countries_order_value", shop.as_of))
    st.header("Home against the rest")
    st.write(_against(rows))
    table(rows, Name("countries", shop.as_of), shown=_COUNTRIES)


def _against(rows: pd.DataFrame) -> str:
    home, abroad = rows[rows["is_home"]], rows[~rows["is_home"]]
    if home.empty or abroad.empty:
        return "All sales are in one country."
    first = home.iloc[0]
    customers = int(abroad["customers"].sum())
    worth = float(abroad["revenue"].sum()) / customers if customers else float("nan")
    overlap = abroad["home_overlap"].median()
    return (
        f"{first['country']} brings {percent(first['revenue_share'])} of revenue, the rest comes from {len(abroad)} "
        f"more. Revenue per known customer: {first['revenue_per_customer']:,.0f} at home, {worth:,.0f} abroad. In "
        f"half of the other countries at most {percent(overlap)} of the twenty top products are also home's."
    )
