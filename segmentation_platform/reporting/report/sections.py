"""The parts of the report between its beginning and its method, in the order in which they are told."""

from collections.abc import Mapping

import pandas as pd

from segmentation_platform.contracts import EVERYWHERE
from segmentation_platform.contracts.agreement import NO_PRODUCTS
from segmentation_platform.contracts.recommendations import LISTS
from segmentation_platform.reporting.charts.cancellations import cancellations_by_month, most_cancelled
from segmentation_platform.reporting.charts.cohorts import retention
from segmentation_platform.reporting.charts.countries import countries_against_home
from segmentation_platform.reporting.charts.movement import movement_sankey
from segmentation_platform.reporting.charts.quality import backtest_forest, drift, model_choice
from segmentation_platform.reporting.charts.season import monthly_index
from segmentation_platform.reporting.charts.segments import customers_and_revenue, segment_sizes, segments_over_time
from segmentation_platform.reporting.charts.style import count, figures, listed, month, percent
from segmentation_platform.reporting.report.section import Section, Table
from segmentation_platform.segments.rules import SegmentationRules

Frames = Mapping[str, pd.DataFrame]

_FIRST_OF_LIST = {"signature": 5, "rising": 3, "popular": 3}
_TWO_YEARS = 24
_NEARLY_ALL = 0.95
_SEASON_RULE = (
    "When the last season of each occasion began: from that day to its busiest week every seven days sold more than "
    "three ordinary weeks."
)
_METRIC = "ndcg@10"


def segments(tables: Frames) -> Section:
    """How large the segments are, what they bring, what they are like."""
    profiles = tables["segments"].sort_values("rank")
    charts = [segment_sizes(profiles), customers_and_revenue(profiles)]
    if tables["segments_history"]["as_of"].nunique() > 1:
        charts.append(segments_over_time(tables["segments_history"]))
    columns = {
        "segment": "Segment",
        "customers": "Customers",
        "recency_days_median": "Days since last purchase",
        "frequency_median": "Orders",
        "monetary_median": "Money spent",
        "stability": "Stability",
    }
    habits = Table(
        "What the segments are like; days, orders and money are medians, stability is the mean bootstrap Jaccard",
        profiles[list(columns)].rename(columns=columns),
    )
    sentences = tuple(f"{row['segment']}: {row['description']}" for _, row in profiles.iterrows())
    return Section("segments", "Segments", points=sentences, charts=tuple(charts), tables=(habits,))


def movement(tables: Frames) -> Section:
    """Who went where in the last whole month and in the one that is not over, and who comes back."""
    moves, profiles = tables["segment_moves"], tables["segments"].sort_values("rank")
    colors = dict(zip(profiles["segment"], profiles["color"], strict=True))
    periods = sorted(moves["period"].unique())[-2:]
    charts = [movement_sankey(moves, pd.Timestamp(period), colors) for period in reversed(periods)]
    nothing_known = () if charts else ("No month has been looked at from its beginning to its end yet.",)
    return Section("movement", "Movement", nothing_known, charts=(*charts, retention(tables["cohorts"])))


def recommendations(tables: Frames) -> Section:
    """The first products of each segment's lists, over all regions and tastes."""
    lists = tables["segment_recommendations"]
    if lists.empty:
        return Section("recommendations", "Recommendations", (NO_PRODUCTS,))
    everywhere = lists[(lists["region"] == EVERYWHERE) & (lists["taste"] == EVERYWHERE)]
    shown = tuple(
        Table(str(profile["segment"]), _products(everywhere, profile), str(profile["color"]))
        for _, profile in tables["segments"].sort_values("rank").iterrows()
    )
    words = (
        "What to offer to each segment. Signature: sets the segment apart, by the lower end of the interval of its "
        "lift. Rising: bought more than usual lately. Popular: bought most lately. Lists by region, by taste and for "
        "each customer are in the tables.",
    )
    return Section("recommendations", "Recommendations", words, tables=(*shown, *_bundles(tables["bundles"])))


