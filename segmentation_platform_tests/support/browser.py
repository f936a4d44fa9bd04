"""The browser that is installed here, for journeys and for what prints pages."""

import os
import shutil

import pytest


def find_browser() -> str:
    """The program of a browser; without one the test skips, in CI it fails."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up("No Chromium or Chrome on the PATH; install one to try the journeys.")
    return program
