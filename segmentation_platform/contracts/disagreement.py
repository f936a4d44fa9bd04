"""One difference between published tables."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Disagreement:
    """One difference: the table that stands apart, the rule it breaks, and the value."""

    table: str
    rule: str
    value: str
