"""What the commands say when something is in the way, and where they send people."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from segmentation_platform.cli.summary import next_steps
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.orchestration import runner
from segmentation_platform.orchestration.assets import ingest
from segmentation_platform.orchestration.run_request import RunRequest
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse.database import Database, DatabaseError
from segmentation_platform_tests.support.commands import Command
from segmentation_platform_tests.support.dagster_home import ready_home

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
LINE = "536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"


class TestDatabaseThatIsNamed:
    def test_url_is_printed_as_libpq_reads_it(self, command: Command, database: Database) -> None:
        spelt = database.url.replace("postgresql://", "postgresql+psycopg://")
        assert command("db", "url", DATABASE_URL=spelt).stdout.strip() == database.url
        assert command("db", "url", "--database-url", spelt, DATABASE_URL="").stdout.strip() == database.url

    def test_reader_is_the_users_own_affair_and_owner_is_the_user_of_the_url(
        self, command: Command, database: Database
    ) -> None:
        for name in ("url", "psql"):
            said = command("db", name, "--role", "reader")
            assert said.returncode == 1
            assert "DATABASE_URL names a server; its roles are yours" in " ".join(said.stderr.split())
        assert command("db", "url", "--role", "owner").stdout.strip() == database.url

    def test_psql_takes_signs_in_the_password_and_parameters(
        self, process: Command, empty_database: Database
    ) -> None:
        parts = urlsplit(empty_database.url)
        name = f"{parts.path[1:]}_signs"
        with empty_database.connect() as connection:
            connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'p@ss/w%rd'".encode())
        try:
            host = parts.netloc.rpartition("@")[2]
            where = parts._replace(
                netloc=f"{name}:p%40ss%2Fw%25rd@{host}", query="sslmode=disable&application_name=with%20space"
            )
            said = process(
                "db", "psql", "-Atc", "select current_user, current_setting('application_name')",
                DATABASE_URL=where.geturl(), PGAPPNAME="other",
            )  # fmt: skip
            assert said.stdout.strip() == f"{name}|with space", said.stderr
        finally:
            with empty_database.connect() as connection:
                connection.execute(f"DROP ROLE {name}".encode())

    def test_a_user_without_rights_is_told_so(self, command: Command, database: Database) -> None:
        parts = urlsplit(database.url)
        name = f"{parts.path[1:]}_stranger"
        with database.connect() as connection:
            connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'sesame'".encode())
        try:
            host = parts.netloc.rpartition("@")[2]
            said = command("run", DATABASE_URL=parts._replace(netloc=f"{name}:sesame@{host}").geturl())
            assert said.returncode == 1
            assert "this user may not read or make the platform's schemas" in " ".join(said.stderr.split())
            assert "Traceback" not in said.stderr
            assert "sesame" not in said.stderr
        finally:
            with database.connect() as connection:
                connection.execute(f"DROP ROLE {name}".encode())


def test_the_last_words_of_a_run_name_the_server_without_its_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "postgresql+psycopg://me:sesame@host:5432/shop"
    monkeypatch.setenv("DATABASE_URL", url)
    next_steps(Database(url), Settings(), 1.0)
    said = capsys.readouterr().out
    assert "psql postgresql://me@host:5432/shop -c" in said
    assert "the same --database-url" in said
    assert "sesame" not in said


class TestSimulate:
    def test_a_file_that_is_there_is_kept_unless_forced(self, command: Command, tmp_path: Path) -> None:
        kept = tmp_path / "data.parquet"
        kept.write_text("mine")
        said = command("simulate", "data.parquet", "--lines", "1000")
        assert said.returncode == 2
        assert "is there already" in said.stderr
        assert kept.read_text() == "mine"
        assert command("simulate", "data.parquet", "--lines", "1000", "--force").returncode == 0
        assert kept.read_bytes().startswith(b"PAR1")

    def test_a_place_that_can_not_be_written_is_one_line(self, command: Command, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        said = command("simulate", "file/shop.parquet", "--lines", "1000")
        assert said.returncode == 2
        assert "can't be written" in said.stderr
        assert len(said.stderr.splitlines()) == 1

    def test_the_settings_say_how_large_a_shop_is(self, command: Command, tmp_path: Path) -> None:
        (tmp_path / "segmentation.toml").write_text("[simulation]\nlines = 1500\n")
        assert "1,500 lines" in command("simulate", "shop.parquet").stdout


class TestDoctor:
    def test_the_fix_of_a_missing_column_stands_below_the_table_word_for_word(
        self, command: Command, tmp_path: Path
    ) -> None:
        (tmp_path / "columns.csv").write_text(HEADER.replace("InvoiceDate", "Alpha") + LINE)
        said = command("doctor", "--sales", "columns.csv")
        assert said.returncode == 1
        table, _, fixes = said.stdout.partition("\nLedger: ")
        assert "Column not found: invoice_date." in " ".join(table.split())
        assert "[profile.columns]" not in table
        assert '  [profile.columns]\n  invoice_date = "name in the file"' in fixes

    def test_a_state_that_says_it_all_is_said_once(self, command: Command) -> None:
        said = command("doctor", DATABASE_URL="mysql://nowhere")
        assert said.returncode == 1
        assert said.stdout.count("not a Postgres URL") == 1

    def test_the_ledger_in_use_is_named(self, command: Command, database: Database) -> None:
        assert "none loaded: a simulated shop" in " ".join(command("doctor").stdout.split())
        with database.connect() as connection:
            connection.execute(
                "INSERT INTO warehouse.loads"
                " (ledger_name, origin, source, sha256, reading, lines, loaded_at, is_part, is_current)"
                " VALUES ('shop', '/shop/[may].csv', '/shop/[may].csv', 'x', 'x', 4321, now(), true, true)"
            )
        said = " ".join(command("doctor").stdout.split())
        assert "/shop/[may].csv" in said
        assert "4,321 lines" in said


@pytest.mark.parametrize(
    ("section", "name"),
    [
        ('[schedule]\ncron = "every night"', "schedule.cron"),
        ('[profile.dates]\nformats = ["%Q"]', "profile.dates.formats"),
        ("[profile.products]\npattern = '(?=a)b'", "profile.products.pattern"),
        ('[cleaning]\ndate_formats = ["%Q"]', "profile.dates.formats"),
        ("[cleaning]\nproduct_code = '(?=a)b'", "profile.products.pattern"),
    ],
)
def test_a_setting_that_would_fail_late_is_named_at_once(
    command: Command, tmp_path: Path, section: str, name: str
) -> None:
    (tmp_path / "segmentation.toml").write_text(section)
    said = command("run")
    assert said.returncode == 2
    assert name in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (DatabaseError("No room."), "cleaned_sales failed: No room."),
        (LedgerError("No lines: none."), "cleaned_sales failed: No lines: none."),
        (ZeroDivisionError("by zero"), "cleaned_sales failed: ZeroDivisionError: by zero"),
        (KeyboardInterrupt(), "Stopped. Nothing was published."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_known_error_speaks_for_itself_and_a_stop_is_one(
    error: BaseException,
    cause: str,
    database: Database,
    shop_ledger: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setattr(ingest, "cleaned_ledger", fail)
    ready_home(tmp_path / "dagster")
    settings = Settings.model_validate({"home": tmp_path, "ledger": {"sales": str(shop_ledger)}})
    outcome = runner.refresh(settings, RunRequest(), lambda event: None)
    assert not outcome.succeeded
    assert outcome.cause == cause
