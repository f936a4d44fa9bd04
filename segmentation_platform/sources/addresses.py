"""Ledgers at an address: http(s), and whatever else fsspec knows (s3, gs, az …)."""

import errno
import hashlib
import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from segmentation_platform.sources.errors import SourceAwayError, SourceError
from segmentation_platform.sources.kept import Kept, KeptFile

_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_EXTRAS: Final = {"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs", "az": "az", "abfs": "az", "abfss": "az"}
"""The extra of this package that brings what an address needs."""
_VERSIONS: Final = (
    "ETag",
    "etag",
    "Last-Modified",
    "mtime",
    "LastModified",
    "last_modified",
    "updated",
    "md5Hash",
    "size",
)
"""What stores tell of a file that changes with its content."""
_UNVERSIONED: Final = {"size"}
_CHUNK: Final = 1 << 20


def is_address(sales: str) -> bool:
    """Whether a ledger is named by an address rather than a path."""
    return bool(_ADDRESS.match(sales))


def without_secrets(address: str) -> str:
    """An address without user, password and query, in which keys are handed over."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def fetch(address: str, home: Path, sha256: str = "", storage: Mapping[str, Any] | None = None) -> list[Path]:
    """Bring what is at an address here, as far as it is not here already.

    Args:
        address: of a file, of a folder (with a slash at its end) or with a pattern, such as s3://shop/exports/*.csv
        home: folder of the platform's own files
        sha256: that the file must have, in hex; empty: whatever it has
        storage: what fsspec takes to reach the store, such as endpoint_url

    Returns:
        The files that are at the address now, in order of their names.

    Raises:
        SourceAwayError: when it can't be reached; what was here stays.
        SourceError: when it has no file, or another content than was said; likewise.

    """
    shown = without_secrets(address)
    kept = Kept.open(home, shown)
    try:
        store, found = _listed(address, storage or {})
        if not found:
            raise SourceError(f"There is no file at {shown}. Check the address.")
        if sha256 and len(found) > 1:
            raise SourceError(f"{shown} has {len(found):,} files, and [ledger] sha256 is of one. Leave it out.")
        for at, info in found.items():
            kept.files[at] = _kept(store, at, info, kept, sha256, shown)
    except (SourceError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - each store has its own kinds; _refusal gives back what it doesn't know
        # Without what it came from: an address with its keys may stand there.
        raise _refusal(error, shown) from None
    kept.forget(at for at in kept.files if at not in found)
    kept.save()
    return [kept.folder / kept.files[at].name for at in found]


def _refusal(error: Exception, shown: str) -> Exception:
    """What an error of a store means to whoever named the address; errors of this machine stay what they are."""
    # A web server that can't be reached is a missing file to fsspec, with what happened as its cause.
    cause = error.__cause__ if isinstance(error, FileNotFoundError) else error
    status = getattr(cause, "status", None)
    if cause is None or status == HTTPStatus.NOT_FOUND:
        return SourceError(f"There is no file at {shown}. Check the address.")
    if isinstance(cause, PermissionError) or status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return SourceError(f"{shown} may not be read: {_plain(cause)}. Check the rights to it.")
    if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
        return error
    if isinstance(cause, OSError) or type(cause).__module__.split(".")[0] in _STORES:
        return SourceAwayError(f"{shown} can't be read: {_plain(cause)}. Check the address and the network.")
    return error


_STORES: Final = frozenset({"aiohttp", "botocore", "s3fs", "gcsfs", "google", "azure", "adlfs"})
"""Libraries of stores, whose errors have no common base."""


def _listed(address: str, storage: Mapping[str, Any]) -> tuple[Any, dict[str, dict[str, Any]]]:
    """The store of an address, and what it tells of each file there, in order of their names."""
    import fsspec

    try:
        store, path = fsspec.core.url_to_fs(address, **storage)
    except ImportError as error:
        scheme = urlsplit(address).scheme.lower()
        extra = _EXTRAS.get(scheme)
        way = f'pip install "segmentation-platform[{extra}]"' if extra else f"install what fsspec needs for {scheme}"
        raise SourceError(f"Nothing here can read {scheme}:// ({error}). Do: {way}") from None
    except ValueError as error:
        raise SourceError(f"{without_secrets(address)} is no address that can be read: {error}.") from None
    # A process that lives for days would be told of the files of its first night for ever.
    store.invalidate_cache()
    if "*" in path or "[" in path:
        paths = [at for at in store.glob(path) if not at.endswith("/")]
    elif address.endswith("/"):
        paths = list(store.find(path, maxdepth=1))
    else:
        paths = [path]
    return store, {at: store.info(at) for at in sorted(paths)}


def _kept(store: Any, at: str, info: dict[str, Any], kept: Kept, sha256: str, shown: str) -> KeptFile:
    """A file, fetched if the store does not tell that it is the one that is here."""
    told = {key: str(info[key]) for key in _VERSIONS if info.get(key) is not None}
    version = json.dumps(told) if told.keys() - _UNVERSIONED else ""
    known = kept.files.get(at)
    if known and version and known.version == version and (kept.folder / known.name).is_file():
        require_content(kept.folder / known.name, sha256, shown)
        return known
    name = known.name if known else _name(at, kept)
    part = kept.folder / f".{name}.part"
    with store.open(at, "rb") as source, part.open("wb") as target:
        while chunk := source.read(_CHUNK):
            target.write(chunk)
    try:
        require_content(part, sha256, shown)
    except SourceError:
        part.unlink()
        raise
    part.replace(kept.folder / name)
    return KeptFile(name, version)


def _name(at: str, kept: Kept) -> str:
    """The name of a file here: its own, as far as that is free and can be one."""
    own = re.sub(r"[^\w.+-]", "_", urlsplit(at).path.rstrip("/").rpartition("/")[2]).lstrip(".") or "ledger"
    taken = {each.name for each in kept.files.values()}
    return own if own not in taken else f"{hashlib.sha256(at.encode()).hexdigest()[:8]}_{own}"


def require_content(path: Path, sha256: str, shown: str) -> None:
    """Refuse a file that is not the one that was said.

    Raises:
        SourceError: when its SHA-256 is another; an empty one is whatever it has.

    """
    if not sha256:
        return
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256.lower():
        raise SourceError(
            f"{shown} has SHA-256 {found}, not {sha256}: it is another file, or was changed on its way. Nothing of "
            "it was kept."
        )


def _plain(error: BaseException) -> str:
    """What an error says, on one line, without addresses, in which keys may stand."""
    words = re.sub(r"\S+://\S+", "…", " ".join(str(error).split()))
    return (words or type(error).__name__).rstrip(".")
