"""Season, cancellations, countries and cohorts are made by the refresh, and published of the smallest shop."""

from pathlib import Path

import pandas as pd

from segmentation_platform.contracts import Cancellations, Cohorts, Countries, Seasonality
from segmentation_platform.warehouse import snapshots
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.refreshes import Run
from segmentation_platform_tests.support.stages import Night, refreshed


def figures(night: Night, asset: str) -> dict[str, object]:
    [made] = [e for e in night.get_asset_materialization_events() if e.asset_key and e.asset_key.path[-1] == asset]
    assert made.step_key == "insights"
    return {name: value.value for name, value in made.materialization.metadata.items()}


@refreshed
def test_a_refresh_tells_the_figures_of_all_four_and_draws_the_season(the_night: Night, database: Database) -> None:
    season = figures(the_night, "seasonality")
    assert {"months", "season_index", "sales_per_day", "last_months"} <= season.keys()
    assert "data:image/svg+xml" in str(season["picture"])
    assert len(str(season["picture"])) < 1_000
    assert 0 < float(str(figures(the_night, "cancellations")["money_rate"])) < 1
    assert figures(the_night, "countries")["home"] == "United Kingdom"
    assert 0 < float(str(figures(the_night, "cohorts")["back_in_the_next_month"])) < 1

    served = snapshots.served_snapshot(database)
    assert served is not None
    countries = snapshots.read_snapshot(database, Countries, served.snapshot_id)
    everything = snapshots.read_snapshot(database, Seasonality, served.snapshot_id).query("subject_kind == 'all'")
    assert abs(countries["revenue"].sum() - everything["revenue"].sum()) < 1
    with database.connect() as connection:
        for view in ("seasonality", "cancellations", "countries", "cohorts"):
            counted = connection.execute(f"SELECT count(*) FROM serving.{view}_history".encode()).fetchone()
            assert counted is not None
            assert int(str(counted[0])) == figures(the_night, view)["dagster/row_count"]


def test_a_shop_of_one_month_one_country_and_no_cancellations_is_published(
    run: Run, database: Database, shop_ledger: Path, tmp_path: Path
) -> None:
    lines = pd.read_parquet(shop_ledger)
    sold = pd.to_datetime(lines["InvoiceDate"], errors="coerce")
    genuine = ~lines["InvoiceNo"].astype("str").str.startswith("C") & (lines["Country"] == "United Kingdom")
    for column in ("Quantity", "UnitPrice"):
        genuine &= ~lines[column].astype("str").str.startswith("-")  # the sign alone would tell returns
    month = lines[genuine & sold.between("2011-11-01", "2011-11-30 23:59")]
    month.to_parquet(tmp_path / "month.parquet")
    result = run(sales=str(tmp_path / "month.parquet"))
    assert result.success
    served = snapshots.served_snapshot(database)
    assert served is not None
    tables = {
        c: snapshots.read_snapshot(database, c, served.snapshot_id) for c in (Cancellations, Cohorts, Countries)
    }
    assert tables[Countries]["is_home"].tolist() == [True]
    assert tables[Cohorts]["retention"].tolist() == [1]
    assert (tables[Cancellations]["money_cancelled"] == 0).all()
