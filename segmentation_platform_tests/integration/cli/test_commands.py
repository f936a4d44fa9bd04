"""What people type, and what they read."""

import re
from pathlib import Path

import psycopg
import pytest

from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.migrate import newest_revision
from segmentation_platform_tests.support.commands import Command

COMMANDS = {"run", "ui", "app", "monitor", "housekeeping", "simulate", "doctor", "db", "snapshots"}


def served(database: Database) -> list[tuple[object, ...]]:
    with database.connect() as connection:
        return connection.execute("SELECT snapshot_id FROM serving.snapshot").fetchall()


def test_help_names_every_command(command: Command) -> None:
    said = command("--help")
    assert said.returncode == 0
    assert {name for name in COMMANDS if re.search(rf"│ {name} ", said.stdout)} == COMMANDS


@pytest.mark.parametrize(
    ("group", "names"),
    [("db", ["start", "stop", "url", "psql", "upgrade"]), ("snapshots", ["list", "rollback", "prune"])],
)
def test_help_of_a_group_names_its_commands(command: Command, group: str, names: list[str]) -> None:
    said = command(group, "--help").stdout
    assert all(re.search(rf"│ {name} ", said) for name in names)


def test_help_of_run_tells_the_defaults(command: Command) -> None:
    said = " ".join(command("run", "--help").stdout.replace("│", " ").split())
    options = ("--sales", "--as-of", "--database-url", "--force", "--yes")
    for words in (*options, "a simulated shop's", "the day after the last sale"):
        assert words in said


def test_version_is_told(command: Command) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", command("--version").stdout)


BAD_FILES = {
    "missing.csv": (None, "There is no file"),
    "empty.csv": (b"", "is empty"),
    "header.csv": (
        b"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n",
        "a header but no lines",
    ),
    "columns.csv": (b"Receipt,SKU,Qty\n1,2,3\n", "invoice_date = "),
    "cut.csv.gz": (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b", "cut short"),
    "folder": ("folder", "is a folder without a ledger file"),
}


def test_each_bad_ledger_is_one_message_with_exit_code_2_and_changes_nothing(
    command: Command, tmp_path: Path, database: Database
) -> None:
    for name, (content, words) in BAD_FILES.items():
        path = tmp_path / name
        if content == "folder":
            path.mkdir()
        elif isinstance(content, bytes):
            path.write_bytes(content)
        said = command("run", "--sales", str(path))
        assert said.returncode == 2, (name, said.stderr)
        assert words in " ".join(said.stderr.split()), (name, said.stderr)
        assert "Traceback" not in said.stderr
    assert served(database) == []
    with database.connect() as connection:
        assert connection.execute("SELECT count(*) FROM warehouse.loads").fetchone() == (0,)


@pytest.mark.parametrize(
    ("as_of", "words"), [("2011-13-40", "does not match the format"), ("2001-01-01", "is not after the first sale")]
)
def test_an_impossible_date_is_bad_input(command: Command, shop_ledger: Path, as_of: str, words: str) -> None:
    said = command("run", "--sales", str(shop_ledger), "--as-of", as_of)
    assert said.returncode == 2
    assert words in " ".join(said.stderr.split())


def test_an_unreachable_database_is_one_message_without_the_password(command: Command) -> None:
    said = command("run", DATABASE_URL="postgresql://me:secret-word@127.0.0.1:9/nowhere")
    assert said.returncode == 1
    assert "No connection to postgresql://me:***@127.0.0.1:9/nowhere" in said.stderr
    assert "secret-word" not in said.stderr + said.stdout
    assert "Traceback" not in said.stderr


def test_a_wrong_setting_is_named(command: Command, tmp_path: Path) -> None:
    (tmp_path / "segmentation.toml").write_text("[segmentation]\nk_min = 9\nk_max = 4\n")
    said = command("run")
    assert said.returncode == 2
    assert "k_min (9) is above k_max (4)" in " ".join(said.stderr.split())
    (tmp_path / "segmentation.toml").write_text("[segmentation]\nkmin = 3\n")
    assert "segmentation.kmin" in command("run").stderr


def test_a_broken_settings_file_is_named(command: Command, tmp_path: Path) -> None:
    (tmp_path / "segmentation.toml").write_text("[segments\n")
    said = command("run")
    assert said.returncode == 2
    assert "segmentation.toml can't be read" in said.stderr


def test_simulate_writes_a_ledger_and_its_truth(command: Command, tmp_path: Path) -> None:
    said = command("simulate", "shop.parquet", "--lines", "2000", "--truth", "truth")
    assert said.returncode == 0
    assert "2,000 lines" in said.stdout
    assert {path.name for path in (tmp_path / "truth").iterdir()} == {
        "customers.parquet",
        "products.parquet",
        "dirty_lines.parquet",
    }
    assert command("simulate", "shop.parquet", "--lines", "10").returncode == 2


def test_doctor_finds_nothing_wrong_with_a_good_ledger_and_names_the_fix_for_a_bad_one(
    command: Command, shop_ledger: Path
) -> None:
    good = command("doctor", "--sales", str(shop_ledger))
    said = " ".join(good.stdout.split())
    assert "8 columns found: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID" in said
    for looked_at in ("Python", "Postgres drivers", "Disk", "Port of the UI", "Database", "Ledger", "built-in, 5"):
        assert looked_at in good.stdout
    bad = command("doctor", "--sales", "nothing.csv", SEGMENTATION_CAMPAIGNS__PLAYBOOK="nothing.toml")
    assert bad.returncode == 1
    assert "There is no file" in bad.stdout
    assert "The playbook nothing.toml can't be read" in bad.stdout


def test_the_embedded_servers_url_is_the_readers_and_psql_opens_as_the_reader(
    process: Command, tmp_path: Path
) -> None:
    embedded = {"DATABASE_URL": ""}
    try:
        started = process("db", "start", **embedded)
        assert started.returncode == 0, started.stderr
        assert "127.0.0.1:" in started.stdout
        url = process("db", "url", **embedded).stdout.strip()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("segmentation_reader",)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("SELECT * FROM warehouse.loads")
        asked = process("db", "psql", "-Atc", "select current_user", **embedded)
        assert asked.stdout.strip() == "segmentation_reader"
        owner = process("db", "psql", "--role", "owner", "-Atc", "select count(*) from warehouse.loads", **embedded)
        assert owner.stdout.strip() == "0"
        assert f"revision {newest_revision()}" in process("db", "upgrade", **embedded).stdout
    finally:
        assert "Stopped." in process("db", "stop", **embedded).stdout
    assert "was not running" in process("db", "stop", **embedded).stdout
    assert (tmp_path / ".segmentation" / "postgres" / "reader_password").stat().st_mode & 0o777 == 0o600
