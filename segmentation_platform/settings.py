"""The one place that reads the environment and segmentation.toml.

Values come, first wins, from arguments, from environment variables (`SEGMENTATION_…`, nested by `__`, and
`DATABASE_URL`), from `segmentation.toml` in the working folder (or the file named by `SEGMENTATION_CONFIG`),
and from the defaults below.
"""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform.ledger.rules import CleaningRules
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.segments.rules import SegmentationRules

LedgerColumn = Literal[
    "invoice",
    "stock_code",
    "description",
    "quantity",
    "invoice_date",
    "unit_price",
    "customer_id",
    "country",
]


_CRON_ALIASES = {"@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# Minute, hour, day, month, day of the week: lowest and highest number, names counted from the lowest.
_CRON_FIELDS: tuple[tuple[int, int, tuple[str, ...]], ...] = (
    (0, 59, ()),
    (0, 23, ()),
    (1, 31, ()),
    (1, 12, _MONTHS),
    (0, 7, _DAYS),
)
_CRON_ITEM = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>[1-9]\d*))?")


class SettingsProblemError(ValueError):
    """A setting can't be used; the message names it and says what it takes."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LedgerSettings(_Section):
    """Where the ledger is and how the file is read."""

    sales: str | None = None
    encoding: str = "auto"
    columns: dict[LedgerColumn, str] = Field(default_factory=dict)


class ScheduleSettings(_Section):
    """When the nightly refresh runs."""

    cron: str = "59 23 * * *"
    timezone: str = "Asia/Jakarta"
    running: bool = False

    @field_validator("cron")
    @classmethod
    def _is_cron(cls, value: str) -> str:
        fields = value.lower().split()
        if value.strip().lower() not in _CRON_ALIASES and not (
            len(fields) == len(_CRON_FIELDS) and all(map(_is_cron_field, fields, _CRON_FIELDS))
        ):
            raise ValueError(
                f"{value!r} is not a cron schedule; write minute, hour, day, month, day of the week, like 59 23 * * *"
            )
        return value

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"unknown time zone {value!r}; use a name like Europe/London") from error
        return value


class SimulationSettings(_Section):
    """The simulated shop that serves until there is a ledger."""

    lines: int = Field(default=100_000, ge=1_000, le=50_000_000)
    seed: int = 7


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="SEGMENTATION_", env_nested_delimiter="__", env_ignore_empty=True, extra="forbid", frozen=True
    )

    home: Path = Path(".segmentation")
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    ledger: LedgerSettings = LedgerSettings()
    cleaning: CleaningRules = CleaningRules()
    customers: CustomerRules = CustomerRules()
    segmentation: SegmentationRules = SegmentationRules()
    recommendations: RecommendationRules = RecommendationRules()
    schedule: ScheduleSettings = ScheduleSettings()
    simulation: SimulationSettings = SimulationSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_file())

    @property
    def simulated_ledger(self) -> Path:
        """Where the simulated shop's ledger is kept, named by what it was made from."""
        return self.home.absolute() / "demo" / f"simulated_{self.simulation.lines}_{self.simulation.seed}.parquet"

    @property
    def dagster_home(self) -> Path:
        """Dagster's folder: the one named by DAGSTER_HOME, else one below `home`."""
        named = os.environ.get("DAGSTER_HOME")
        return Path(named) if named else self.home.absolute() / "dagster"


def _is_cron_field(text: str, field: tuple[int, int, tuple[str, ...]]) -> bool:
    return all(_is_cron_item(item, field) for item in text.split(","))


def _is_cron_item(item: str, field: tuple[int, int, tuple[str, ...]]) -> bool:
    lowest, highest, names = field
    found = _CRON_ITEM.fullmatch(item)
    if found is None:
        return False
    numbers = [
        lowest + names.index(end) if end in names else int(end) if end.isdecimal() else -1
        for end in (found["first"], found["last"])
        if end is not None
    ]
    return all(lowest <= number <= highest for number in numbers) and numbers == sorted(numbers)


def config_file() -> Path:
    """The settings file: SEGMENTATION_CONFIG, else segmentation.toml in the working folder."""
    return Path(os.environ.get("SEGMENTATION_CONFIG", "segmentation.toml"))


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """Read the settings once per process.

    Raises:
        SettingsProblemError: with one line for each value that can't be used.

    """
    named = os.environ.get("SEGMENTATION_CONFIG")
    if named and not Path(named).is_file():
        raise SettingsProblemError(f"SEGMENTATION_CONFIG names {named}, and there is no such file.")
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise SettingsProblemError(f"Settings in {config_file()} or the environment: {'; '.join(lines)}") from None
    except (SettingsError, ValueError) as error:
        raise SettingsProblemError(f"{config_file()} can't be read: {error}") from error


def name_database(url: str) -> None:
    """Use a database for the rest of this process and the processes that it starts."""
    os.environ["DATABASE_URL"] = url
    load_settings.cache_clear()
