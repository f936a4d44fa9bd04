"""Which ledger lines are genuine, and how their text is understood."""

import re

from pydantic import BaseModel, ConfigDict, Field, field_validator


class CleaningRules(BaseModel):
    """Rules of cleaning, one field each; set in the section `[cleaning]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    product_code: str = "[0-9]{5}[A-Z]{0,2}"
    """Regular expression that a genuine product's upper-case code matches as a whole."""
    cancellation_prefix: str = Field(default="C", min_length=1)
    """An invoice number that starts so (in upper case) is a cancellation."""
    regions: tuple[str, ...] = ("United Kingdom", "Germany", "France", "EIRE")
    """Countries that are a region of their own; the others are Rest of Europe and Rest of world."""
    date_formats: tuple[str, ...] = Field(
        default=(
            "%Y-%m-%d %H:%M:%S",
            "%Y-%m-%d %H:%M:%S.%f",
            "%Y-%m-%dT%H:%M:%S",
            "%Y-%m-%d %H:%M",
            "%Y-%m-%d",
            "%m/%d/%Y %H:%M",
            "%m/%d/%Y %H:%M:%S",
            "%m/%d/%Y",
        ),
        min_length=1,
    )
    """strptime formats of the invoice date, tried in this order on every line."""

    @field_validator("product_code")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"{value!r} is not a regular expression: {error}") from error
        return value
