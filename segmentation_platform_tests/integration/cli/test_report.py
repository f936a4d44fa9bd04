"""`report` writes the kept report to a file, and never over one that is there."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import typer

from segmentation_platform.cli import browser
from segmentation_platform.reporting.report.render import render
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.reports import keep_report
from segmentation_platform.warehouse.snapshots import publish
from segmentation_platform_tests.support.browser import find_browser
from segmentation_platform_tests.support.commands import Command
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables
from segmentation_platform_tests.support.report_frames import published

PAGE = "<h1>The report, £ and ü</h1>"


@pytest.fixture
def shop(database: Database) -> Database:
    """A database with two snapshots and their reports."""
    for mark in (1, 2):
        snapshot_id = publish(database, facts(mark), marked_tables(mark), marked_history(mark))
        keep_report(database, snapshot_id, f"{PAGE}{mark}")
    return database


@pytest.mark.usefixtures("shop")
def test_the_served_report_is_written_under_its_reporting_date_once(command: Command, tmp_path: Path) -> None:
    assert command("report").returncode == 0
    file = tmp_path / "report-2011-12-10.html"
    assert file.read_text(encoding="utf-8") == f"{PAGE}2"
    again = command("report", "--snapshot", "1")
    assert again.returncode == 1
    assert "is there already. Write over it with --overwrite." in " ".join(again.stderr.split())
    assert command("report", "--snapshot", "1", "--overwrite").returncode == 0
    assert file.read_text(encoding="utf-8") == f"{PAGE}1"


@pytest.mark.usefixtures("shop")
def test_an_export_gives_its_report_without_a_database(command: Command, tmp_path: Path) -> None:
    assert command("export", "files").returncode == 0
    written = command("report", "--from", "files", "--output", "mine.html", DATABASE_URL="")
    assert written.returncode == 0, written.stderr
    assert (tmp_path / "mine.html").read_text(encoding="utf-8") == f"{PAGE}2"


def test_what_can_not_be_written_is_said(command: Command, shop: Database) -> None:
    for arguments, said in (
        (("--snapshot", "9"), "There is no report of snapshot 9: segmentation-platform run"),
        (("--output", "nowhere/report.html"), "There is no folder"),
        (("--output", "."), "is a folder; name a file"),
    ):
        answer = command("report", *arguments)
        assert answer.returncode == 1
        assert said in " ".join(answer.stderr.split())


@pytest.mark.usefixtures("shop")
def test_without_a_browser_a_pdf_is_refused_with_what_to_do(command: Command, tmp_path: Path) -> None:
    answer = command("report", "--pdf", "report.pdf", PATH=str(tmp_path))
    assert answer.returncode == 1
    assert "Install one, or open the HTML in any browser and print it there." in " ".join(answer.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_fails_is_quoted_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\necho 'no display' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(typer.Exit):
        browser.print_to_pdf(PAGE, tmp_path / "report.pdf")
    assert "no display" in capsys.readouterr().err
    assert not (tmp_path / "report.pdf").exists()


@pytest.mark.browser
def test_a_browser_prints_the_report_on_several_pages_with_its_words_as_words(tmp_path: Path) -> None:
    find_browser()
    pdf = tmp_path / "report.pdf"
    browser.print_to_pdf(render(published()), pdf)
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) > 3
    assert b"/ToUnicode" in content


@pytest.mark.usefixtures("shop")
@pytest.mark.browser
def test_a_pdf_alone_writes_no_html(command: Command, tmp_path: Path) -> None:
    find_browser()
    answer: subprocess.CompletedProcess[str] = command("report", "--pdf", "report.pdf")
    assert answer.returncode == 0, answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]
