"""`snapshot.json`: what an exported folder holds, and by which contracts it is read."""

import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from segmentation_platform.client.errors import ClientError
from segmentation_platform.client.views import contract_hash

NAME = "snapshot.json"


@dataclass(frozen=True)
class ExportedFile:
    """A file of an export.

    Attributes:
        file: its name, below the folder
        view: that it holds; empty for a model's JSON and the report
        rows: how many; 0 for these
        sha256: of its bytes

    """

    file: str
    view: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an exported folder holds.

    Attributes:
        snapshot_id: of the snapshot
        as_of: its reporting date, as YYYY-MM-DD
        contracts: hash of the views' columns and types
        version: of the platform that wrote it
        files: all but this one

    """

    snapshot_id: int
    as_of: str
    contracts: str
    version: str
    files: tuple[ExportedFile, ...]

    def file_of(self, view: str) -> str:
        """The file that holds a view."""
        return next(each.file for each in self.files if each.view == view)

    def to_json(self) -> str:
        """The manifest as JSON."""
        return json.dumps(asdict(self), indent=2) + "\n"


def this_version() -> str:
    """The version of this platform."""
    return version("segmentation-platform")


def listed_in(folder: Path) -> Manifest | None:
    """What a folder says that it holds, whatever version wrote it; None where it is no export.

    Raises:
        ClientError: when `snapshot.json` is none of ours.

    """
    file = folder / NAME
    if not file.is_file():
        return None
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        files = tuple(ExportedFile(**each) for each in document.pop("files"))
        return Manifest(**document, files=files)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ClientError(f"{file} was not written by segmentation-platform export.") from None


def read_manifest(folder: Path) -> Manifest:
    """What an exported folder holds.

    Raises:
        ClientError: when it is no export, one of another version, or not whole.

    """
    manifest = listed_in(folder)
    if manifest is None:
        raise ClientError(f"{folder} holds no exported snapshot: segmentation-platform export {folder}")
    if manifest.contracts != contract_hash():
        raise ClientError(
            f"{folder} was exported by version {manifest.version}, whose tables have other columns than those of "
            f"{this_version()}: segmentation-platform export {folder} --overwrite"
        )
    missing = [each.file for each in manifest.files if not (folder / each.file).is_file()]
    if missing:
        raise ClientError(
            f"{folder} is not whole, {', '.join(missing)} is missing: "
            f"segmentation-platform export {folder} --overwrite"
        )
    return manifest
