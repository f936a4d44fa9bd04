"""Lines of ledgers in files, for databases of tests: the folders of all are below one, as all are on one server."""

import shutil
from pathlib import Path

import pandas as pd

from segmentation_platform.contracts import CleanSales, RejectedSales
from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.engine import ParquetFiles
from segmentation_platform.ledger.balances import Halves
from segmentation_platform.ledger_store import StorePlace
from segmentation_platform.orchestration.resources import WarehouseResource
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.ledger_lines import IN_FILES, LedgerLines
from segmentation_platform.warehouse.loads import ledger_in_use
from segmentation_platform.warehouse.tables import read_frame
from segmentation_platform_tests.support import session


def place() -> StorePlace:
    """Where the lines of all databases of this run of the tests are."""
    return StorePlace(str(session.folder() / "ledgers"))


def lines_of(database: Database) -> LedgerLines:
    """The lines of a test's database."""
    return LedgerLines(database, place())


def warehouse_of(database: Database, home: Path) -> WarehouseResource:
    """The warehouse resource on a test's database."""
    return WarehouseResource(home=str(home), database_url=database.url, store=place().root)


def clean_lines(database: Database) -> pd.DataFrame:
    """The clean lines, by load and line."""
    return _in_order(lines_of(database).clean())


def raw_lines_of(database: Database) -> pd.DataFrame:
    """The raw lines of the ledger in use, by load and line."""
    ledger = ledger_in_use(database)
    return _in_order(lines_of(database).raw(ledger.load_ids if ledger else ()))


def _in_order(files: ParquetFiles) -> pd.DataFrame:
    return to_frame(files.reader().read_all()).sort_values(["load_id", "line_number"], ignore_index=True)


def halves_of(database: Database) -> Halves:
    """The ledger in use, and what became of its lines."""
    ledger = ledger_in_use(database)
    raw = lines_of(database).raw(ledger.load_ids if ledger else ())
    return Halves(raw, lines_of(database).clean(), read_frame(database, RejectedSales))


def put_clean_lines(database: Database, frame: pd.DataFrame) -> None:
    """Replace the clean lines."""
    with database.connect() as connection:
        lines_of(database).replace(connection, CleanSales, frame)


def copy_lines(database: Database) -> None:
    """Give a copy of a database copies of the files, which it would share with its template."""
    with database.connect() as connection:
        there = connection.execute("SELECT to_regclass('warehouse.ledger_store')").fetchone()
        if there is None or there[0] is None:
            return
        rows = connection.execute("SELECT table_name, folder FROM warehouse.ledger_store").fetchall()
        for name, folder in rows:
            own = f"{name}-{connection.info.dbname}"
            if Path(place().below(str(folder))).exists():
                shutil.copytree(place().below(str(folder)), place().below(own))
            connection.execute("UPDATE warehouse.ledger_store SET folder = %s WHERE table_name = %s", [own, name])


def drop_lines(database_name: str) -> None:
    """Drop the files of a database that was dropped."""
    for contract in IN_FILES:
        shutil.rmtree(place().below(f"{contract.table()}-{database_name}"), ignore_errors=True)
