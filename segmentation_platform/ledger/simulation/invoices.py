"""Who buys when: the invoices of a simulated shop in order of time, each with its number of lines.

Invoices are planned before any line is made, so that the ledger has exactly the planned number of lines, every
customer buys, and a cancellation knows which purchase it takes back.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from segmentation_platform.ledger.simulation.customers import (
    Customers,
    draw_countries,
    recency_windows,
    tenures,
)
from segmentation_platform.ledger.simulation.draws import Ints, scaled_to_total, stream
from segmentation_platform.ledger.simulation.plan import ShopPlan
from segmentation_platform.ledger.simulation.trading import TradingCalendar

GUEST: Final = -1
NONE: Final = -1
MINUTES_PER_DAY: Final = 1_440

_LINES_PER_GUEST_SALE: Final = 36
_LINES_PER_CANCELLATION: Final = 2.4
_MOST_CANCELLED_LINES: Final = 24
_LONGEST_BASKET: Final = 500
_CLOSING: Final = 20 * 60
_UNMATCHED_SHARE: Final = 0.1


@dataclass(frozen=True)
class Invoices:
    """The invoices, by time; every array has the shape (invoices,) unless said otherwise."""

    minute: Ints
    """Minutes since the start of the first day."""
    customer: Ints
    """Index of the customer, `GUEST` for none."""
    taste: Ints
    country: Ints
    lines: Ints
    cancels: Ints
    """Of a cancellation: the invoice that it takes back, itself where it refers to none; else `NONE`."""
    first_line: Ints
    """Lines before each invoice, and all of them at the end; shape (invoices + 1,)."""

    @property
    def size(self) -> int:
        """Number of invoices."""
        return self.minute.size


@dataclass(frozen=True)
class _Draft:
    minute: Ints
    customer: Ints
    taste: Ints
    country: Ints
    lines: Ints
    cancels: Ints


def make_invoices(plan: ShopPlan, calendar: TradingCalendar, customers: Customers, products: int) -> Invoices:
    """Plan all invoices of a shop.

    Args:
        plan: how many lines of which kind.
        calendar: when the shop trades.
        customers: who buys.
        products: number of products; a basket holds no product twice, so it can't be longer than a quarter.

    """
    rng = stream(plan.seed, "invoices")
    guest_lines = round(plan.lines * plan.guest_share)
    cancelled_lines = round(plan.lines * plan.cancelled_share)
    longest = min(_LONGEST_BASKET, products // 4)
    sales = _sales(plan, plan.lines - guest_lines - cancelled_lines, longest, calendar, customers, rng)
    guests = _guest_sales(guest_lines, longest, calendar, customers, rng)
    cancellations = _cancellations(cancelled_lines, sales, calendar, rng)
    return _in_order_of_time([sales, guests, cancellations])


def _sales(
    plan: ShopPlan,
    total: int,
    longest: int,
    calendar: TradingCalendar,
    customers: Customers,
    rng: np.random.Generator,
) -> _Draft:
    wanted = max(int(total // plan.nature.lines_per_sale), customers.size)
    most = np.full(customers.size, plan.nature.most_visits)
    visits = scaled_to_total(customers.visits, wanted, most, rng)
    customer = np.repeat(np.arange(customers.size), visits)
    wished = customers.basket[customer] * np.exp(rng.normal(0, 0.8, customer.size))
    return _Draft(
        minute=_minutes(_visit_days(visits, calendar, customers, rng), rng),
        customer=customer,
        taste=customers.taste[customer],
        country=customers.country[customer],
        lines=scaled_to_total(wished, total, np.full(customer.size, longest), rng),
        cancels=np.full(customer.size, NONE),
    )


def _visit_days(visits: Ints, calendar: TradingCalendar, customers: Customers, rng: np.random.Generator) -> Ints:
    """Draw the day of every visit: a customer's last one from the segment's window, the others before it."""
    days = calendar.weights.size
    last = calendar.draw_days(*recency_windows(customers.segment, days), rng)
    earliest = np.maximum(last - tenures(customers.segment, days), 0)
    customer = np.repeat(np.arange(customers.size), visits)
    drawn = calendar.draw_days(earliest[customer], last[customer], rng)
    drawn[np.cumsum(visits) - 1] = last
    return drawn


def _guest_sales(
    total: int, longest: int, calendar: TradingCalendar, customers: Customers, rng: np.random.Generator
) -> _Draft:
    size = -(-total // min(_LINES_PER_GUEST_SALE, longest))
    span = np.zeros(size, dtype=np.int64)
    days = calendar.draw_days(span, span + calendar.weights.size - 1, rng)
    wished = np.exp(rng.normal(0, 1.3, size))
    return _Draft(
        minute=_minutes(days, rng),
        customer=np.full(size, GUEST),
        taste=rng.integers(len(customers.tastes), size=size),
        country=draw_countries(size, rng),
        lines=scaled_to_total(wished, total, np.full(size, longest), rng),
        cancels=np.full(size, NONE),
    )


def _cancellations(total: int, sales: _Draft, calendar: TradingCalendar, rng: np.random.Generator) -> _Draft:
    shuffled = rng.permutation(sales.lines.size)
    most = np.minimum(sales.lines[shuffled], _MOST_CANCELLED_LINES)
    enough = int(np.searchsorted(np.cumsum(most), total)) + 1 if total else 0
    wanted = min(max(round(total / _LINES_PER_CANCELLATION), enough), shuffled.size)
    taken_back, most = shuffled[:wanted], most[:wanted]
    lines = scaled_to_total(rng.exponential(1.0, wanted) + 0.3, total, most, rng)
    is_unmatched = rng.random(wanted) < _UNMATCHED_SHARE
    return _Draft(
        minute=_later_minutes(sales.minute[taken_back], calendar, rng),
        customer=sales.customer[taken_back],
        taste=sales.taste[taken_back],
        country=sales.country[taken_back],
        lines=lines,
        cancels=np.where(is_unmatched, sales.lines.size, taken_back),
    )


def _minutes(days: Ints, rng: np.random.Generator) -> Ints:
    """Draw a time of day around a quarter to one, between seven and six."""
    time = np.clip(rng.normal(12.75 * 60, 130, days.size), 7 * 60, 18 * 60)
    return days * MINUTES_PER_DAY + time.astype(np.int64)


def _later_minutes(minutes: Ints, calendar: TradingCalendar, rng: np.random.Generator) -> Ints:
    """Draw times after others, about two weeks later and never after the last trading day."""
    open_days = np.flatnonzero(calendar.weights)
    day = np.searchsorted(open_days, minutes // MINUTES_PER_DAY)
    later: Ints = open_days[np.minimum(day + rng.geometric(1 / 12, day.size) - 1, open_days.size - 1)]
    time: Ints = np.maximum(rng.integers(8 * 60, _CLOSING, day.size), minutes % MINUTES_PER_DAY + 1)
    return later * MINUTES_PER_DAY + time


def _in_order_of_time(drafts: list[_Draft]) -> Invoices:
    """Merge drafts, the first of which is what cancellations count in."""
    minute = np.concatenate([draft.minute for draft in drafts])
    order = np.argsort(minute, kind="stable")
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size)
    lines = np.concatenate([draft.lines for draft in drafts])[order]
    cancels = np.concatenate([draft.cancels for draft in drafts])[order]
    unmatched = drafts[0].lines.size
    return Invoices(
        minute=minute[order],
        customer=np.concatenate([draft.customer for draft in drafts])[order],
        taste=np.concatenate([draft.taste for draft in drafts])[order],
        country=np.concatenate([draft.country for draft in drafts])[order],
        lines=lines,
        cancels=_places(cancels, place, unmatched),
        first_line=np.concatenate([[0], np.cumsum(lines)]),
    )


def _places(cancels: Ints, place: Ints, unmatched: int) -> Ints:
    own = np.arange(cancels.size)
    matched = (cancels != NONE) & (cancels != unmatched)
    placed = np.where(cancels == unmatched, own, NONE)
    placed[matched] = place[cancels[matched]]
    return placed


def trading_times(invoices: Invoices, calendar: TradingCalendar) -> "np.ndarray[tuple[int], np.dtype[np.datetime64]]":
    """Return the moment of each invoice, to the second."""
    start = np.datetime64(calendar.first_day.isoformat(), "s")
    return start + invoices.minute.astype("timedelta64[m]").astype("timedelta64[s]")


def month_of(invoices: Invoices, calendar: TradingCalendar) -> tuple[Ints, Ints]:
    """Return, of each invoice, the months since the start and the month of the year."""
    of_year = calendar.months[invoices.minute // MINUTES_PER_DAY]
    changed = np.concatenate([[0], np.cumsum(np.diff(calendar.months) != 0)])
    return changed[invoices.minute // MINUTES_PER_DAY], of_year
