"""Databases as earlier releases left them.

`<revision>.sql.gz` was made by that release's own code: a simulated shop of 2,500 lines, refreshed as of two days,
then `pg_dump --inserts --no-owner --no-privileges` of the platform's schemas, without comments and psql's commands.
"""

import gzip
from pathlib import Path

from segmentation_platform.warehouse.database import Database


def restore_release(database: Database, revision: str) -> None:
    """Put the database of a release into an empty one."""
    dump = gzip.decompress((Path(__file__).parent / f"{revision}.sql.gz").read_bytes())
    with database.connect() as connection:
        connection.execute(dump)
