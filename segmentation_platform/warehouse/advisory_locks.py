"""The keys of Postgres' advisory locks, in one place, so that no two things take the same by mistake.

Belongs here: which locks there are, and what for. Who holds one, and how long, stands where it is taken.
"""

from enum import IntEnum, unique


@unique
class Lock(IntEnum):
    """A key of a database's advisory locks; versions of the platform know each other's locks by these numbers."""

    REFRESH = 7_305_114_620_471_001
    """Held by a refresh, so that there is one at a time."""
    MIGRATIONS = 7_305_114_620_471_002
    """Held while revisions are applied."""
    UPGRADE = 7_305_114_620_471_003
    """Held while tables, views and rights are brought up to date."""
    READER_PASSWORD = 7_305_114_620_471_004
    """Held while the read-only role gets its password."""
    PREPARE = 7_305_114_620_471_005
    """Held while roles and databases are made on a server of one's own."""


WORKING_TABLES = 7_305_114
"""First key of a working table's lock, held while its rows are replaced; the second is the hash of its name."""
