"""A published snapshot in which every customer stands many times: what people look at, at the size of a large shop.

    python -m benchmarks.many_customers --times 93    # the UCI ledger's 4,324 customers become 402,132

It changes the served snapshot of the database that the command line works on, so give it one of its own:
`SEGMENTATION_HOME=/tmp/large`, a run, then this.
"""

import argparse
import time

from segmentation_platform.cli.options import open_database_of
from segmentation_platform.settings import load_settings
from segmentation_platform.warehouse.database import Connection, Database

COPIED = ("customer_segments", "customer_recommendations", "campaign_audiences")
COUNTED = {
    "segments": ("customers", "revenue"),
    "segment_regions": ("customers", "revenue"),
    "segment_moves": ("customers", "revenue"),
    "campaigns": ("customers", "held_out"),
    "snapshots": ("customers",),
}


def copy_customers(database: Database, times: int) -> int:
    """Let every customer of the served snapshot stand so many times; returns how many there are then."""
    with database.connect() as connection:
        for view in COPIED:
            _copy(connection, view, times)
        for view, columns in COUNTED.items():
            changes = ", ".join(f"{column} = {column} * {times}" for column in columns)
            connection.execute(
                f"UPDATE snapshots.{view} SET {changes} WHERE snapshot_id = (SELECT snapshot_id FROM snapshots.served)".encode()  # noqa: E501, S608 - constants
            )
    with database.connect_autocommit() as connection:
        connection.execute("VACUUM ANALYZE")
        found = connection.execute("SELECT count(*) FROM serving.customer_segments").fetchone()
    return int(str(found[0])) if found else 0


def _copy(connection: Connection, view: str, times: int) -> None:
    names = connection.execute(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped AND attname <> 'customer_id'",
        [f"snapshots.{view}"],
    ).fetchone()
    assert names
    query = (
        f"INSERT INTO snapshots.{view} (customer_id, {names[0]})"  # noqa: S608 - names from the catalog
        f" SELECT customer_id || '-' || copy, {names[0]} FROM snapshots.{view}, generate_series(2, {times}) AS copy"
        " WHERE snapshot_id = (SELECT snapshot_id FROM snapshots.served)"
    )
    connection.execute(query.encode())


def main() -> None:
    """Copy them and say how many there are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=93)
    times = parser.parse_args().times
    began = time.perf_counter()
    customers = copy_customers(open_database_of(load_settings()), times)
    print(f"{customers:,} customers in the served snapshot, after {time.perf_counter() - began:.0f} s.")


if __name__ == "__main__":
    main()
