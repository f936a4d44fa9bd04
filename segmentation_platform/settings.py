"""The one place that reads the environment and segmentation.toml.

Values come, first wins, from arguments, from environment variables (`SEGMENTATION_…`, nested by `__`, and
`DATABASE_URL`), from `segmentation.toml` in the working folder (or the file named by `SEGMENTATION_CONFIG`),
and from the defaults below.
"""

import logging
import os
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from segmentation_platform.customers.rules import CustomerRules
from segmentation_platform.errors import BadInputError
from segmentation_platform.insights.rules import InsightRules
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform.ledger.rules import CleaningRules
from segmentation_platform.ledger.simulation.natures import Kind
from segmentation_platform.recommendations.rules import RecommendationRules
from segmentation_platform.segments.rules import SegmentationRules

if TYPE_CHECKING:
    from segmentation_platform.engine import Room
    from segmentation_platform.ledger_store import StorePlace

_log = logging.getLogger("segmentation_platform")

_CRON_ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


FORMER_PLACES = {
    ("ledger", "encoding"): ("profile", "file", "encoding"),
    ("ledger", "columns"): ("profile", "columns"),
    ("cleaning", "product_code"): ("profile", "products", "pattern"),
    ("cleaning", "cancellation_prefix"): ("profile", "cancellations", "prefix"),
    ("cleaning", "date_formats"): ("profile", "dates", "formats"),
}
"""Settings that have moved into the profile; they are still taken, with a warning."""


class SettingsProblemError(BadInputError, ValueError):
    """A setting can't be used; the message names it and says what it takes."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LedgerDatabase(_Section):
    """A table or query of another database that is the ledger."""

    url: SecretStr | None = None
    table: str = ""
    query: str = ""
    watermark: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.url and bool(self.table) == bool(self.query):
            raise ValueError("say which table holds the ledger, or give a query, and not both")
        return self


class LedgerSettings(_Section):
    """Which ledger it is and where; how it is read is its profile."""

    name: str = ""
    sales: str | None = None
    sha256: str = Field(default="", pattern=r"^([0-9a-fA-F]{64})?$")
    storage: dict[str, Any] = Field(default_factory=dict)
    store: str = ""
    store_options: dict[str, str] = Field(default_factory=dict)
    mirror: Literal["all", "clean", "none"] | None = None
    database: LedgerDatabase = LedgerDatabase()

    @model_validator(mode="after")
    def _has_one_place(self) -> Self:
        if self.sales and self.database.url:
            raise ValueError("a ledger is in files, sales, or in a database, database.url: leave one of them out")
        return self


def _known_cron(value: str) -> str:
    try:
        CronSim(_CRON_ALIASES.get(value.strip().lower(), value), datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError:
        raise ValueError(
            f"{value!r} is not a cron schedule; write minute, hour, day, month, day of the week, like 59 23 * * *"
        ) from None
    return value


Cron = Annotated[str, AfterValidator(_known_cron)]


class ScheduleSettings(_Section):
    """When the nightly refresh runs, and when it is missed."""

    cron: Cron = "59 23 * * *"
    timezone: str = "Asia/Jakarta"
    running: bool = False
    late_minutes: int = Field(default=120, ge=1)

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"unknown time zone {value!r}; use a name like Europe/London") from error
        return value

    @property
    def today(self) -> date:
        """The shop's day: no sale of its ledger is after it."""
        return datetime.now(ZoneInfo(self.timezone)).date()

    def last_due(self, now: datetime) -> datetime:
        """The last time up to now at which the refresh was due."""
        return next(self._ticks(now + timedelta(seconds=1), reverse=True))

    def longest_gap(self, now: datetime) -> timedelta:
        """The longest time between two refreshes within the next hundred: three days where weekends are free."""
        times = list(islice(self._ticks(now, reverse=False), 100))
        return max(later - earlier for earlier, later in pairwise(times))

    def _ticks(self, start: datetime, *, reverse: bool) -> Iterator[datetime]:
        expression = _CRON_ALIASES.get(self.cron.strip().lower(), self.cron)
        return CronSim(expression, start.astimezone(ZoneInfo(self.timezone)), reverse=reverse)


class CampaignSettings(_Section):
    """Which playbook campaigns are planned by, and the draw of those who are held out."""

    playbook: Path | None = None
    seed: int = 7

    def playbook_file(self) -> Path | None:
        """The playbook's file, below the folder of the settings file unless it is absolute; None for the built-in."""
        return self.playbook and config_file().parent / self.playbook.expanduser()


class AlertSettings(_Section):
    """Who is told of failed and late runs, and sent the morning summary."""

    urls: tuple[SecretStr, ...] = ()
    ui: str = "http://127.0.0.1:3000"


class AppSettings(_Section):
    """What the app reads: an exported folder, or the database where none is named."""

    folder: Path | None = None


def _address(value: str) -> str:
    if value and not value.startswith(("http://", "https://")):
        raise ValueError(f"{value!r} is not an address; write it like https://reports.example.org, or leave it empty")
    return value.rstrip("/")


Address = Annotated[str, AfterValidator(_address)]


class LinkSettings(_Section):
    """Where people reach what the platform shows; empty for what is not there, which is linked to by nothing."""

    reports: Address = "http://127.0.0.1:9464"
    app: Address = "http://127.0.0.1:8501"


