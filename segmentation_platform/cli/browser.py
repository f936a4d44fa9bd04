"""A browser of this machine, to print a page by."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import typer

from segmentation_platform.cli.console import error_console

_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
_SECONDS = 120
_QUIET = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-extensions",
)


def print_to_pdf(html: str, pdf: Path) -> None:
    """Print a page as a browser does.

    Args:
        html: the page
        pdf: where to; what is there is written over

    Raises:
        typer.Exit: when there is no browser, or it could not print, after that was told.

    """
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        error_console.print(
            "A PDF is printed by Chromium or Chrome, and there is none on the PATH (looked for "
            f"{', '.join(_NAMES)}). Install one, or open the HTML in any browser and print it there.",
            style="red",
            soft_wrap=True,
        )
        raise typer.Exit(1)
    with tempfile.TemporaryDirectory(prefix="segmentation-report-") as folder:
        page, printed = Path(folder) / "report.html", Path(folder) / "report.pdf"
        page.write_text(html, encoding="utf-8")
        _print(program, page, printed)
        shutil.move(printed, pdf)


def _print(program: str, page: Path, printed: Path) -> None:
    command = [
        *(program, "--headless", *_QUIET, f"--user-data-dir={page.parent / 'profile'}"),
        # Root has no user namespace of a sandbox; the page is our own and loads nothing.
        *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
        *("--no-pdf-header-footer", "--virtual-time-budget=20000", f"--print-to-pdf={printed}", page.as_uri()),
    ]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
        said = answer.stderr
    except subprocess.TimeoutExpired:
        said = f"it had not ended after {_SECONDS} s"
    if not printed.is_file():
        error_console.print(f"{program} could not print:", style="red", soft_wrap=True)
        error_console.print("\n".join(said.strip().splitlines()[-3:]), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1)
