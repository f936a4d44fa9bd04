"""Delivery: what the ledger says of season, cancellations, countries and cohorts; one pass over it for all four."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from segmentation_platform.contracts import (
    EVERYWHERE,
    Cancellations,
    Cohorts,
    Countries,
    Seasonality,
)
from segmentation_platform.engine import ParquetFiles
from segmentation_platform.insights.cancellations import cancellation_rates
from segmentation_platform.insights.cancellations import cancellations as rated_subjects
from segmentation_platform.insights.cohorts import cohorts as followed_cohorts
from segmentation_platform.insights.countries import countries as described_countries
from segmentation_platform.insights.lines import COLUMNS, hold_lines
from segmentation_platform.insights.seasonality import seasonality as told_months
from segmentation_platform.ledger import point_in_time
from segmentation_platform.orchestration.metadata import preview, table_out
from segmentation_platform.orchestration.resources import EngineResource, ReportingDateResource, WarehouseResource
from segmentation_platform.settings import Settings

GROUP = "delivery"

Figures = dict[str, dg.MetadataValue]


@dg.multi_asset(
    group_name=GROUP,
    outs={
        "seasonality": table_out(
            Seasonality, "Every month's sales against the quiet ones, in all and by buyers, category and region."
        ),
        "cancellations": table_out(
            Cancellations, "What is cancelled, by month, segment, category, product and region; rates are shrunk."
        ),
        "countries": table_out(
            Countries, "What is bought in every country, how much it is worth, and how unlike home it is."
        ),
        "cohorts": table_out(
            Cohorts, "How many of the customers who first bought in a month bought again in each month after."
        ),
    },
)
def insights(
    clean_sales: ParquetFiles,
    products: pd.DataFrame,
    customer_segments: pd.DataFrame,
    engine: EngineResource,
    warehouse: WarehouseResource,
    reporting_date: ReportingDateResource,
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Tell what the sales known on the reporting date say beyond customers and products."""
    as_of = reporting_date.resolve(warehouse.lines(), engine.engine())
    with point_in_time.known_sales(engine.engine(), clean_sales.only(COLUMNS), as_of) as session:
        hold_lines(session, products, customer_segments)
        months = told_months(session, as_of, settings.insights)
        yield dg.Output(months, "seasonality", metadata=_season_figures(months))
        rates = cancellation_rates(session)
        rated = rated_subjects(rates, products)
        yield dg.Output(rated, "cancellations", metadata=_cancellation_figures(rated))
        described = described_countries(session, rates, products)
        yield dg.Output(described, "countries", metadata=_country_figures(described))
        followed = followed_cohorts(session, as_of)
        yield dg.Output(followed, "cohorts", metadata=_cohort_figures(followed))


def _season_figures(months: pd.DataFrame) -> Figures:
    everything = months[(months["subject_kind"] == EVERYWHERE) & months["season_index"].notna()]
    if everything.empty:
        return {}
    last = everything.iloc[-1]
    shown = everything[["period", "sales_per_day", "season_index", "index_low", "index_high", "baseline"]]
    seasons = months.loc[months["season_start"].notna(), ["subject", "season_start"]].drop_duplicates()
    figures: Figures = {
        "months": dg.MetadataValue.int(int(everything["period"].nunique())),
        "season_index": dg.MetadataValue.float(round(float(last["season_index"]), 4)),
        "sales_per_day": dg.MetadataValue.float(float(last["sales_per_day"])),
        "last_months": preview(shown.tail(13).assign(period=shown["period"].dt.strftime("%Y-%m")), 13),
    }
    return figures | ({"season_starts": preview(seasons)} if len(seasons) else {})


def _cancellation_figures(rated: pd.DataFrame) -> Figures:
    whole = rated[rated["subject_kind"] == EVERYWHERE]
    names = ("money_rate", "money_rate_usual", "largest_share", "line_rate")
    known_figures = {name: value for name in names for value in whole[name].dropna()}
    products = rated[rated["subject_kind"] == "product"].sort_values("line_rate_shrunk", ascending=False)
    shown = ["subject", "description", "customer_lines", "line_rate", "line_rate_shrunk", "line_rate_low"]
    return {
        **{name: dg.MetadataValue.float(round(float(value), 5)) for name, value in known_figures.items()},
        "most_cancelled": preview(products[shown]),
    }


def _country_figures(described: pd.DataFrame) -> Figures:
    home = described[described["is_home"]]
    abroad = 1 - float(home["revenue_share"].sum())
    shown = ["country", "customers", "orders", "revenue_share", "average_order_value", "home_overlap"]
    return {
        "countries": dg.MetadataValue.int(len(described)),
        "share_abroad": dg.MetadataValue.float(round(abroad, 5)),
        "home": dg.MetadataValue.text(", ".join(home["country"])),
        "first_countries": preview(described[shown]),
    }


def _cohort_figures(followed: pd.DataFrame) -> Figures:
    later = followed[followed["is_complete"] & (followed["months_since"] == 1)]
    figures: Figures = {"cohorts": dg.MetadataValue.int(int(followed["cohort"].nunique()))}
    if later.empty:
        return figures
    retained = later["active_customers"].sum() / later["customers"].sum()
    shown = later.assign(cohort=later["cohort"].dt.strftime("%Y-%m"))
    names = ["cohort", "customers", "retention", "retention_low", "retention_high"]
    return figures | {
        "back_in_the_next_month": dg.MetadataValue.float(round(float(retained), 5)),
        "next_month": preview(shown[names], 13),
    }