def season(tables: Frames) -> Section:
    """When the occasions of last year began, and how far each month stands above the quiet ones."""
    months = tables["seasonality"]
    started = months[months["season_start"].notna()]
    everything = months[months["subject_kind"] == EVERYWHERE]
    charts = [monthly_index(everything)]
    charts += [
        monthly_index(months[(months["subject_kind"] == "buyers") & (months["subject"] == who)])
        for who in ("customers", "guests")
        if months.loc[months["subject"] == who, "season_index"].notna().any()
    ]
    points = tuple(_season_said(str(subject), rows) for subject, rows in started.groupby("subject"))
    words = (_SEASON_RULE,) if points else ()
    years = everything["period"].dt.year.nunique()
    caution = f"The ledger has {len(everything)} months in {years} calendar years: a season seen once may not return."
    told = (caution, *words) if len(everything) < _TWO_YEARS else words
    return Section("season", "Season", told, points, charts=tuple(charts))


def _season_said(subject: str, rows: pd.DataFrame) -> str:
    start = rows["season_start"].iloc[0]
    since = rows[rows["season_share"].notna() & (rows["period"] >= start.replace(day=1))].sort_values("period")
    # What comes after the season is nearly all done says no more.
    told = since[since["season_share"].shift(fill_value=0.0) < _NEARLY_ALL]
    shares = [f"{percent(row['season_share'])} by the end of {month(row['period'])}" for _, row in told.iterrows()]
    done = f"; of its sales that are known so far, done: {listed(shares)}" if shares else ""
    return f"{subject}: began on {start:%Y-%m-%d}{done}."


def _products(lists: pd.DataFrame, profile: pd.Series) -> pd.DataFrame:
    mine = lists[lists["segment_id"] == profile["segment_id"]]
    first = mine[mine["rank"] <= mine["list"].map(_FIRST_OF_LIST).astype("int64")]
    order = first["list"].map({name: place for place, name in enumerate(LISTS)}).astype("int64")
    ordered = first.assign(order=order).sort_values(["order", "rank"])
    named = ordered["description"].fillna(ordered["stock_code"])
    return pd.DataFrame({"List": ordered["list"].str.capitalize(), "Product": named, "Why": ordered["reason"]})


def _bundles(bundles: pd.DataFrame) -> tuple[Table, ...]:
    """The first bundles; nothing where there are none."""
    columns = {
        "reason": "Bundle",
        "baskets": "Invoices",
        "lift_low": "Lift, from",
        "lift_high": "to",
        "revenue": "Revenue",
        "revenue_beyond_chance": "Beyond chance",
    }
    first = bundles.sort_values("rank")[list(columns)].rename(columns=columns)
    caption = "Bought together more than by chance, by the money beyond it; intervals of the lift are 95 %"
    return (Table(caption, first),) if len(first) else ()


def campaigns(tables: Frames) -> Section:
    """What is planned for whom, and how many are held out to compare with."""
    planned = tables["campaigns"]
    columns = {
        "title": "Campaign",
        "channel": "Channel",
        "starts_on": "From",
        "ends_on": "To",
        "customers": "Customers",
        "held_out": "Held out",
    }
    if planned.empty:
        return Section("campaigns", "Campaigns", ("No campaign is planned.",))
    words = (
        f"Campaigns in tonight's plan: {len(planned)}; of those that run at the same time a customer is in one only. "
        f"{count(planned['held_out'].sum())} places are held out: what these customers buy without an offer is what "
        "the others have to be compared with.",
    )
    ordered = planned.sort_values("priority")
    points = tuple(
        f"{row['title']}. {row['audience']}. The offer: {row['offer']}. {row['timing']}."
        for _, row in ordered.iterrows()
    )
    shown = ordered[list(columns)].rename(columns=columns)
    return Section("campaigns", "Campaigns", words, points=points, tables=(Table("Planned campaigns", shown),))


