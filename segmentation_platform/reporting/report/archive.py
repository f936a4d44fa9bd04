"""The list of the reports that are kept."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from segmentation_platform.reporting.report.pages import environment


class Kept(Protocol):
    """A report that is kept."""

    @property
    def snapshot_id(self) -> int:
        """Number of its snapshot."""

    @property
    def as_of(self) -> date:
        """Reporting date of its snapshot."""

    @property
    def made_at(self) -> datetime:
        """When it was made (UTC)."""

    @property
    def is_served(self) -> bool:
        """Whether its snapshot is the one that is served."""


def render_archive(kept: Sequence[Kept]) -> str:
    """A page with a link to every report.

    Args:
        kept: newest first

    """
    return environment().get_template("archive.html").render(kept=kept)
