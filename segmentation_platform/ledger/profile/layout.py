"""How a ledger's file is laid out, as far as it has to be said."""

from pydantic import BaseModel, ConfigDict, Field


class Layout(BaseModel):
    """How a file is laid out, as far as it has to be said; the section `[profile.file]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoding: str = "auto"
    """Of a text file; `auto`: a byte order mark, else UTF-8 if all of the file is valid, else what it looks like."""
    delimiter: str = Field(default="", max_length=1)
    """Between the fields of a text file; empty: the one that gives the most even rows."""
    header_row: int = Field(default=0, ge=0)
    """Number of the row that names the columns, from 1; 0: the first that looks like it, below any title rows."""
    text_column: str = ""
    """Column whose text may hold the delimiter without quotes: surplus fields of a line belong to it. Empty: none."""
