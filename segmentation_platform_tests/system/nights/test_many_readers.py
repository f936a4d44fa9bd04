"""Many readers while whole refreshes run: each always sees one whole snapshot."""

import asyncio
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.readers import KINDS, Tally, read_on, shown_by_all
from segmentation_platform.contracts import PUBLISHED
from segmentation_platform.settings import Settings
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.quick import judged
from segmentation_platform_tests.support.refreshes import Run

READERS, READS = 8, 500
DAYS = ("2011-11-20", "2011-11-27")
MAY_BE_EMPTY = {"bundles", "quality_by_segment"}
"""In a shop of 97 customers: too few buy things together, or too few of a segment, for anything to be said."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Every table has rows: recommendations are judged, too."""
    return judged(settings)


@pytest.mark.slow
def test_readers_see_one_whole_snapshot_all_the_time_that_refreshes_run_and_publish(
    run: Run, database: Database
) -> None:
    for day in DAYS:
        assert run(as_of=day).success
    shown = shown_by_all(database)
    assert {contract.table() for contract in PUBLISHED} - set(shown.views) <= MAY_BE_EMPTY
    enough, over = threading.Event(), threading.Event()

    def refresh_on() -> bool:
        try:
            for day in itertools.cycle(DAYS):
                if not run(as_of=day).success or enough.is_set():
                    return enough.is_set()
        finally:
            over.set()
        return False

    def is_over(tally: Tally) -> bool:
        if tally.reads >= READS:
            enough.set()
        return over.is_set()

    async def both() -> tuple[Tally, bool]:
        reading = read_on(database.url, READERS, shown, 0.02, is_over)
        return await asyncio.gather(reading, asyncio.to_thread(refresh_on))

    # In a thread of its own: the browser of other tests keeps a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        tally, has_refreshed = pool.submit(asyncio.run, both()).result()
    assert has_refreshed
    assert (tally.empty, tally.mixed, tally.errors) == (0, 0, [])
    assert tally.reads >= READS
    assert set(tally.seconds) == set(KINDS)
    assert len(tally.snapshots) >= 2
