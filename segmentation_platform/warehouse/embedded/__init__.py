"""An embedded Postgres: a real server that a project starts by itself where DATABASE_URL names none."""

from segmentation_platform.warehouse.embedded.errors import EmbeddedPostgresError
from segmentation_platform.warehouse.embedded.server import EmbeddedPostgres, ServerStatus

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "ServerStatus"]
