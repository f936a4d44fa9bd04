"""What assets work with: the warehouse, the SQL engine, and the reporting date of the run."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import dagster as dg
from pydantic import Field

from segmentation_platform.engine import Engine, ParquetFiles, Room, new_engine
from segmentation_platform.ledger.facts import Period, sales_period
from segmentation_platform.ledger_store import StorePlace
from segmentation_platform.orchestration.bad_input import bad_input
from segmentation_platform.orchestration.run_lock import hold_run_lock
from segmentation_platform.warehouse.access import open_database, open_lines
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.ledger_lines import LedgerLines

# As the sensors' one.
_log = logging.getLogger("dagster.segmentation_platform")


class WarehouseResource(dg.ConfigurableResource["WarehouseResource"]):
    """The Postgres database, migrated at its first use in a process."""

    home: str = Field(description="Folder of the platform's own files; the embedded server lives there")
    database_url: str = Field(
        default="",
        description="URL of a Postgres server; empty for the embedded one",
        json_schema_extra={"dagster__is_secret": True},
    )

    store: str = Field(
        default="",
        description="Where ledgers' lines lie: a folder or a bucket; empty: home/ledger",
    )
    store_options: dict[str, str] = Field(default={}, description="Settings of the bucket, as delta-rs names them")

    def database(self) -> Database:
        """Open the database."""
        return _open_once(self.database_url or None, self.home)

    def lines(self) -> LedgerLines:
        """The lines of the database's ledgers, for runs: only they are sure to reach the files."""
        root = self.store or str(Path(self.home) / "ledger")
        return _lines_once(self.database(), root, tuple(sorted(self.store_options.items())))

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["WarehouseResource"]:
        """Work on a run: one at a time on a database, and known by its process.

        Sensors open the resource, too, and wait for nobody.
        """
        if context.run is None:
            yield self
        else:
            with hold_run_lock(context, self.database()), self.database().keeping_connections():
                yield self


@lru_cache(maxsize=8)
def _open_once(url: str | None, home: str) -> Database:
    return open_database(url, Path(home))


@lru_cache(maxsize=8)
def _lines_once(database: Database, root: str, options: tuple[tuple[str, str], ...]) -> LedgerLines:
    return open_lines(database, StorePlace(root, dict(options)), _log.info)


class EngineResource(dg.ConfigurableResource["EngineResource"]):
    """The engine of the ledger-sized SQL: DuckDB in this process."""

    memory_limit: str = Field(description="4GB, or 50% of what the machine has; above it DuckDB spills to disk")
    spill_folder: str = Field(description="Where it spills to")

    def engine(self) -> Engine:
        """The engine."""
        return _engine_once(Room(self.memory_limit, Path(self.spill_folder)))


@lru_cache(maxsize=8)
def _engine_once(room: Room) -> Engine:
    return new_engine(room)


@lru_cache(maxsize=8)
def _period(engine: Engine, clean_sales: ParquetFiles) -> Period | None:
    """The period of some files, which are never changed once they are written."""
    return sales_period(engine, clean_sales)


class ReportingDateResource(dg.ConfigurableResource["ReportingDateResource"]):
    """The first day that is not known yet, for the whole run: recency counts back from it."""

    as_of: str = Field(
        default="", description="As 2011-12-10; empty: the day after the last sale. Nothing from that day on is used"
    )

    def resolve(self, lines: LedgerLines, engine: Engine) -> date:
        """The reporting date.

        Args:
            lines: of the ledger that was cleaned last
            engine: looks at them

        Raises:
            dagster.Failure: when it is not a date, or before the first sale.

        """
        period = _period(engine, lines.clean())
        if period is None:
            raise bad_input(
                "There are no genuine sales in the ledger: every line was rejected. segmentation-platform ledger "
                "rejects tells why, and what would keep them."
            )
        if not self.as_of:
            return period.last_sale.date() + timedelta(days=1)
        as_of = _parse(self.as_of)
        if as_of <= period.first_sale.date():
            raise bad_input(
                f"The reporting date {as_of} is not after the first sale, {period.first_sale:%Y-%m-%d}. "
                f"Choose one from {period.first_sale.date() + timedelta(days=1)} on."
            )
        return as_of


def _parse(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise bad_input(f"{text!r} is not a date; write it as 2011-12-10.") from None
