"""Kill the worker, the database and the daemon, and fill the disk, at every asset of the flow.

    python -m benchmarks.faults [--fault "worker killed"] [--step cleaned_sales]

On a platform as it runs in production (code location, daemon, web server, Dagster's storage in Postgres), on a small
simulated shop whose ledger goes on from run to run, with readers reading. Printed is a table, one row a trial. The
database's disk is a small file system in memory, which needs the right to mount one; without it nothing is filled.
"""

import argparse
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.faults.faults import FAULTS
from benchmarks.faults.platform import LocalPlatform
from benchmarks.faults.trial import publish_once, steps, trial

_DISK = "size=1500m,mode=0755"


def main() -> None:
    """Try all, print, and fail if anything was lost, torn or not recovered."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fault", choices=list(FAULTS), action="append")
    parser.add_argument("--step", action="append")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # servers and the mounted disk are taken down, too
    bad = 0
    with platform() as running:
        publish_once(running)
        known = steps(running)
        if unknown := set(arguments.step or ()) - set(known):
            parser.error(f"there is no step {', '.join(unknown)}; there are: {', '.join(known)}")
        print("| fault | at | recovered | seconds | reads | problems |\n|---|---|---|---|---|---|", flush=True)
        for name in arguments.fault or FAULTS:
            for step in arguments.step or known:
                result = trial(running, FAULTS[name], step)
                bad += bool(result.problems) or result.recovered == "not at all"
                at = step if result.struck else f"{step} (just over)"
                print(
                    f"| {name} | {at} | {result.recovered} | {result.seconds:.0f} | {result.reads:,} |"
                    f" {'; '.join(result.problems) or 'none'} |",
                    flush=True,
                )
    sys.exit(1 if bad else 0)


@contextmanager
def platform() -> Iterator[LocalPlatform]:
    """A platform whose database is on a small disk of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="segmentation-faults-") as folder,
        small_disk(Path(folder) / "disk") as disk,
        LocalPlatform(Path(folder), disk).running() as running,
    ):
        yield running


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a small file system in memory.

    Raises:
        subprocess.CalledProcessError: when this user may not mount.

    """
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", _DISK, "tmpfs", str(folder)], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


if __name__ == "__main__":
    main()
