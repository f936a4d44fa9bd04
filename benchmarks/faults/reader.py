"""A reader of `serving` who never stops, and checks that what it reads is one whole snapshot."""

import time
from threading import Event, Thread

import psycopg

from segmentation_platform.warehouse.database import Database, DatabaseError

# One statement sees one state: counts that the snapshot itself tells must be those of its tables.
_WHOLE = """
SELECT snapshot.snapshot_id,
       snapshot.customers = (SELECT count(*) FROM serving.customer_segments)
   AND snapshot.customers = (SELECT sum(customers) FROM serving.segments)
   AND (SELECT count(*) FROM serving.segment_recommendations) > 0
   AND (SELECT count(*) FROM serving.customer_recommendations) > 0
   AND (SELECT count(DISTINCT customer_id) FROM serving.customer_recommendations)
       = (SELECT count(DISTINCT customer_id) FROM serving.customer_recommendations
          JOIN serving.customer_segments USING (customer_id))
FROM serving.snapshot
"""


class Reader:
    """Reads in a thread of its own until it is stopped.

    Attributes:
        reads: how many answers there were
        unavailable: how often the server was gone
        broken: answers that were not one whole snapshot; none, or the platform has failed

    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stop = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self.reads = 0
        self.unavailable = 0
        self.broken: list[str] = []

    def __enter__(self) -> "Reader":
        """Begin to read."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop reading."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        last = 0
        while not self._stop.is_set():
            try:
                with self._database.connect_autocommit() as connection:
                    while not self._stop.is_set():
                        last = self._read(connection, last)
                        time.sleep(0.02)
            except (psycopg.OperationalError, DatabaseError):
                self.unavailable += 1
                time.sleep(0.2)

    def _read(self, connection: psycopg.Connection[tuple[object, ...]], last: int) -> int:
        row = connection.execute(_WHOLE).fetchone()
        self.reads += 1
        if row is None or row[1] is not True:
            self.broken.append(f"after snapshot {last}: {row}")
            return last
        snapshot = int(str(row[0]))
        if snapshot < last:
            self.broken.append(f"snapshot {snapshot} after {last}")
        return snapshot
