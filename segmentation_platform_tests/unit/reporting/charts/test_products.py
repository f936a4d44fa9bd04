"""Charts of products say what their tables say."""

import pandas as pd

from segmentation_platform.reporting.charts.products import strongest_bundles
from segmentation_platform_tests.support.report_frames import together
from segmentation_platform_tests.unit.reporting.charts.drawn import assert_drawn


def test_the_strongest_bundle_is_told_with_its_interval_and_money() -> None:
    chart = strongest_bundles(together("POT+LID", "CUP+SAUCER+SPOON"))
    assert_drawn(chart)
    assert chart.takeaway == (
        "60% of the invoices with POT also hold LID, 3.0 times its share of all invoices (95 % interval 2.0 to 4.5). "
        "Together they brought 1,000 in 40 invoices, 500 of it beyond chance."
    )
    assert chart.table["Bundle"].tolist() == ["POT + LID", "CUP + SAUCER + SPOON"]
    assert list(chart.figure.data[0].y) == ["2. CUP<br>+ SAUCER<br>+ SPOON", "1. POT<br>+ LID"]


def test_a_product_without_a_description_is_called_by_its_code_and_no_word_acts() -> None:
    bundles = together("<b>POT</b>+LID")
    bundles["description_2"] = pd.Series([None], dtype="str")
    chart = strongest_bundles(bundles)
    assert chart.table["Bundle"].tolist() == ["<b>POT</b> + P2"]
    assert "<b>" not in str(chart.figure.data[0].y)
    assert "<b>" not in str(chart.figure.data[0].hovertext)


def test_of_many_bundles_the_first_twelve_are_drawn_and_all_are_in_the_table() -> None:
    chart = strongest_bundles(together(*["POT+LID"] * 20))
    assert len(chart.figure.data[0].x) == 12
    assert len(chart.table) == 20


def test_without_bundles_that_is_said() -> None:
    chart = strongest_bundles(together())
    assert_drawn(chart)
    assert chart.takeaway == "No pair or triple of products is surely bought together more than by chance."
    assert chart.table.empty
