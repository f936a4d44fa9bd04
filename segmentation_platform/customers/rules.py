"""What counts as what in a customer's habits."""

from pydantic import BaseModel, ConfigDict, Field


class CustomerRules(BaseModel):
    """Rules of customer features, one field each; set in the section `[customers]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wholesale_units: float = Field(default=24, gt=0)
    """A customer whose median purchase line has at least this many units buys wholesale."""
