"""Ledgers that are not files here: at an address of a real server, and in another Postgres, night after night."""

import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import psycopg
import pyarrow.parquet as pq
import pytest

from segmentation_platform.engine import new_engine
from segmentation_platform.orchestration.asked import LedgerAsked, ledger_asked
from segmentation_platform.orchestration.intake import take_in
from segmentation_platform.orchestration.understanding import Answers, understand
from segmentation_platform.settings import LedgerDatabase, LedgerSettings, Settings
from segmentation_platform.sources.errors import SourceError
from segmentation_platform.warehouse import loads
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.servers import FileServer, file_server
from segmentation_platform_tests.support.stores import lines_of


class Silent:
    """Somebody who need not be told."""

    def say(self, words: str) -> None: ...

    def warn(self, words: str) -> None: ...

    def lines(self, lines: int) -> None: ...


@pytest.fixture
def shop(shop_ledger: Path) -> pd.DataFrame:
    """The first lines of the small shop's ledger."""
    frame: pd.DataFrame = pq.read_table(shop_ledger).slice(0, 2_000).to_pandas()
    return frame


def with_ledger(settings: Settings, ledger: LedgerSettings) -> Settings:
    return settings.model_copy(update={"ledger": ledger})


def taken(asked: LedgerAsked, settings: Settings, database: Database) -> dict[str, int]:
    """Take a ledger in; the lines of its files, by name."""
    understood = understand(asked, settings, lines_of(database), new_engine(), Answers(accepts_doubts=True))
    ledger = take_in(lines_of(database), asked, understood, Silent())
    return {Path(load.source).name: load.lines for load in ledger.loads}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FileServer]:
    """A web server with a folder."""
    (tmp_path / "served").mkdir()
    with file_server(tmp_path / "served") as server:
        yield server


def test_a_ledger_at_an_address_is_read_and_goes_on_without_being_named_again(
    server: FileServer, settings: Settings, database: Database, shop: pd.DataFrame
) -> None:
    folder, address = server.folder, server.address
    shop[:1_500].to_csv(folder / "sales.csv", index=False)
    unnamed = with_ledger(settings, LedgerSettings())
    asked = ledger_asked(f"{address}/sales.csv", "", unnamed, database)
    assert asked.origins == (f"{address}/sales.csv",)
    assert taken(asked, unnamed, database) == {"sales.csv": 1_500}
    shop.to_csv(folder / "sales.csv", index=False)
    assert taken(ledger_asked("", "shop", unnamed, database), unnamed, database) == {"sales.csv": 2_000}


def test_keys_of_an_address_come_from_the_environment_and_are_not_kept(
    server: FileServer, settings: Settings, database: Database, shop: pd.DataFrame
) -> None:
    folder, address = server.folder, server.address
    shop.to_csv(folder / "sales.csv", index=False)
    signed = f"{address}/sales.csv?signature=secret"
    with pytest.raises(SourceError, match="SEGMENTATION_LEDGER__SALES") as refused:
        ledger_asked(signed, "", settings, database)
    assert "secret" not in str(refused.value)
    said = with_ledger(settings, LedgerSettings(sales=signed))
    assert taken(ledger_asked("", "", said, database), said, database) == {"sales.csv": 2_000}
    ledger = loads.ledger_in_use(database)
    assert ledger is not None
    assert "secret" not in repr(ledger)


def sell(database: Database, lines: pd.DataFrame, *, is_first: bool = False) -> None:
    """Put lines into a table of the shop's own Postgres."""
    with psycopg.connect(database.url) as connection:
        if is_first:
            columns = ", ".join(f'"{name}" text' for name in lines.columns)
            connection.execute(f"CREATE SCHEMA till; CREATE TABLE till.lines (id serial, {columns})".encode())
        names = ", ".join(f'"{name}"' for name in lines.columns)
        text = io.StringIO()
        lines.to_csv(text, index=False, header=False)
        with connection.cursor().copy(f"COPY till.lines ({names}) FROM STDIN (FORMAT csv)".encode()) as copy:
            copy.write(text.getvalue())


def test_a_table_of_another_postgres_is_read_by_its_watermark_and_only_what_is_new(
    settings: Settings, database: Database, shop: pd.DataFrame
) -> None:
    url = database.url.replace("postgresql://", "postgresql+psycopg://", 1)
    source = LedgerDatabase.model_validate({"url": url, "table": "till.lines", "watermark": "id"})
    said = with_ledger(settings, LedgerSettings(database=source))
    sell(database, shop[:1_500], is_first=True)
    assert taken(ledger_asked("", "", said, database), said, database) == {"000001.csv": 1_500}
    sell(database, shop[1_500:])
    found = taken(ledger_asked("", "", said, database), said, database)
    assert found == {"000001.csv": 1_500, "000002.csv": 501}, "the last line once more: others may have come with it"
    assert taken(ledger_asked("", "", said, database), said, database) == found
    ledger = loads.ledger_in_use(database)
    assert ledger is not None
    [origin] = ledger.origins
    assert origin.startswith("database postgresql://")
    assert origin.endswith(" till.lines")
