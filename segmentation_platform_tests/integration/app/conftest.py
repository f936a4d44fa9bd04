"""Pages of the app without a browser, on a published shop's folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from segmentation_platform.app import navigation
from segmentation_platform.client import Client
from segmentation_platform.settings import load_settings
from segmentation_platform_tests.support.published import Published

Opened = Callable[..., AppTest]


@pytest.fixture
def fresh() -> Iterator[None]:
    """Forget settings and connections of other tests."""
    load_settings.cache_clear()
    st.cache_resource.clear()
    yield
    load_settings.cache_clear()
    st.cache_resource.clear()


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, fresh: None) -> Opened:
    """Open a page by its address, with what is chosen there."""

    def opened(path: str, **chosen: str) -> AppTest:
        entries = sorted(navigation.ENTRIES, key=lambda entry: entry.path != path)
        monkeypatch.setattr(navigation, "ENTRIES", tuple(entries))
        page = AppTest.from_file(Path(navigation.__file__).parent / "script" / "main.py", default_timeout=60)
        for name, value in chosen.items():
            page.query_params[name] = value
        return page.run()

    return opened


@pytest.fixture
def shop(published: Published, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The published shop's folder, which the app reads as well."""
    monkeypatch.setenv("SEGMENTATION_APP__FOLDER", str(published.folder))
    return Client(folder=published.folder)