class HousekeepingSettings(_Section):
    """What is kept, and when the rest is dropped."""

    cron: Cron = "30 12 * * *"
    snapshots: int = Field(default=30, ge=2)
    snapshot_rows: int = Field(default=20_000_000, ge=1)
    loads: int = Field(default=7, ge=1)
    run_days: int = Field(default=90, ge=1)


class EngineSettings(_Section):
    """The engine of the ledger-sized SQL: how much memory it may take, and where it spills to above that."""

    memory_limit: str = Field(default="50%", pattern=r"^\d+(\.\d+)?\s*([KMGT]i?B|%)$")
    spill_folder: Path | None = None

    @field_validator("memory_limit", mode="before")
    @classmethod
    def _usual(cls, value: object) -> object:
        """Take an empty one, as it was written before there was a default, for the default."""
        return value or "50%"


class SimulationSettings(_Section):
    """The simulated shop that serves until there is a ledger."""

    kind: Kind = "gift"
    lines: int = Field(default=100_000, ge=1_000, le=50_000_000)
    seed: int = 7

    @property
    def name(self) -> str:
        """What its ledger's file is called, by what it is made from."""
        kind = "" if self.kind == "gift" else f"{self.kind}_"
        return f"simulated_{kind}{self.lines}_{self.seed}.parquet"


class PasswordSettings(_Section):
    """Passwords of the roles that `db prepare` makes on a server of one's own."""

    owner: SecretStr | None = None
    runner: SecretStr | None = None
    reader: SecretStr | None = None
    dagster: SecretStr | None = None


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="SEGMENTATION_", env_nested_delimiter="__", env_ignore_empty=True, extra="forbid", frozen=True
    )

    home: Path = Path(".segmentation")
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    admin_database_url: SecretStr | None = Field(default=None, validation_alias="ADMIN_DATABASE_URL")
    passwords: PasswordSettings = PasswordSettings()
    ledger: LedgerSettings = LedgerSettings()
    profile: Profile = Profile()
    cleaning: CleaningRules = CleaningRules()
    customers: CustomerRules = CustomerRules()
    segmentation: SegmentationRules = SegmentationRules()
    recommendations: RecommendationRules = RecommendationRules()
    insights: InsightRules = InsightRules()
    campaigns: CampaignSettings = CampaignSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    alerts: AlertSettings = AlertSettings()
    app: AppSettings = AppSettings()
    links: LinkSettings = LinkSettings()
    housekeeping: HousekeepingSettings = HousekeepingSettings()
    log_format: Literal["text", "json"] = "text"
    engine: EngineSettings = EngineSettings()
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

    @model_validator(mode="before")
    @classmethod
    def _from_former_places(cls, values: Any) -> Any:
        """Take settings that stand where they stood before there were profiles."""
        for (section, name), place in FORMER_PLACES.items():
            if isinstance(values, dict) and isinstance(values.get(section), dict) and name in values[section]:
                values = _moved(values, (section, name), place)
        return values

    @property
    def simulated_ledger(self) -> Path:
        """Where the simulated shop's ledger is kept, named by what it was made from."""
        return self.home.absolute() / "demo" / self.simulation.name

    @property
    def room(self) -> "Room":
        """The memory and the disk that the engine may take; it spills to a folder below `home` if none is named."""
        from segmentation_platform.engine.room import Room  # DuckDB, which comes with it, takes its time

        return Room(self.engine.memory_limit, self.engine.spill_folder or self.home.absolute() / "spill")

    @property
    def store_place(self) -> "StorePlace":
        """Where lines of ledgers lie; a folder below `home` if none is named."""
        from segmentation_platform.ledger_store import StorePlace

        return StorePlace(self.ledger.store or str(self.home.absolute() / "ledger"), self.ledger.store_options)

    @property
    def dagster_home(self) -> Path:
        """Dagster's folder: the one named by DAGSTER_HOME, else one below `home`."""
        named = os.environ.get("DAGSTER_HOME")
        return Path(named) if named else self.home.absolute() / "dagster"


def _moved(values: dict[str, Any], old: tuple[str, str], place: tuple[str, ...]) -> dict[str, Any]:
    """The values with one of them at another place; what stands there already stays."""
    words = f"The setting {'.'.join(old)} is now called {'.'.join(place)}; please move it."
    warnings.warn(words, FutureWarning, stacklevel=2)
    section = dict(values[old[0]])
    value = section.pop(old[1])
    moved = {**values, old[0]: section}
    holder = moved
    for name in place[:-1]:
        holder[name] = dict(holder.get(name, {}))
        holder = holder[name]
    if place[-2] == "cancellations":
        holder.setdefault("by", "prefix")
    holder.setdefault(place[-1], value)
    return moved


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
        with warnings.catch_warnings(record=True) as noticed:
            warnings.simplefilter("always", FutureWarning)
            settings = Settings()
        for notice in noticed:
            _log.warning(str(notice.message))
        return settings
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise SettingsProblemError(f"Settings in {config_file()} or the environment: {'; '.join(lines)}") from None
    except (SettingsError, ValueError) as error:
        raise SettingsProblemError(f"{config_file()} can't be read: {error}") from error


def name_folder(folder: Path) -> None:
    """Read an exported folder, in the app that this process becomes."""
    os.environ["SEGMENTATION_APP__FOLDER"] = str(folder)
    load_settings.cache_clear()


def name_database(url: str) -> None:
    """Use a database for the rest of this process and the processes that it starts."""
    os.environ["DATABASE_URL"] = url
    load_settings.cache_clear()
