"""Measure `segmentation-platform run` as a whole process against a baseline that only loads, cleans and loads.

    python -m benchmarks.against_baseline data.csv BASELINE [--repeats 3]

BASELINE is a program called as `BASELINE DATABASE_URL data.csv WORKDIR`. Both work on fresh databases of one server
on this machine, in turns, so that what else the machine does touches both alike. Printed are the seconds of every
repeat and, from their medians, the ratio of the whole run, of the three steps that the baseline also does (load
raw, clean, load clean), and of a second run with nothing new; and the peak resident memory of the run's process.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from segmentation_platform.warehouse.embedded import EmbeddedPostgres

_LINE = re.compile(r"✓ (\w+) .*?([\d.]+) s")
_STEPS = ("raw_sales", "clean_sales", "rejected_sales")


@dataclass(frozen=True)
class Repeat:
    """Wall seconds of one repeat, and the peak resident memory of the first run in GB."""

    baseline: float
    run: float
    steps: float
    again: float
    peak: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("baseline")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="segmentation-benchmark-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            url = server.start()
            repeats = []
            for number in range(arguments.repeats):
                repeats.append(_repeat(url, arguments, Path(folder) / str(number)))
                print(repeats[-1], flush=True)
        finally:
            server.stop()
    _report(repeats)


def _repeat(url: str, arguments: argparse.Namespace, folder: Path) -> Repeat:
    folder.mkdir()
    data = arguments.data.absolute()
    baseline_url = _fresh_database(url, f"baseline_{folder.name}").replace("postgresql:", "postgresql+psycopg2:")
    baseline, _, _ = _measured([sys.executable, arguments.baseline, baseline_url, str(data), str(folder)], {})
    environment = {
        "DATABASE_URL": _fresh_database(url, f"run_{folder.name}"),
        "SEGMENTATION_HOME": str(folder / "home"),
    }
    command = [str(Path(sys.executable).parent / "segmentation-platform"), "run", "--sales", str(data)]
    run, peak, said = _measured(command, environment)
    steps = sum(float(seconds) for name, seconds in _LINE.findall(said) if name in _STEPS)
    again, _, _ = _measured(command, environment)
    return Repeat(round(baseline, 2), round(run, 2), round(steps, 2), round(again, 2), round(peak, 2))


def _fresh_database(url: str, name: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return url.rpartition("/")[0] + f"/{name}"


def _measured(command: Sequence[str], environment: dict[str, str]) -> tuple[float, float, str]:
    """Wall seconds, peak resident GB and words of a process."""
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        said.seek(0)
        words = said.read()
    if status:
        sys.exit(f"{command[0]} failed:\n{words}")
    return seconds, used.ru_maxrss / 1e6, words


def _report(repeats: list[Repeat]) -> None:
    median = {name: statistics.median(getattr(r, name) for r in repeats) for name in Repeat.__dataclass_fields__}
    print(f"medians of {len(repeats)}: {median}")
    print(f"whole run / baseline        {median['run'] / median['baseline']:.2f}")
    print(f"same three steps / baseline {median['steps'] / median['baseline']:.2f}")
    print(f"second run / first run      {median['again'] / median['run']:.2f}")
    print(f"peak resident memory        {median['peak']:.2f} GB")


if __name__ == "__main__":
    main()