def cancellations(tables: Frames) -> Section:
    """How much is taken back, when, and of what."""
    rows = tables["cancellations"]
    whole = rows[rows["subject_kind"] == EVERYWHERE]
    words = tuple(_money_said(row) for _, row in whole.iterrows() if pd.notna(row["money_rate"]))
    charts = [cancellations_by_month(rows)]
    charts += [most_cancelled(rows[rows["subject_kind"] == kind]) for kind in ("product", "category")]
    return Section("cancellations", "Cancellations", words, charts=tuple(charts))


def _money_said(row: pd.Series) -> str:
    said = f"{percent(row['money_rate'], 1)} of the money ordered was cancelled"
    if pd.isna(row["money_rate_usual"]) or pd.isna(row["largest_share"]):
        return f"{said}."
    return (
        f"{said}, {percent(row['money_rate_usual'], 1)} without the two largest cancellations, which are "
        f"{percent(row['largest_share'])} of it."
    )


def countries(tables: Frames) -> Section:
    """What an order is worth abroad."""
    return Section("countries", "Countries", charts=(countries_against_home(tables["countries"]),))


def quality(tables: Frames, rules: SegmentationRules) -> Section:
    """How well is recommended, why the model is as it is by the rules, and whether it still fits."""
    judged = tables["recommendation_quality"]
    shown = judged[(judged["origin"] == judged["origin"].max()) & (judged["metric"] == _METRIC)]
    forests = [backtest_forest(shown[shown["task"] == task]) for task in ("all", "new")]
    evidence = tables["model_selection"]
    regions = sorted(evidence["region"].unique(), key=lambda region: (region != EVERYWHERE, region))
    choices = [model_choice(evidence[evidence["region"] == region], rules) for region in regions]
    return Section("quality", "Quality", charts=(*forests, *choices, drift(tables["segment_drift"], rules)))


def method(tables: Frames) -> Section:
    """What was measured on what, and what it does not say."""
    return Section("method", "How this was measured, and what it does not say", points=tuple(_limits(tables)))


def _limits(tables: Frames) -> list[str]:
    snapshot, judged = tables["snapshot"].iloc[0], tables["recommendation_quality"]
    limits = [
        f"The ledger has {count(snapshot['lines'])} sales lines from {snapshot['first_sale']:%Y-%m-%d} to "
        f"{snapshot['last_sale']:%Y-%m-%d}; nothing from {snapshot['as_of']:%Y-%m-%d} on was used, not even a "
        "cancellation.",
        f"{percent(snapshot['guest_share'])} of revenue came from guests, who are in no segment; they count in "
        "season and countries.",
        "Segments are useful slices of a continuum, not natural groups: customers near a border could be in either. "
        "K-Means on recency, frequency and monetary value; cancellations are taken off what was bought last.",
        *_backtest_limits(judged),
        "Intervals are 95 %. Of many products some stand outside theirs by chance alone.",
        "Rates of few lines are drawn to that of the whole, the more the fewer there are.",
    ]
    auc = tables["model_selection"].loc[tables["model_selection"]["is_chosen"], "repurchase_auc"].dropna()
    if len(auc):
        limits.append(
            f"That segments predict who buys again (AUC {figures(float(auc.iloc[0]))}; .5 is a coin, 1 is certain) "
            "was measured on days that the segments had not seen."
        )
    return limits


def _backtest_limits(judged: pd.DataFrame) -> list[str]:
    if judged.empty:
        return ["How well is recommended could not be measured on this ledger."]
    last = judged[judged["origin"] == judged["origin"].max()]
    return [
        f"Recommendations were judged on purchases from {last['origin'].iloc[0]:%Y-%m-%d} on, of which the models "
        f"knew nothing: {count(last.loc[last['task'] == 'all', 'customers'].max())} customers.",
        "A hit in such a backtest includes what would have been bought anyway. No uplift is claimed: it takes "
        "customers who were held out, and a comparison with them.",
    ]
