"""What is asked of a run; light to import, for those who ask."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RunRequest:
    """What is asked of a run.

    Attributes:
        sales: path of the ledger file; empty for the usual one
        as_of: reporting date, as 2011-12-10; empty for the day after the last sale
        choose_model: whether the segment model's transform and number of segments are chosen again

    """

    sales: str = ""
    as_of: str = ""
    choose_model: bool = False
