"""Which ledger a run works on: its name, and its files as they are now."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.files import LedgerFile, identify, identify_each, is_there
from segmentation_platform.ledger.increments import Increment, increment_of
from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop, write_parquet
from segmentation_platform.settings import Settings
from segmentation_platform.sources.addresses import fetch, is_address, require_content, without_secrets
from segmentation_platform.sources.databases import Question, fetch_rows
from segmentation_platform.sources.errors import SourceError
from segmentation_platform.warehouse import loads, snapshots
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.loads import Load

SIMULATED: Final = "simulated shop"
UNNAMED: Final = "shop"
"""Names of the simulated shop's ledger, and of one that its owner gave none."""


@dataclass(frozen=True)
class LedgerAsked:
    """The ledger that a run works on.

    Attributes:
        name: of the ledger
        files: that are there now, in order; none where all are gone and what was read of them is used
        origins: what was named: files, folders and patterns
        origin_of: of these, by the path of each file

    """

    name: str
    files: tuple[LedgerFile, ...]
    origins: tuple[str, ...]
    origin_of: Mapping[str, str]

    @property
    def is_simulated(self) -> bool:
        """Whether it is the simulated shop's."""
        return self.name == SIMULATED

    @property
    def title(self) -> str:
        """Name and origins, in words."""
        return f"{self.name}: {', '.join(self.origins)}"

    def increment(self, known: list[Load]) -> Increment:
        """What its files bring beside loads of it."""
        return increment_of(self.files, known, self.origins)


def ledger_asked(sales: str, name: str, settings: Settings, database: Database) -> LedgerAsked:
    """The ledger to work on.

    The files are those that are named, else those of the settings, else those of the ledger that is served, else the
    simulated shop's; what is at an address or in a database is fetched. The name is the one that is given, else that
    of the settings, else the served one's.

    Args:
        sales: path given for this run, may be empty
        name: given for this run, may be empty
        settings: of the platform
        database: where ledgers and snapshots are registered

    Raises:
        LedgerError: when a file that is named can't be used, or a ledger of that name was never read.
        SourceError, SourceAwayError: when what is named can't be fetched.

    """
    if is_address(sales) and without_secrets(sales) != sales:
        raise SourceError(
            f"The address {without_secrets(sales)} has a user, a password or a query with it, which would be "
            "kept and shown with the run. Set it in the environment: SEGMENTATION_LEDGER__SALES."
        )
    called = ledger_name(sales, name, settings, database)
    if sales or settings.ledger.sales:
        return _named(called, sales or settings.ledger.sales or "", settings)
    if settings.ledger.database.url:
        return _in_database(called, settings)
    if called == SIMULATED:
        return _named(called, str(simulated_ledger(settings)), settings)
    return _as_read(called, settings, database)


def ledger_name(sales: str, name: str, settings: Settings, database: Database) -> str:
    """What the ledger to work on is called; arguments as of `ledger_asked`."""
    sales = sales or settings.ledger.sales or ""
    if sales and Path(sales).expanduser().absolute() == settings.simulated_ledger:
        return SIMULATED
    is_said = bool(sales or settings.ledger.database.url)
    return name or settings.ledger.name or _served_name(settings, database) or (UNNAMED if is_said else SIMULATED)


def is_simulated(sales: str, name: str, settings: Settings, database: Database) -> bool:
    """Whether `ledger_asked` comes down to the simulated shop."""
    return ledger_name(sales, name, settings, database) == SIMULATED


def simulated_ledger(settings: Settings) -> Path:
    """The simulated shop's ledger, made at the first call."""
    path = settings.simulated_ledger
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        asked = settings.simulation
        plan = ShopPlan(kind=asked.kind, lines=asked.lines, seed=asked.seed)
        write_parquet(SimulatedShop(plan), path)
    return path


def _served_name(settings: Settings, database: Database) -> str:
    """Name of the ledger that is served; empty where there is none but the simulated shop's."""
    name = snapshots.served_ledger(database) or ""
    # Ledgers had their path as name once.
    is_simulated = name == SIMULATED or Path(name).parent == settings.simulated_ledger.parent
    return "" if is_simulated else name


def _named(name: str, sales: str, settings: Settings) -> LedgerAsked:
    origin, files = files_at(sales, settings)
    return LedgerAsked(name, tuple(files), (origin,), {file.source: origin for file in files})


def files_at(sales: str, settings: Settings) -> tuple[str, list[LedgerFile]]:
    """What was named, as it is registered, and its files; those of an address are fetched."""
    if is_address(sales):
        paths = fetch(sales, settings.home, settings.ledger.sha256, settings.ledger.storage)
        return without_secrets(sales), [identify(path) for path in paths]
    files = identify_each(Path(sales))
    for file in files if settings.ledger.sha256 else ():
        require_content(file.path, settings.ledger.sha256, file.source)
    return str(Path(sales).expanduser().absolute()), files


def _in_database(name: str, settings: Settings) -> LedgerAsked:
    source = settings.ledger.database
    assert source.url is not None  # noqa: S101 - by those who ask
    question = Question(source.url.get_secret_value(), source.table, source.query, source.watermark)
    files = [identify(path) for path in fetch_rows(question, settings.home)]
    return LedgerAsked(name, tuple(files), (question.origin,), {file.source: question.origin for file in files})


def _as_read(name: str, settings: Settings, database: Database) -> LedgerAsked:
    """A ledger by all that was named for it, as far as that is still there."""
    ledger = loads.ledger_named(database, name)
    if ledger is None:
        raise LedgerError(f'The ledger "{name}" was never read. Say which file it is: --sales, or [ledger] sales.')
    files: list[LedgerFile] = []
    origin_of: dict[str, str] = {}
    for origin in ledger.origins:
        for file in files_at(origin, settings)[1] if is_address(origin) or is_there(Path(origin)) else ():
            if file.source not in origin_of:
                files.append(file)
                origin_of[file.source] = origin
    return LedgerAsked(name, tuple(files), ledger.origins, origin_of)
