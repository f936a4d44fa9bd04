"""Charts that the app and the report share: a published table in, a plotly figure with its takeaway out.

Belongs here: drawing, and saying in one sentence what is seen. Does not belong here: computing, reading, pages.
"""

from segmentation_platform.reporting.charts.chart import Chart

__all__ = ["Chart"]
