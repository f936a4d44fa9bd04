"""What is the owner's to decide about a ledger beside how it is read."""

from pydantic import BaseModel, ConfigDict


class CleaningRules(BaseModel):
    """Rules of cleaning, one field each; set in the section `[cleaning]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    regions: tuple[str, ...] | None = None
    """Countries that are a region of their own; the others are Rest of Europe and Rest of world. None: those that
    have a hundredth of the lines."""
