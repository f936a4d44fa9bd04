"""What a simulated shop shall look like."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from segmentation_platform.ledger.simulation.natures import KINDS, NATURES, Kind, Nature

MIN_LINES: Final = 1_000
MAX_LINES: Final = 50_000_000
_MIN_DAYS: Final = 60
_MAX_DAYS: Final = 3_660


@dataclass(frozen=True)
class ShopPlan:
    """Size, span and mixture of a simulated ledger; the defaults are shaped like the UCI "Online Retail" data.

    The same plan always makes the same ledger.

    Raises:
        ValueError: for a value outside its bounds, naming the field.

    """

    kind: Kind = "gift"
    """What it sells, and how: gift, grocery, fashion or trade."""
    lines: int = 60_000
    """Lines of the ledger, all kinds together: 1,000 to 50,000,000."""
    seed: int = 7
    """Any number from 0 up; another seed is another shop."""
    days: int = 373
    """Calendar days that the ledger spans: 60 to 3,660."""
    last_day: date = date(2011, 12, 9)
    """The last calendar day of the span; trade may rest on it (Saturdays, the days around New Year)."""
    dirty_share: float = 0.02
    """Share of lines that are spoilt, 0 to 0.2. Above 0 every kind of dirt occurs at least once."""
    guest_share: float = 0.25
    """Share of lines without a customer id, 0 to 0.6."""
    cancelled_share: float = 0.017
    """Share of lines that cancel a purchase, 0 to 0.1."""
    products: int | None = None
    """Products that it has: 50 to 100,000; none: as many as its kind has at this size."""

    @property
    def nature(self) -> Nature:
        """How such a shop sells."""
        return NATURES[self.kind]

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {self.kind}")
        if self.products is not None:
            _require_whole("products", self.products, 50, 100_000)
        _require_whole("lines", self.lines, MIN_LINES, MAX_LINES)
        _require_whole("days", self.days, _MIN_DAYS, _MAX_DAYS)
        if self.seed < 0:
            raise ValueError(f"seed must not be negative, not {self.seed}")
        _require_share("dirty_share", self.dirty_share, 0.2)
        _require_share("guest_share", self.guest_share, 0.6)
        _require_share("cancelled_share", self.cancelled_share, 0.1)


def _require_whole(field: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ValueError(f"{field} must be between {low:,} and {high:,}, not {value:,}")


def _require_share(field: str, value: float, high: float) -> None:
    if not 0 <= value <= high:
        raise ValueError(f"{field} must be between 0 and {high}, not {value}")
