"""What a season is measured against: the settings of the section `[insights]`."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class InsightRules(BaseModel):
    """Rules of insights, one field each; set in the section `[insights]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_from: int = Field(default=3, ge=1, le=12)
    """First calendar month of the quiet stretch of the year that other months are compared with."""
    base_until: int = Field(default=8, ge=1, le=12)
    """Last calendar month of it."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.base_until < self.base_from:
            raise ValueError("base_until must not be before base_from: the quiet stretch lies within one year")
        return self
