"""The report as one HTML file with everything in it."""

import json
from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from segmentation_platform.reporting.charts import Chart
from segmentation_platform.reporting.charts.style import count
from segmentation_platform.reporting.report import opening, sections
from segmentation_platform.reporting.report.cells import numeric_classes, written
from segmentation_platform.reporting.report.pages import environment
from segmentation_platform.reporting.report.section import Section
from segmentation_platform.segments.rules import SegmentationRules

Part = Callable[[Mapping[str, pd.DataFrame]], Section | None]


def _parts(rules: SegmentationRules) -> tuple[Part, ...]:
    return (
        opening.attention,
        opening.changes,
        sections.segments,
        sections.movement,
        sections.recommendations,
        sections.season,
        sections.campaigns,
        sections.cancellations,
        sections.countries,
        partial(sections.quality, rules=rules),
        sections.method,
    )


def render(tables: Mapping[str, pd.DataFrame], rules: SegmentationRules | None = None) -> str:
    """Tell a snapshot.

    Args:
        tables: published views by name, as from `read_tables`
        rules: by which the model was chosen and is watched; as delivered where they are not given

    Returns:
        An HTML page that loads nothing from anywhere.

    """
    snapshot = tables["snapshot"].iloc[0]
    sections = [section for part in _parts(rules or SegmentationRules()) if (section := part(tables)) is not None]
    filters = {
        "figure_json": figure_json,
        "numeric_classes": numeric_classes,
        "together": together,
        "written": written,
    }
    templates = environment().overlay()
    templates.filters = templates.filters | filters
    template = templates.get_template("report.html")
    return template.render(
        snapshot=snapshot.to_dict(),
        customers=count(snapshot["customers"]),
        sections=sections,
        # Only what is ours is marked as safe: the library, and JSON without a sign that HTML knows.
        plotly=Markup(get_plotlyjs()),  # noqa: S704
    )


def together(words: str) -> str:
    """Words in which a percent sign stays with its number."""
    return words.replace(" %", "\u00a0%")


def figure_json(chart: Chart) -> Markup:
    """A figure for a `<script type="application/json">`: no value can end the element or begin another."""
    drawn = json.loads(chart.figure.to_json())
    drawn["layout"].pop("template", None)
    text = json.dumps(drawn, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704
