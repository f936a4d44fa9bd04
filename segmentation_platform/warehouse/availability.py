"""Whether an error says that the database was gone, full or restarting, rather than that it was asked wrongly."""

import adbc_driver_manager
import psycopg
import sqlalchemy.exc

from segmentation_platform.warehouse.database import DatabaseUnavailableError
from segmentation_platform.warehouse.embedded import EmbeddedPostgresError

_CLASSES = ("08", "53", "57", "58")
"""SQLSTATE classes of Postgres: connection, insufficient resources, operator intervention, system error."""


def is_unavailable(error: BaseException) -> bool:
    """Whether the same request may well succeed later."""
    if isinstance(error, DatabaseUnavailableError | EmbeddedPostgresError):
        return True
    if isinstance(error, psycopg.Error):
        # Without a SQLSTATE the connection broke before the server could say anything.
        return isinstance(error, psycopg.OperationalError) and (
            error.sqlstate is None or error.sqlstate.startswith(_CLASSES)
        )
    if isinstance(error, sqlalchemy.exc.OperationalError):  # of Dagster's storage, whose queries are not ours
        return True
    if isinstance(error, adbc_driver_manager.OperationalError | adbc_driver_manager.InternalError):
        return error.sqlstate is None or error.sqlstate.startswith(_CLASSES)
    return False
