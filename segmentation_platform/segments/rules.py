"""How many segments are tried, and what counts as stable."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class SegmentRules(BaseModel):
    """Rules of segmentation, one field each; set in the section `[segments]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    k_min: int = Field(default=3, ge=2)
    """Fewest segments that are tried."""
    k_max: int = Field(default=8, le=20)
    """Most segments that are tried."""
    stable_jaccard: float = Field(default=0.75, gt=0, le=1)
    """A segment whose mean bootstrap Jaccard is below this is not stable (Hennig 2007)."""
    bootstraps: int = Field(default=20, ge=2)
    """Resamples behind each stability figure."""
    seed: int = 7
    """Seed of every random choice."""

    @model_validator(mode="after")
    def _range(self) -> Self:
        if self.k_min > self.k_max:
            raise ValueError(f"k_min ({self.k_min}) is above k_max ({self.k_max})")
        return self
