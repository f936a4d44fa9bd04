"""Every asset's page shows numbers that plot, one small picture, and where to read on."""

import re
from base64 import b64decode
from xml.etree import ElementTree

import dagster as dg
import pandas as pd
import pytest

from segmentation_platform.app.navigation import ENTRIES
from segmentation_platform.contracts import Segments
from segmentation_platform.orchestration.build import build_definitions
from segmentation_platform.orchestration.io_managers import CONTRACTS
from segmentation_platform.orchestration.metadata import glance
from segmentation_platform.reporting.thumbnails.drawn import DRAWN
from segmentation_platform.settings import LinkSettings, Settings
from segmentation_platform.warehouse import reports
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.refreshes import Run
from segmentation_platform_tests.support.report_frames import profiles
from segmentation_platform_tests.support.stages import Night, refreshed

LONGEST_SHOWN = 1_000
APP_PAGES = {"today", "segment", "movement", "customer", "score", "products", "season", "cancellations", "quality"}
IMAGE = re.compile(r"!\[[^\]]+\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)")


def made(settings: Settings) -> set[str]:
    """The assets that are made, not only named."""
    specs = build_definitions(settings).resolve_all_asset_specs()
    return {spec.key.path[-1] for spec in specs} - {"sales_ledger"}


def assert_told(name: str, metadata: dict[str, dg.MetadataValue]) -> None:
    """At least one number, exactly one picture that Dagster shows, and both links."""
    numbers = [v for v in metadata.values() if isinstance(v, dg.IntMetadataValue | dg.FloatMetadataValue)]
    assert numbers, name
    markdown = [v.md_str or "" for v in metadata.values() if isinstance(v, dg.MarkdownMetadataValue)]
    pictures = [words for words in markdown if "data:image" in words]
    assert len(pictures) == 1, name
    assert len(pictures[0]) < LONGEST_SHOWN, name
    drawn = IMAGE.fullmatch(pictures[0])
    assert drawn, name
    picture = ElementTree.fromstring(b64decode(drawn[1]))  # noqa: S314 - our own
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert "nan" not in b64decode(drawn[1]).decode()
    links = {v.value for v in metadata.values() if isinstance(v, dg.UrlMetadataValue)}
    assert any(re.fullmatch(r"http://127\.0\.0\.1:9464/reports/(latest|\d+)", str(link)) for link in links), name
    assert f"http://127.0.0.1:8501/{page_of(name)}" in links, name


def page_of(name: str) -> str:
    """The page of the app that its contract names; the first one for assets without a table of their own."""
    contract = CONTRACTS.get("segment_models" if name == "kmeans_model" else name)
    shown = contract.shown() if contract else None
    return shown.page if shown else "today"


@refreshed
def test_every_asset_of_a_night_and_of_housekeeping_shows_numbers_a_picture_and_links(
    the_night: Night, definitions: dg.Definitions, settings: Settings, database: Database
) -> None:
    tidied = definitions.resolve_job_def("tidy_up").execute_in_process()
    found = {
        event.asset_key.path[-1]: event.step_materialization_data.materialization.metadata
        for event in (*the_night.all_events, *tidied.all_events)
        if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION and event.asset_key
    }
    assert set(found) == made(settings)
    for name, metadata in found.items():
        assert_told(name, dict(metadata))
    assert_the_report_is_kept_with_its_snapshot(database, dict(found["segment_report"]))


def assert_the_report_is_kept_with_its_snapshot(database: Database, metadata: dict[str, dg.MetadataValue]) -> None:
    """It is there, and linked to by its number."""
    [kept] = reports.kept_reports(database)
    assert kept.is_served
    assert metadata["report"].value == f"http://127.0.0.1:9464/reports/{kept.snapshot_id}"
    assert 4 < float(str(metadata["megabytes"].value)) < 6


def test_every_page_that_a_contract_names_is_in_the_app_and_every_page_shows_a_table() -> None:
    pages = {shown.page for contract in CONTRACTS.values() if (shown := contract.shown())}
    assert pages == APP_PAGES == {entry.path for entry in ENTRIES}


def test_a_picture_that_can_not_be_drawn_warns_and_the_night_goes_on(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: pd.DataFrame) -> str:
        raise ZeroDivisionError("no such colour")

    monkeypatch.setitem(DRAWN, "segment_moves", broken)
    result = run()
    assert result.success
    [made] = [
        event.step_materialization_data.materialization.metadata
        for event in result.all_events
        if event.is_step_materialization and event.asset_key and event.asset_key.path[-1] == "segment_moves"
    ]
    assert "picture" not in made
    assert "app" in made
    assert "The picture of segment_moves can't be drawn: ZeroDivisionError: no such colour" in caplog.text


def test_what_is_not_there_is_not_linked_to() -> None:
    assert set(glance(Segments, profiles(), LinkSettings(reports="", app=""))) == {"picture"}
