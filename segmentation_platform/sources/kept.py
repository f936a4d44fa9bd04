"""The folder that holds what was fetched, and what is known of it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_INDEX = "index.json"


@dataclass(frozen=True)
class KeptFile:
    """A file that was fetched.

    Attributes:
        name: in the folder
        version: what tells whether there is a newer one, such as an ETag

    """

    name: str
    version: str


@dataclass
class Kept:
    """What a folder holds of one source.

    Attributes:
        folder: where
        files: by what they are called at the source
        watermark: up to where a database was read, as JSON; empty for none

    """

    folder: Path
    files: dict[str, KeptFile] = field(default_factory=dict)
    watermark: str = ""

    @classmethod
    def open(cls, home: Path, origin: str) -> "Kept":
        """The folder of a source below the platform's own; made at the first time."""
        folder = home.absolute() / "sources" / hashlib.sha256(origin.encode()).hexdigest()[:16]
        folder.mkdir(parents=True, exist_ok=True)
        index = folder / _INDEX
        document: Mapping[str, object] = json.loads(index.read_text("utf-8")) if index.is_file() else {}
        files = document.get("files", {})
        known = {at: KeptFile(**kept) for at, kept in files.items()} if isinstance(files, dict) else {}
        return cls(folder, known, str(document.get("watermark", "")))

    def forget(self, gone: Iterable[str]) -> None:
        """Drop files that are not at the source any more."""
        for at in list(gone):
            (self.folder / self.files.pop(at).name).unlink(missing_ok=True)

    def save(self) -> None:
        """Keep what is known, all or nothing."""
        files = {at: {"name": kept.name, "version": kept.version} for at, kept in self.files.items()}
        target = self.folder / _INDEX
        part = target.with_suffix(".part")
        part.write_text(json.dumps({"files": files, "watermark": self.watermark}, indent=1), "utf-8")
        part.replace(target)
