"""When the shop trades: days of the week, closing days and the season."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from segmentation_platform.ledger.simulation.draws import Floats, Ints
from segmentation_platform.ledger.simulation.plan import ShopPlan


@dataclass(frozen=True)
class TradingCalendar:
    """The days of the ledger, counted from 0."""

    first_day: date
    weights: Floats
    """How much trade a day sees, 0 on days of rest; shape (days,)."""
    months: Ints
    """Month of a day, 1 to 12; shape (days,)."""
    cumulative: Floats
    """Weights before each day, and all of them at the end; shape (days + 1,)."""

    def draw_days(self, low: Ints, high: Ints, rng: np.random.Generator) -> Ints:
        """Draw one trading day for each span of days, by weight.

        Args:
            low: first days of the spans.
            high: last days of the spans, `low <= high`. A span without trade gives the next trading day, or
                the last one of the calendar.
            rng: where the draws come from.

        """
        below, above = self.cumulative[low], self.cumulative[high + 1]
        drawn = below + rng.random(low.size) * (above - below)
        day = np.searchsorted(self.cumulative, drawn, side="right") - 1
        open_until: int = np.flatnonzero(self.weights)[-1]
        return np.minimum(day, open_until)


def trading_calendar(plan: ShopPlan) -> TradingCalendar:
    """Lay out the calendar of a plan."""
    first_day = plan.last_day - timedelta(days=plan.days - 1)
    days = [first_day + timedelta(days=offset) for offset in range(plan.days)]
    week, year = plan.nature.week, plan.nature.year
    weights = np.array([0.0 if _is_closed(day) else week[day.weekday()] * year[day.month - 1] for day in days])
    return TradingCalendar(
        first_day=first_day,
        weights=weights,
        months=np.array([day.month for day in days], dtype=np.int64),
        cumulative=np.concatenate([[0.0], np.cumsum(weights)]),
    )


def _is_closed(day: date) -> bool:
    return (day.month == 12 and day.day >= 24) or (day.month == 1 and day.day <= 3)
