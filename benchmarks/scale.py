"""Measure how a whole run grows with the ledger: simulated shops of several sizes, each as a process of its own.

    python -m benchmarks.scale [--lines 500000 5000000] [--keep FOLDER]

Each size is made once, then `segmentation-platform run` reads, computes and publishes it on an embedded server of
its own. Printed are wall and CPU seconds and peak resident memory of the run's process (not of the server), the
bytes of the ledger's files a line, the seconds of every step, and how each grows from the first size to the last, in
the same run of this program: at ten times the lines, 10 is in proportion.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from segmentation_platform.ledger.simulate import ShopPlan, SimulatedShop, write_parquet

_STEP: Final = re.compile(r"✓ (\w+) .*?([\d.]+) s$", re.MULTILINE)
_COMMAND: Final = str(Path(sys.executable).parent / "segmentation-platform")


@dataclass(frozen=True)
class Measured:
    """A run.

    Attributes:
        lines: of the ledger
        wall: seconds
        cpu: seconds of the process, user and system
        peak: resident GB
        bytes_a_line: of the ledger's files
        steps: seconds by step

    """

    lines: int
    wall: float
    cpu: float
    peak: float
    bytes_a_line: float
    steps: dict[str, float]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, nargs="+", default=[500_000, 5_000_000])
    parser.add_argument("--keep", type=Path, help="folder for the ledgers, to be used again")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="segmentation-scale-") as folder:
        found = []
        for lines in arguments.lines:
            found.append(
                _measure(_ledger(arguments.keep or Path(folder), lines), lines, Path(folder) / f"home{lines}")
            )
            _print(found[-1])
    _grown(found[0], found[-1])


def _ledger(folder: Path, lines: int) -> Path:
    path = folder / f"shop_{lines}.parquet"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_parquet(SimulatedShop(ShopPlan(lines=lines, seed=7)), path)
    return path


def _measure(ledger: Path, lines: int, home: Path) -> Measured:
    environment = {**os.environ, "SEGMENTATION_HOME": str(home), "COLUMNS": "120"}
    environment.pop("DATABASE_URL", None)
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [_COMMAND, "run", "--yes", "--sales", str(ledger)], env=environment, stdout=said, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        said.seek(0)
        words = said.read()
    subprocess.run([_COMMAND, "db", "stop"], env=environment, capture_output=True, check=False)
    if status:
        sys.exit(f"The run of {lines:,} lines failed:\n{words}")
    size = sum(file.stat().st_size for file in (home / "ledger").rglob("*") if file.is_file())
    steps = {name: float(seconds) for name, seconds in _STEP.findall(words)}
    return Measured(lines, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6, size / lines, steps)


def _print(run: Measured) -> None:
    print(
        f"{run.lines:>12,} lines: {run.wall:,.0f} s, {run.cpu:,.0f} CPU s, {run.peak:.2f} GB, "
        f"{run.bytes_a_line:.0f} bytes a line",
        flush=True,
    )


def _grown(first: Measured, last: Measured) -> None:
    print(f"{last.lines / first.lines:.1f} times the lines:")
    print(f"  {'wall':<26}{last.wall / first.wall:>6.1f} times")
    print(f"  {'CPU':<26}{last.cpu / first.cpu:>6.1f} times")
    print(f"  {'memory':<26}{last.peak / first.peak:>6.1f} times")
    for name, seconds in sorted(last.steps.items(), key=lambda step: -step[1]):
        before = first.steps.get(name, 0.0)
        grown = f"{seconds / before:>6.1f} times" if before >= 0.1 else ""
        print(f"  {name:<26}{before:>8.1f} s {seconds:>8.1f} s {grown}")


if __name__ == "__main__":
    main()
