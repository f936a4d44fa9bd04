"""`Chart`: a picture, the sentence it says, and its numbers."""

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go


@dataclass(frozen=True)
class Chart:
    """A picture that can be read without seeing it.

    Attributes:
        title: a few words, shown above
        takeaway: what there is to see, in one plain sentence with its figures; also the alternative text
        figure: the picture, without a title of its own
        table: the numbers that are drawn, with headings for people

    """

    title: str
    takeaway: str
    figure: go.Figure
    table: pd.DataFrame
