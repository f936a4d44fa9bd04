"""`backtest` and `tune`: how good recommendations are on past days, and which settings would make them better."""

import tomllib
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from segmentation_platform.cli.console import console, error_console
from segmentation_platform.cli.options import DatabaseUrl, open_lines_of, settings_with

if TYPE_CHECKING:
    import pandas as pd

_DAY = ["%Y-%m-%d"]
_TRIED = ["repurchase_days=[15, 30, 60]", "ease_penalty=[300, 1000, 3000]"]


def backtest(
    windows: Annotated[int, typer.Option("--windows", min=1, help="How many windows, up to the reporting date.")] = 1,
    days: Annotated[int, typer.Option("--days", min=1, help="Days that are predicted in each.")] = 30,
    database_url: DatabaseUrl = None,
) -> None:
    """Play past days of the published ledger again, with what was known then, and compare with popularity."""
    import pandas as pd

    from segmentation_platform.engine import new_engine
    from segmentation_platform.orchestration.published_ledger import replayable
    from segmentation_platform.recommendations.backtest import backtest as judge
    from segmentation_platform.recommendations.backtest import rolling_windows

    settings = settings_with(database_url)
    opened = replayable(open_lines_of(settings), new_engine(settings.room), settings)
    found = []
    for window in rolling_windows(opened.first_sale, opened.as_of, days, windows):
        error_console.print(f"Playing {window.origin} to {window.end} again …")
        found.append(judge(opened.past, [window], opened.rules))
    _show(pd.concat(found, ignore_index=True))


def tune(
    until: Annotated[
        datetime,
        typer.Option("--until", formats=_DAY, metavar="YYYY-MM-DD", help="Chosen on days before it."),
    ],
    days: Annotated[int, typer.Option("--days", min=1, help="Days that are predicted.")] = 30,
    tried: Annotated[
        list[str], typer.Option("--try", help="A setting of \\[recommendations.customers] and its values, as TOML.")
    ] = _TRIED,
    database_url: DatabaseUrl = None,
) -> None:
    """Rank settings of the customer lists on the days before a date; write the best into segmentation.toml yourself.

    Keep the days from that date on for the figures that you tell others: settings look good where they were chosen.
    """
    from segmentation_platform.engine import new_engine
    from segmentation_platform.orchestration.published_ledger import replayable
    from segmentation_platform.recommendations.backtest import BacktestWindow
    from segmentation_platform.recommendations.tuning import grid
    from segmentation_platform.recommendations.tuning import tune as rank

    settings = settings_with(database_url)
    values = _values(tried)
    opened = replayable(open_lines_of(settings), new_engine(settings.room), settings)
    try:
        candidates = grid(opened.rules.customers, values)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    end = until.date()
    window = BacktestWindow(end - timedelta(days=days), end)
    _refuse_outside(window.origin, opened.first_sale, opened.as_of, end)
    error_console.print(f"Trying {len(candidates)} settings on {window.origin} to {window.end} …")
    ranked = rank(opened.past, window, candidates, opened.rules, test_from=end)
    table = Table(box=None)
    for name in (*values, "NDCG@10 all", "new"):
        table.add_column(name, justify="right")
    for row in ranked.head(10).to_dict("records"):
        candidate = candidates[int(row["place"])].model_dump()
        table.add_row(*(str(candidate[name]) for name in values), f"{row['all']:.4f}", f"{row['new']:.4f}")
    console.print(table)
    console.print("Write what you choose into segmentation.toml, [recommendations.customers].")


def _values(tried: list[str]) -> dict[str, list[object]]:
    try:
        return {name: list(values) for text in tried for name, values in tomllib.loads(text).items()}
    except (tomllib.TOMLDecodeError, TypeError):
        raise typer.BadParameter(
            f"{', '.join(tried)}: write a setting like 'repurchase_days=[15, 30, 60]'."
        ) from None


def _refuse_outside(origin: date, first_sale: date, as_of: date, until: date) -> None:
    if origin <= first_sale or until > as_of:
        raise typer.BadParameter(
            f"The ledger goes from {first_sale} to {as_of}: choose --until and --days so that there are days "
            "to learn from before, and days to predict up to it."
        )


def _show(quality: "pd.DataFrame") -> None:
    shown = quality[(quality["metric"] == "ndcg@10") & quality["task"].isin(["all", "new"])]
    shown = shown.drop_duplicates(["model", "task", "origin"])
    for origin, rows in shown.groupby("origin"):
        table = Table(box=None, title=f"NDCG@10 from {origin:%Y-%m-%d}", title_justify="left")
        for name in ("Model", "all", "95 %", "new", "95 %"):
            table.add_column(name, justify="left" if name == "Model" else "right")
        cells = {(row.model, row.task): row for row in rows.itertuples()}
        everybody = rows[rows["task"] == "all"].sort_values("value", ascending=False)
        for model in everybody["model"]:
            values = [cells.get((model, task)) for task in ("all", "new")]
            table.add_row(str(model).replace("_", " "), *(text for value in values for text in _interval(value)))
        console.print(table)


def _interval(row: object) -> tuple[str, str]:
    if row is None:
        return "", ""
    value, low, high = (float(getattr(row, name)) for name in ("value", "low", "high"))
    return f"{value:.3f}", f"{low:.3f}–{high:.3f}"
