"""Which ledger lines are genuine, and how their text is understood."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

# A day that comes back as itself only when day, month and year are written.
_KEEPS_THE_DAY = (
    "SELECT try_strptime(strftime(TIMESTAMP '2009-11-27 12:34:56', $format), $format)::VARCHAR LIKE '2009-11-27%'"
)


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
        # By the engine that will use it: RE2 has no lookarounds and no references. Not every start needs it.
        import duckdb

        try:
            with duckdb.connect() as connection:
                connection.execute("SELECT regexp_full_match('', ?)", [value])
        except duckdb.Error as error:
            raise ValueError(
                f"{value!r} is not a regular expression that DuckDB takes: {_first_line(error)}"
            ) from error
        return value

    @field_validator("date_formats")
    @classmethod
    def _tell_days(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        import duckdb

        with duckdb.connect() as connection:
            for date_format in value:
                try:
                    row = connection.execute(_KEEPS_THE_DAY, {"format": date_format}).fetchone()
                except duckdb.Error as error:
                    raise ValueError(f"{date_format!r} is not a strptime format: {_first_line(error)}") from error
                if row is None or not row[0]:
                    raise ValueError(
                        f"{date_format!r} doesn't tell day, month and year; write it like %d/%m/%Y %H:%M"
                    )
        return value


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
