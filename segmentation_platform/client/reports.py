"""The nightly report of a snapshot, from wherever the snapshot is read."""

import gzip
import zlib

from segmentation_platform.client.errors import ClientError
from segmentation_platform.client.sources import Reading, read_snapshot

FILE = "report.html"
"""The report's name in an exported folder."""

_GZIP = b"\x1f\x8b"


def find_report(reading: Reading, snapshot_id: int) -> str | None:
    """The report of a snapshot as HTML; None where there is none.

    Raises:
        ClientError: when it can't be read.

    """
    with reading.stream("SELECT html FROM serving.reports WHERE snapshot_id = $1", [snapshot_id]) as rows:
        found = rows.read_all().column("html").to_pylist()
    if not found:
        return None
    try:
        kept: bytes = found[0]
        return (gzip.decompress(kept) if kept.startswith(_GZIP) else kept).decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise ClientError(f"The report of snapshot {snapshot_id} can't be read: {error}") from error


def read_report(reading: Reading, snapshot_id: int | None) -> str:
    """The report of a snapshot, of the served one where none is named.

    Raises:
        ClientError: when there is none.

    """
    wanted = read_snapshot(reading).snapshot_id if snapshot_id is None else snapshot_id
    html = find_report(reading, wanted)
    if html is None:
        raise ClientError(f"There is no report of snapshot {wanted}: segmentation-platform run")
    return html
