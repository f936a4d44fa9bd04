"""What makes a product worth recommending to a segment."""

from pydantic import BaseModel, ConfigDict, Field


class RecommendationRules(BaseModel):
    """Rules of the segment lists, one field each; set in the section `[recommendations]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    half_life_days: float = Field(default=7.0, gt=0)
    """A purchase this many days old counts half."""
    shrinkage: float = Field(default=200.0, ge=0)
    """Weighted purchases at which a segment's own tastes count as much as everybody's."""
    length: int = Field(default=50, ge=1)
    """Products per list."""
    cell_customers: int = Field(default=30, ge=1)
    """A segment's region with fewer customers gets no lists of its own."""
    support: int = Field(default=5, ge=1)
    """A product bought by fewer customers of a cell is left out of its rising and signature lists."""
    sold_within_days: int = Field(default=60, ge=1)
    """A product that nobody bought for longer than this is no longer offered."""
