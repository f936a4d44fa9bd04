"""What the command line loads before it knows what is asked for: nothing that takes its time."""

import subprocess
import sys

import pytest

HEAVY = {
    "adbc_driver_manager",
    "dagster",
    "duckdb",
    "numpy",
    "pandas",
    "pandera",
    "plotly",
    "psycopg",
    "pyarrow",
    "sklearn",
}


@pytest.mark.parametrize("module", ["segmentation_platform.cli", "segmentation_platform.settings"])
def test_no_heavy_library_is_loaded_before_a_command_is_known(module: str) -> None:
    script = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert module in loaded
    assert HEAVY.isdisjoint(loaded)
