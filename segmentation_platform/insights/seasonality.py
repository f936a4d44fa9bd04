"""The season: revenue, orders and customers by month, and how far a month stands above the quiet ones.

The index of a month is its sales per trading day divided by those of the baseline, the quiet stretch of the year
(`insights.baseline`). A trading day is a day on which the shop sold anything, so that holidays and free Saturdays
don't count as bad days. Sales are as ordered, before cancellations, for the last weeks have had less time for these;
revenue is net of them.

The interval is that of a circular block bootstrap over trading days (`intervals.block_weights`), of the month and of
the baseline apart; the ends are the 2.5 % and 97.5 % quantiles of the drawn ratios. It says how much the figure hangs
on single days. It does not say what the next year will be like: that takes more than one season.
"""

from datetime import date

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from segmentation_platform.contracts.insights import Seasonality
from segmentation_platform.engine import Session, read_step
from segmentation_platform.insights.baseline import Baseline, baselines, whole_months
from segmentation_platform.insights.intervals import block_weights
from segmentation_platform.insights.rules import InsightRules
from segmentation_platform.insights.season_start import SeasonStart, season_start, seasonal_categories

DAILY_SALES = read_step(__package__, "daily_sales")
MONTHLY_SALES = read_step(__package__, "monthly_sales")

_SUBJECT = ["subject_kind", "subject"]
_DRAWS, _SEED = 2_000, 7


def seasonality(session: Session, as_of: date, rules: InsightRules) -> pd.DataFrame:
    """Tell every month of the ledger, in all and by buyers, category and region.

    Args:
        session: holds `insight_lines` (see `insights.lines`)
        as_of: first day that is not known yet
        rules: which months are quiet

    Returns:
        Columns of `contracts.Seasonality`, ordered by its key; every subject has every month.

    """
    daily = daily_sales(session)
    if daily.empty:
        return Seasonality.no_rows()
    session.run(MONTHLY_SALES)
    monthly = session.frame(MONTHLY_SALES.name)
    table = monthly_indices(daily, as_of, rules).merge(monthly, how="left", on=[*_SUBJECT, "period"])
    counted = {name: table[name].fillna(0).astype("int64") for name in ("orders", "customers")}
    table = table.assign(**counted, revenue=table["revenue"].fillna(0).round(2))
    table = _with_seasons(table, season_starts(daily, as_of))
    return table.sort_values([*_SUBJECT, "period"], ignore_index=True)[Seasonality.column_names()]


def daily_sales(session: Session) -> pd.DataFrame:
    """Money ordered by trading day.

    Args:
        session: holds `insight_lines`

    Returns:
        One row per trading day, one column per (`subject_kind`, `subject`); 0 where a subject sold nothing.

    """
    session.run(DAILY_SALES)
    sales = session.frame(DAILY_SALES.name)
    return sales.pivot_table(index="sold_on", columns=_SUBJECT, values="sales", aggfunc="sum", fill_value=0.0)


def monthly_indices(daily: pd.DataFrame, as_of: date, rules: InsightRules) -> pd.DataFrame:
    """The months with their sales per trading day, their index and its interval.

    Args:
        daily: as from `daily_sales`
        as_of: first day that is not known yet
        rules: which months are quiet

    Returns:
        One row per subject and month: `period`, `is_complete`, `trading_days`, `sales`, `sales_per_day`,
        `baseline`, `season_index`, `index_low` and `index_high`; figures per day are null in a month without trading,
        indices also where the baseline is 0.

    """
    days = pd.DatetimeIndex(daily.index)
    whole = whole_months(days, pd.Timestamp(as_of))
    compared = baselines(whole, days, rules)
    # Small matrices: threads would take more time than they save.
    with threadpool_limits(1):
        drawn = {name: _drawn_base(daily, base) for name, base in {b.name: b for b in compared.values()}.items()}
        found = [_month(daily, pd.Timestamp(month), compared[month], drawn) for month in whole.index]
    table = pd.concat(found, ignore_index=True)
    return table.assign(is_complete=table["period"].map(whole).astype("bool"))


def season_starts(daily: pd.DataFrame, as_of: date) -> dict[str, SeasonStart]:
    """The last season of every category that is sold in one, by category (see `season_start`)."""
    categories = daily["category"] if "category" in daily.columns.get_level_values(0) else pd.DataFrame()
    found = {name: season_start(categories[name], as_of) for name in seasonal_categories() if name in categories}
    return {name: season for name, season in found.items() if season is not None}


def _drawn_base(daily: pd.DataFrame, base: Baseline) -> pd.DataFrame:
    generator = np.random.default_rng([_SEED, base.days[0].year, base.days[0].month])
    values = daily.loc[base.days]
    return pd.DataFrame(block_weights(len(values), _DRAWS, generator) @ values.to_numpy(), columns=daily.columns)


def _month(daily: pd.DataFrame, month: pd.Timestamp, base: Baseline, drawn: dict[str, pd.DataFrame]) -> pd.DataFrame:
    values = daily[(daily.index >= month) & (daily.index < month + pd.offsets.MonthBegin(1))]
    # A generator of the month's own, so that its interval does not hang on how many months there are.
    generator = np.random.default_rng([_SEED + 1, month.year, month.month])
    usual = daily.loc[base.days].mean()
    usual = usual.where(usual > 0)
    index = (values.mean() / usual).rename("season_index")
    low = high = pd.Series(np.nan, index.index)
    if len(values):
        draws = block_weights(len(values), _DRAWS, generator) @ values.to_numpy()
        low, high = _ends(draws, drawn[base.name].to_numpy(), index)
    figures = {"sales": values.sum().round(2), "sales_per_day": values.mean().round(2), "season_index": index}
    table = pd.DataFrame({**figures, "index_low": low, "index_high": high})
    table = table.rename_axis(index=_SUBJECT).reset_index()
    return table.assign(period=month, trading_days=len(values), baseline=base.name)


def _ends(draws: np.ndarray, base: np.ndarray, index: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Quantiles of the drawn ratios, drawn apart where they would leave out the index; null where one is infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(base > 0, draws / base, np.inf)
    low, high = np.quantile(ratios, [0.025, 0.975], axis=0, method="nearest")
    known = index.notna() & np.isfinite(high)
    ends = np.minimum(low, index), np.maximum(high, index)
    return ends[0].where(known), ends[1].where(known)


def _with_seasons(table: pd.DataFrame, seasons: dict[str, SeasonStart]) -> pd.DataFrame:
    """Add `season_start` and, at each month's end within the season, `season_share`."""
    known = table["subject"].map(seasons).where(table["subject_kind"] == "category")
    months = zip(known, table["period"], strict=True)
    shares = [_share(season, period) if isinstance(season, SeasonStart) else None for season, period in months]
    starts = [season.starts_on if isinstance(season, SeasonStart) else None for season in known]
    return table.assign(
        season_start=pd.Series(pd.DatetimeIndex(starts, dtype="datetime64[us]"), table.index),
        season_share=pd.Series(shares, table.index, dtype="float64"),
    )


def _share(season: SeasonStart, period: pd.Timestamp) -> float | None:
    last = (period + pd.offsets.MonthEnd(1)).date()
    if last < season.since or period.date() > season.until:
        return None
    return season.done_by(min(last, season.until))
