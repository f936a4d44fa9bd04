"""Write the served snapshot to a folder: a parquet file per view, models as JSON, report, and `snapshot.json`."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pyarrow.parquet as pq

from segmentation_platform.client.errors import ClientError
from segmentation_platform.client.manifest import NAME, ExportedFile, Manifest, listed_in, this_version
from segmentation_platform.client.query import Conditions, select
from segmentation_platform.client.reports import FILE as REPORT
from segmentation_platform.client.reports import find_report
from segmentation_platform.client.sources import Reading, read, read_snapshot
from segmentation_platform.client.views import VIEWS, contract_hash
from segmentation_platform.contracts.frames import arrow_schema

_CHUNK = 1 << 20


def export(
    reading: Reading, folder: Path, *, overwrite: bool = False, tell: Callable[[ExportedFile], None] | None = None
) -> Manifest:
    """Write a snapshot, whole or not at all.

    Args:
        reading: the snapshot
        folder: where to; made if it is not there
        overwrite: take the place of an earlier export
        tell: is called with every file that was written

    Raises:
        ClientError: when the folder holds something else, or an export that may not be overwritten.

    """
    _refuse_others(folder, overwrite=overwrite)
    snapshot = read_snapshot(reading)
    with _taking_the_place_of(folder) as whole:
        files = []
        for file in _written(reading, whole):
            files.append(file)
            if tell:
                tell(file)
        manifest = Manifest(
            snapshot.snapshot_id, snapshot.as_of.isoformat(), contract_hash(), this_version(), tuple(files)
        )
        (whole / NAME).write_text(manifest.to_json(), encoding="utf-8")
    return manifest


def _refuse_others(folder: Path, *, overwrite: bool) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ClientError(f"{folder} is a file; name a folder.")
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}
    manifest = listed_in(folder)
    strange = sorted(there - ({NAME, *(each.file for each in manifest.files)} if manifest else set()))
    if strange:
        raise ClientError(f"{folder} holds something else: {', '.join(strange[:3])}. Name a new folder.")
    if manifest and not overwrite:
        raise ClientError(f"{folder} holds snapshot {manifest.snapshot_id}. Write over it with --overwrite.")


@contextmanager
def _taking_the_place_of(folder: Path) -> Iterator[Path]:
    """A folder beside the other that takes its place when the block has ended well."""
    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.absolute().parent) as beside:
        whole, former = Path(beside) / "new", Path(beside) / "former"
        whole.mkdir()
        yield whole
        if folder.exists():
            folder.rename(former)
        try:
            whole.rename(folder)
        except OSError:
            if former.exists():
                former.rename(folder)
            raise


def _written(reading: Reading, folder: Path) -> Iterator[ExportedFile]:
    for view in VIEWS:
        path = folder / f"{view}.parquet"
        yield ExportedFile(path.name, view, _write_view(reading, view, path), _sha256(path))
    for row in read(reading, select("models", Conditions())).to_dict("records"):
        path = folder / "models" / f"{row['kind']}-{quote(row['region'], safe='')}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(row["model"], encoding="utf-8")
        yield ExportedFile(f"models/{path.name}", "", 0, _sha256(path))
    html = find_report(reading, read_snapshot(reading).snapshot_id)
    if html is not None:
        path = folder / REPORT
        path.write_text(html, encoding="utf-8", newline="")
        yield ExportedFile(path.name, "", 0, _sha256(path))


def _write_view(reading: Reading, view: str, path: Path) -> int:
    query = select(view, Conditions())
    schema, rows = arrow_schema(query.columns), 0
    with reading.stream(query.sql) as batches, pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch.cast(schema))
            rows += batch.num_rows
    return rows


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
