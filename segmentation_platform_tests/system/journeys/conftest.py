"""A real browser, and Dagster's web server on a small shop."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop, write_parquet
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.browser import find_browser
from segmentation_platform_tests.support.waiting import free_port, wait_for

_SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


_PATIENCE = 60_000
"""Milliseconds until something that should be in sight must be: the machine may be at other work."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium; without one the journeys skip, in CI they fail."""
    program = find_browser()
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that may only talk to this machine."""
    page = browser.new_page(viewport={"width": 1600, "height": 950})
    page.set_default_timeout(_PATIENCE)
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url) if "://127.0.0.1" not in request.url else None)
    yield page
    page.close()
    assert [url for url in outside if url.startswith("http")] == []


@pytest.fixture
def dagster_ui(tmp_path: Path, empty_database: Database) -> Iterator[str]:
    """URL of `segmentation-platform ui` on an empty database, with a small shop's ledger in the settings."""
    ledger = tmp_path / "ledger.parquet"
    write_parquet(SimulatedShop(ShopPlan(lines=12_000, seed=3)), ledger)
    (tmp_path / "segmentation.toml").write_text(f'[ledger]\nsales = "{ledger}"\n')
    port = free_port()
    with (tmp_path / "ui.log").open("w") as log:
        server = subprocess.Popen(
            [
                str(Path(sys.executable).parent / "segmentation-platform"),
                *("ui", "--port", str(port), "--reports-port", str(free_port())),
            ],
            cwd=tmp_path,
            env={**os.environ, "DATABASE_URL": empty_database.url},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/server_info", server, tmp_path / "ui.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)
