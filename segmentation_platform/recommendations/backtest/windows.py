"""The days that are predicted: from an origin up to an end; models know nothing from the origin on."""

from dataclasses import dataclass
from datetime import date, timedelta

from segmentation_platform.recommendations.errors import RecommendationError


@dataclass(frozen=True)
class BacktestWindow:
    """Days to predict.

    Attributes:
        origin: first day; everything before it is known
        end: first day after it

    """

    origin: date
    end: date

    def __post_init__(self) -> None:
        if self.origin >= self.end:
            raise ValueError(f"A window ends after its origin: {self.origin} to {self.end}.")


def rolling_windows(first_sale: date, as_of: date, days: int, count: int) -> tuple[BacktestWindow, ...]:
    """The latest windows that follow each other, each as long and none reaching beyond what is known.

    Args:
        first_sale: first day of the ledger; before the earliest origin there must be as long a time to learn from
        as_of: first day that is not known
        days: length of a window
        count: most windows

    Returns:
        The windows, earliest first.

    Raises:
        RecommendationError: when the ledger is shorter than two windows.

    """
    length = timedelta(days=days)
    fitting = min(count, (as_of - first_sale) // length - 1)
    if fitting < 1:
        raise RecommendationError(
            f"A backtest over {days} days needs a ledger of at least {2 * days} days; this one has "
            f"{(as_of - first_sale).days}. Load a longer ledger, or shorten the window."
        )
    ends = [as_of - place * length for place in range(fitting - 1, -1, -1)]
    return tuple(BacktestWindow(end - length, end) for end in ends)
