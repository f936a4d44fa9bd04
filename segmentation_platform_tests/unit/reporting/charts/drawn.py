"""What every chart has to fulfil."""

import json

from segmentation_platform.reporting.charts import Chart


def assert_drawn(chart: Chart) -> None:
    """It says something, without a title inside, whole as JSON, with nothing unknown in its words."""
    assert chart.title
    assert chart.takeaway.endswith(".")
    assert "nan" not in chart.takeaway.lower().split()
    drawn = json.loads(chart.figure.to_json())
    assert "title" not in drawn["layout"]
    assert drawn["layout"]["xaxis"]["automargin"]
    assert drawn["layout"]["yaxis"]["automargin"]
