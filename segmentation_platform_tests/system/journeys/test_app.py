"""A marketer's ways through the app, in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from segmentation_platform.app.navigation import ENTRIES
from segmentation_platform.client import Client
from segmentation_platform.warehouse.snapshots import roll_back
from segmentation_platform_tests.support.published import Published
from segmentation_platform_tests.system.journeys.app_server import app_server

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PATHS = [entry.path for entry in ENTRIES]
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def app(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the app on the published shop, read by a role that may do nothing else."""
    with app_server(tmp_path_factory.mktemp("served"), DATABASE_URL=published.reader.url) as address:
        yield address


@pytest.fixture(scope="session")
def shop(published: Published) -> Client:
    """What the app shows."""
    return Client(published.reader.url)


@pytest.fixture(autouse=True)
def desk(page: Page) -> None:
    """A small desk screen."""
    page.set_viewport_size(DESK)


def open_view(page: Page, address: str) -> None:
    """Open an address and wait until the page is done."""
    page.goto(address)
    done(page)


def done(page: Page) -> None:
    """Wait until the page is done."""
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator('.stApp[data-test-script-state="notRunning"]')).to_be_visible()


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a box, once the page is done: options may be others by then."""
    done(page)
    box = page.get_by_role("combobox", name=re.compile(rf"\b{re.escape(label)}$"))
    # Options close when the page scrolls, so it has to have scrolled before.
    box.scroll_into_view_if_needed()
    box.click()
    page.get_by_role("option", name=option, exact=True).click()


def ranked(shop: Client) -> list[str]:
    return [str(name) for name in shop.segments().sort_values("rank")["segment"]]


def test_the_app_opens_with_today_and_links_lead_to_a_segment(page: Page, app: str, shop: Client) -> None:
    open_view(page, app)
    expect(page).to_have_url(re.compile(r"/today$"))
    first = ranked(shop)[0]
    page.get_by_role("link", name=f"More about {first}").click()
    expect(page).to_have_url(re.compile(r"/segment\?segment="))
    expect(page.get_by_role("heading", name=f"{first} against all customers")).to_be_visible()


def test_a_click_on_a_tile_shows_only_that_segment_and_stands_in_the_address(
    page: Page, app: str, shop: Client
) -> None:
    open_view(page, f"{app}/today")
    segment = ranked(shop)[0]
    tiles = page.locator(".treemaplayer g.slice")
    tiles.filter(has_text=segment.split()[0].rstrip(",")).first.click()
    expect(page).to_have_url(re.compile(r"segment="))
    expect(page.get_by_role("link", name=re.compile("^More about"))).to_have_count(1)
    expect(page.get_by_role("link", name=f"More about {segment}")).to_be_visible()


def test_an_address_shows_the_same_view_to_somebody_else(page: Page, app: str, shop: Client) -> None:
    segment = ranked(shop)[0]
    open_view(page, f"{app}/segment?segment={segment}")
    choose(page, "List", "Rising: more than usual lately")
    expect(page).to_have_url(re.compile(r"segment=.+&list=rising"))
    other = page.context.browser.new_page()  # type: ignore[union-attr]
    open_view(other, page.url)
    expect(other.get_by_role("heading", name=f"{segment} against all customers")).to_be_visible()
    expect(other.get_by_role("combobox", name=re.compile(r"\bList$"))).to_have_value(re.compile("^Rising"))
    other.close()


def test_going_back_shows_what_was_shown_before(page: Page, app: str, shop: Client) -> None:
    first, second = ranked(shop)[:2]
    open_view(page, f"{app}/today")
    page.get_by_role("link", name=f"More about {second}").click()
    expect(page.get_by_role("heading", name=f"{second} against all customers")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    page.get_by_role("link", name=f"More about {first}").click()
    expect(page.get_by_role("heading", name=f"{first} against all customers")).to_be_visible()


def test_a_file_downloaded_right_after_a_choice_holds_that_choice(
    page: Page, app: str, shop: Client, tmp_path: Path
) -> None:
    segment = ranked(shop)[0]
    open_view(page, f"{app}/segment?segment={segment}")
    for name, words in (
        ("rising", "Rising: more than usual lately"),
        ("signature", "Signature: sets the segment apart"),
    ):
        button = page.locator("[class*='st-key-download-segment_recommendations']").get_by_role("button")
        choose(page, "List", words)
        with page.expect_download() as caught:
            button.click()
        file = caught.value
        assert file.suggested_filename.endswith(f"_{name}.csv")
        assert f"{shop.snapshot().as_of}" in file.suggested_filename
        file.save_as(tmp_path / name)
        expected = shop.segment_recommendations(segment, region="all", taste="all", list=name)
        found = pd.read_csv(tmp_path / name, dtype={"stock_code": str})
        assert found["stock_code"].tolist() == expected["stock_code"].tolist()
        assert set(found["list"]) == {name}


def test_a_customer_is_looked_up_by_the_first_digits(page: Page, app: str, shop: Client) -> None:
    number = str(shop.customer_segments(columns=("customer_id",))["customer_id"].iloc[0])
    open_view(page, f"{app}/customer")
    page.get_by_role("textbox", name="Customer number").fill(number[:-1])
    page.get_by_role("button", name=number, exact=True).click()
    expect(page.get_by_role("heading", name=f"Customer {number}")).to_be_visible()
    expect(page).to_have_url(re.compile(f"customer={number}$"))
    expect(page.get_by_text("Next step.")).to_be_visible()


def test_a_basket_is_scored_by_the_form_and_can_be_shared(page: Page, app: str, shop: Client) -> None:
    code = str(shop.products()["stock_code"].iloc[0])
    open_view(page, f"{app}/score")
    page.get_by_role("textbox", name="Product code, row 1").fill(code)
    page.get_by_role("textbox", name="Quantity, row 1").fill("six")
    page.get_by_role("button", name="Score", exact=True).click()
    expect(page.get_by_text("Row 1, quantity: “six” is no number above 0")).to_be_visible()
    expect(page.get_by_role("textbox", name="Product code, row 1")).to_have_value(code)
    page.get_by_role("textbox", name="Quantity, row 1").fill("6")
    page.get_by_role("button", name="Score", exact=True).click()
    segment = shop.score([code]).segment
    expect(page.get_by_role("heading", name=segment, exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("basket="))
    page.reload()
    expect(page.get_by_role("heading", name=segment, exact=True)).to_be_visible()
    expect(page.get_by_role("textbox", name="Quantity, row 1")).to_have_value("6")


def test_a_file_with_a_bad_row_is_scored_but_for_that_row(page: Page, app: str, shop: Client, tmp_path: Path) -> None:
    code = str(shop.products()["stock_code"].iloc[0])
    file = tmp_path / "new customers.csv"
    file.write_text(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        f"1,{code},A,6,2011-01-05 10:00,2.5,=A1,France\n1,{code},A,six,2011-01-05 10:00,2.5,=A1,France\n"
    )
    open_view(page, f"{app}/score")
    page.get_by_role("tab", name="A file").click()
    page.locator('input[type="file"]').set_input_files(file)
    expect(page.get_by_text("1 line of new customers.csv can't be used")).to_be_visible()
    expect(page.get_by_text("Row 2, quantity “six”")).to_be_visible()
    page.get_by_role("heading", name="Segments", exact=True).scroll_into_view_if_needed()
    done(page)
    with page.expect_download() as caught:
        page.get_by_role("button", name="Download CSV").nth(1).click()
    caught.value.save_as(tmp_path / "scored.csv")
    assert caught.value.suggested_filename.endswith("_new_customers_csv.csv")
    assert pd.read_csv(tmp_path / "scored.csv")["customer"].tolist() == ["'=A1"]


@pytest.mark.parametrize("path", PATHS)
def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page, app: str, path: str) -> None:
    page.set_viewport_size(PHONE)
    open_view(page, f"{app}/{path}")
    page.locator(".js-plotly-plot").first.wait_for() if path not in ("customer", "score") else None
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth - main.clientWidth") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("path", PATHS)
def test_no_page_has_a_serious_barrier(page: Page, app: str, shop: Client, path: str) -> None:
    number = str(shop.customer_segments(columns=("customer_id",))["customer_id"].iloc[0])
    open_view(page, f"{app}/{path}" + (f"?customer={number}" if path == "customer" else ""))
    found = Axe().run(page).response["violations"]
    serious = [
        f"{each['id']}: {each['nodes'][0]['html'][:160]}: {each['nodes'][0]['failureSummary']}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_every_chart_says_what_there_is_to_see(page: Page, app: str) -> None:
    open_view(page, f"{app}/today")
    expect(page.get_by_role("figure", name=re.compile(r"customers are in \d segments"))).to_be_attached()


def test_every_page_is_reached_by_the_keyboard(page: Page, app: str) -> None:
    open_view(page, f"{app}/today")
    wanted = {entry.title for entry in ENTRIES}
    for _ in range(40):
        page.keyboard.press("Tab")
        wanted.discard(page.evaluate("document.activeElement.innerText").strip())
        if not wanted:
            break
    assert not wanted
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=ENTRIES[-1].title, level=1)).to_be_visible()


def test_a_newer_snapshot_is_noticed_without_a_click(page: Page, app: str, published: Published) -> None:
    open_view(page, f"{app}/today")
    expect(page.get_by_text("snapshot 2")).to_be_visible()
    roll_back(published.owner, 1)
    try:
        page.get_by_role("button", name="Show it").click()
        expect(page.get_by_text("snapshot 1")).to_be_visible()
    finally:
        roll_back(published.owner, 2)
    page.reload()
    expect(page.get_by_text("snapshot 2")).to_be_visible()


def test_before_the_first_run_the_page_says_what_to_run(page: Page, tmp_path: Path) -> None:
    with app_server(tmp_path) as address:
        open_view(page, f"{address}/today")
        expect(page.get_by_role("heading", name="Nothing is published yet")).to_be_visible()
        expect(page.get_by_text("segmentation-platform run", exact=True)).to_be_visible()


def test_the_page_comes_back_by_itself_once_the_database_does(
    page: Page, published: Published, tmp_path: Path
) -> None:
    with app_server(tmp_path, DATABASE_URL=published.reader.url) as address:
        open_view(page, f"{address}/today")
        with published.owner.connect() as connection:
            connection.execute(f"ALTER ROLE {published.login} NOLOGIN".encode())
        try:
            page.reload()
            expect(page.get_by_role("heading", name="The data can't be reached")).to_be_visible()
            expect(page.get_by_text("Traceback")).to_have_count(0)
        finally:
            with published.owner.connect() as connection:
                connection.execute(f"ALTER ROLE {published.login} LOGIN".encode())
        expect(page.get_by_role("heading", name="Today")).to_be_visible()


def test_an_exported_folder_is_shown_without_a_database(page: Page, published: Published, tmp_path: Path) -> None:
    nowhere = "postgresql://127.0.0.1:1/none"
    with app_server(tmp_path, "--from", str(published.folder), DATABASE_URL=nowhere) as address:
        open_view(page, f"{address}/segment")
        expect(page.get_by_role("heading", name="What to offer")).to_be_visible()
