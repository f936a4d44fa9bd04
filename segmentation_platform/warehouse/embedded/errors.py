"""The one error of the embedded server, and how errors of the operating system become it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segmentation_platform.errors import PlatformError


class EmbeddedPostgresError(PlatformError, RuntimeError):
    """Says in a line or two what is wrong with the embedded server and what to do about it."""


@contextmanager
def explained(home: Path) -> Iterator[None]:
    """Turn an operating system's error into an `EmbeddedPostgresError` that names file and way out."""
    try:
        yield
    except OSError as error:
        raise EmbeddedPostgresError(
            f"The embedded Postgres in {home} can't be used: {error}.\n"
            "Mend that file's owner, rights or disk, or set DATABASE_URL to another Postgres server."
        ) from error


def last_lines(text: str, count: int = 6) -> str:
    """Return the last lines of a program's output that say something, indented."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(f"  {line}" for line in lines[-count:]) or "  (no output)"
