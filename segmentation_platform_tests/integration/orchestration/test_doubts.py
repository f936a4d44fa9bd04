"""What is doubtful of a ledger stands on its asset: a number for each kind every night, with the setting for it."""

from pathlib import Path

import dagster as dg
import pandas as pd
import pyarrow.parquet as pq
import pytest

from segmentation_platform.ledger.inspection import DoubtKind
from segmentation_platform_tests.support.refreshes import Run


@pytest.fixture
def shop(shop_ledger: Path) -> pd.DataFrame:
    """The first lines of the small shop's ledger, each with its currency: one of twenty in another one."""
    frame: pd.DataFrame = pq.read_table(shop_ledger).slice(0, 2_000).to_pandas()
    return frame.assign(Currency=["EUR" if line % 20 == 0 else "GBP" for line in range(len(frame))])


def plotted(result: dg.ExecuteInProcessResult) -> dict[str, object]:
    """The numbers of doubts on raw_sales, by kind."""
    [made] = result.asset_materializations_for_node("raw_sales")
    return {
        name.removeprefix("doubt/"): found.value for name, found in made.metadata.items() if name.startswith("doubt/")
    }


def checked(result: dg.ExecuteInProcessResult) -> dg.AssetCheckEvaluation:
    """The check of doubts."""
    [check] = [each for each in result.get_asset_check_evaluations() if each.check_name == "doubts_are_small"]
    return check


def test_a_doubt_that_is_accepted_is_plotted_and_warned_of_with_the_setting_that_decides_it(
    run: Run, shop: pd.DataFrame, tmp_path: Path
) -> None:
    shop.to_csv(tmp_path / "sales.csv", index=False)
    result = run("raw_sales", sales=str(tmp_path / "sales.csv"), ledger="other", accepts_doubts=True)
    found = plotted(result)
    assert set(found) == set(DoubtKind)
    assert found["currencies"] == pytest.approx(1 / 20)
    assert found["number_style"] == 0
    check = checked(result)
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "GBP 1,900 lines, EUR 100 lines" in str(check.description)
    assert "[profile.currency.rates]" in str(check.metadata["settings"].value)


def test_a_doubt_falls_to_nothing_once_it_was_decided_and_stays_so_in_a_night_without_new_lines(
    run: Run, shop: pd.DataFrame, tmp_path: Path
) -> None:
    folder = tmp_path / "sales"
    folder.mkdir()
    shop[:1_500].to_csv(folder / "1.csv", index=False)
    assert plotted(run("raw_sales", sales=str(folder), ledger="other", accepts_doubts=True))["currencies"]
    shop[1_500:].to_csv(folder / "2.csv", index=False)
    second = run("raw_sales", sales=str(folder), ledger="other")
    assert plotted(second)["currencies"] == 0
    assert checked(second).passed
    third = run("raw_sales", sales=str(folder), ledger="other")
    assert plotted(third) == plotted(second)
    assert checked(third).description == checked(second).description
