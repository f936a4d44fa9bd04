"""`ledger inspect` and `ledger rejects`, and what a run says of how it reads a ledger."""

import csv
import tomllib
from pathlib import Path

from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.snapshots import served_ledger
from segmentation_platform_tests.support.commands import Command
from segmentation_platform_tests.support.exports import Style, write_export
from segmentation_platform_tests.support.stages import refreshed

AMBIGUOUS = [
    "Order ID,SKU,Qty,Order Date,Price,Customer ID",
    *(f"{n},A-{n},1,03/04/2024,1.50,C{n}" for n in range(40)),
]
"""A single day, which is the third of April or the fourth of March."""


def written(folder: Path, lines: list[str]) -> str:
    (folder / "sales.csv").write_text("\n".join(lines))
    return "sales.csv"


def test_inspect_shows_figures_evidence_and_that_nothing_is_doubtful(command: Command, tmp_path: Path) -> None:
    path, expected = write_export(tmp_path, Style(headers="german", numbers=(",", "."), delimiter=";"), 3)
    shown = command("ledger", "inspect", path.name)
    assert shown.returncode == 0
    assert f"{expected.customers:,}" in shown.stdout
    assert f"{expected.cents / 100:,.2f}" in shown.stdout
    assert "Einzelpreis is the price of a unit" in shown.stdout
    assert "Nothing is doubtful." in shown.stdout


def test_what_inspect_writes_is_a_profile_that_later_commands_go_by(command: Command, tmp_path: Path) -> None:
    path, expected = write_export(tmp_path, Style(headers="till", numbers=(",", " "), dates="%d/%m/%Y %H:%M"), 3)
    settings = tmp_path / "segmentation.toml"
    settings.write_text('# mine\n[cleaning]\nregions = ["Germany"] # and none else\n')
    assert command("ledger", "inspect", path.name, "--write").returncode == 0
    text = settings.read_text()
    assert text.startswith('# mine\n[cleaning]\nregions = ["Germany"] # and none else\n')
    profile = Profile.model_validate(tomllib.loads(text)["profile"])
    assert profile.numbers.decimal == ","
    assert profile.dates.order == "day first"
    again = command("ledger", "inspect", path.name)
    assert f"{expected.cents / 100:,.2f}" in again.stdout
    assert command("ledger", "inspect", path.name, "--write").returncode == 0
    assert settings.read_text() == text, "written again it is the same"


def test_a_doubt_ends_inspect_with_2_and_stays_one_after_it_was_written(command: Command, tmp_path: Path) -> None:
    name = written(tmp_path, AMBIGUOUS)
    shown = command("ledger", "inspect", name, "--write")
    assert shown.returncode == 2
    assert "To be decided before a run" in shown.stdout
    assert 'order = "day first"    # or "month first"' in shown.stdout
    assert command("ledger", "inspect", name).returncode == 2
    settings = tmp_path / "segmentation.toml"
    settings.write_text(settings.read_text() + '\n[profile.dates]\norder = "month first"\n')
    decided = command("ledger", "inspect", name)
    assert decided.returncode == 0
    assert "2024-03-04" in decided.stdout


def test_a_run_on_a_doubt_stops_with_the_doubt_alone_and_its_setting(command: Command, tmp_path: Path) -> None:
    stopped = command("run", "--sales", written(tmp_path, AMBIGUOUS))
    assert stopped.returncode == 2
    said = " ".join(stopped.stderr.split())
    assert "Dates such as 03/04/2024 can be read day first or month first" in said
    assert '[profile.dates] order = "day first"' in said
    assert "--yes" in said
    assert "Dependencies" not in said
    assert stopped.stdout == ""


def test_what_a_file_has_otherwise_than_the_settings_say_is_inferred_anew_when_asked(
    command: Command, tmp_path: Path
) -> None:
    path, expected = write_export(tmp_path, Style(numbers=(",", "")), 3)
    (tmp_path / "segmentation.toml").write_text('[profile.numbers]\ndecimal = "."\n')
    wrong = command("ledger", "inspect", path.name)
    assert wrong.returncode == 2
    assert 'decimal = ","' in wrong.stdout
    anew = command("ledger", "inspect", path.name, "--anew")
    assert anew.returncode == 0
    assert f"{expected.cents / 100:,.2f}" in anew.stdout


def test_rejects_are_shown_with_their_money_and_written_safely_with_ledger_and_line(
    command: Command, tmp_path: Path
) -> None:
    assert "No line is rejected." in command("ledger", "rejects").stdout
    path, _ = write_export(tmp_path, Style(services="shipping", status=True), 3)
    text = path.read_text().replace("Shipping", "=Shipping", 1)
    path.write_text(text)
    assert command("run", "--sales", path.name).returncode == 0
    shown = command("ledger", "rejects", "--out", "rejects.csv")
    assert "status_not_counted" in shown.stdout
    assert "not_a_product" in shown.stdout
    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["ledger"] for row in rows} == {str(path)}
    lines = text.splitlines()
    for row in rows:
        assert row["invoice"] in lines[int(row["line_number"])]
    assert any(row["description"] == "'=Shipping" for row in rows), "no formula in a spreadsheet"
    only = command("ledger", "rejects", "--reason", "not_a_product", "--out", "few.csv")
    assert "status_not_counted" not in only.stdout


@refreshed
def test_the_files_of_a_ledger_are_listed_and_it_is_renamed_with_its_snapshot(
    command: Command, database: Database, shop_ledger: Path
) -> None:
    listed = " ".join(command("ledger", "files").stdout.split())
    assert f"in use shop 1 12,000 {shop_ledger}" in listed
    assert command("ledger", "rename", "shop", "corner [shop]").returncode == 0
    assert "corner [shop]" in command("ledger", "files").stdout
    assert served_ledger(database) == "corner [shop]"
    again = command("ledger", "rename", "shop", "other")
    assert again.returncode == 1
    assert 'There is no ledger "shop". There are: corner [shop].' in " ".join(again.stderr.split())
