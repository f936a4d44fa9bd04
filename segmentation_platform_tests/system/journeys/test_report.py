"""A marketer reads the report in a real browser: at a desk, on a phone, on paper, and without a network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from segmentation_platform.reporting.report.render import render
from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.reports import keep_report
from segmentation_platform.warehouse.snapshots import publish
from segmentation_platform_tests.integration.orchestration.test_monitor import serving
from segmentation_platform_tests.support.dagster_home import instance_of_a_test
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables
from segmentation_platform_tests.support.report_frames import profiles, published

pytestmark = pytest.mark.browser

SIZES = {"desk": (1280, 900), "phone": (390, 844), "paper": (718, 1000)}
WIDE = {
    name: place * 10
    for place, name in enumerate(
        ("Champions", "At risk, valuable", "Lapsed, one large order", "Recent one-timers", "Hibernating"), start=1
    )
}


@pytest.fixture
def report(tmp_path: Path) -> str:
    """Address of a report in a file."""
    segments = profiles(WIDE)
    history = segments.assign(snapshot_id=7, as_of=published()["snapshot"]["as_of"].iloc[0])
    file = tmp_path / "report.html"
    file.write_text(render(published(segments=segments, segments_history=history)), encoding="utf-8")
    return file.as_uri()


@contextmanager
def opened(browser: Browser, address: str, size: str) -> Iterator[Page]:
    """A page on which all charts are drawn, that asked for nothing else and complained of nothing."""
    width, height = SIZES[size]
    page = browser.new_page(viewport={"width": width, "height": height})
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    expect(page.locator("html[data-drawn=yes]")).to_be_attached()
    try:
        yield page
        assert [url for url in asked if not url.startswith("data:")] == [address]
        assert said == []
    finally:
        page.close()


@pytest.mark.parametrize("size", SIZES)
def test_all_charts_are_drawn_within_the_width_of_the_page(browser: Browser, report: str, size: str) -> None:
    with opened(browser, report, size) as page:
        plots = page.locator(".plot")
        expect(page.locator(".plot .svg-container")).to_have_count(plots.count())
        assert plots.count() > 10
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        for plot in plots.all():
            assert plot.evaluate(
                "plot => [...plot.querySelectorAll('.main-svg text')].filter(t => t.textContent.trim()).every(t => {"
                " const box = t.getBoundingClientRect(), all = plot.getBoundingClientRect();"
                " return box.left >= all.left - 2 && box.right <= all.right + 2 })"
            ), f"{plot.get_attribute('aria-label')} has words that are cut"


def test_nobody_is_kept_out(browser: Browser, report: str) -> None:
    with opened(browser, report, "desk") as page:
        for summary in page.locator("summary").all():
            summary.click()
        found = Axe().run(page).response["violations"]
    assert [
        (each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")
    ] == []


def test_the_numbers_of_a_chart_are_a_click_away(browser: Browser, report: str) -> None:
    with opened(browser, report, "phone") as page:
        table = page.get_by_role("table", name="Customers by segment")
        expect(table).to_be_hidden()
        page.get_by_text("Numbers of “Customers by segment”").click()
        expect(table.get_by_role("cell", name="Champions")).to_be_visible()


def test_on_paper_there_are_neither_links_nor_folded_tables(browser: Browser, report: str) -> None:
    with opened(browser, report, "paper") as page:
        page.emulate_media(media="print")
        expect(page.get_by_role("navigation")).to_be_hidden()
        expect(page.locator("summary").first).to_be_hidden()
        expect(page.locator(".plot").first).to_be_visible()


def test_the_server_lists_reports_and_its_strict_policy_lets_them_draw(browser: Browser, database: Database) -> None:
    snapshot_id = publish(database, facts(1), marked_tables(1), marked_history(1))
    keep_report(database, snapshot_id, render(published()))
    with instance_of_a_test() as instance, serving(database, instance) as address:
        with opened(browser, f"{address}/reports/latest", "desk") as page:
            expect(page.get_by_role("heading", name="Nothing needs attention")).to_be_visible()
        page = browser.new_page()
        page.goto(f"{address}/reports")
        page.get_by_role("link", name="2011-12-10").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Customer segments as of 2011-12-10")
        page.close()
