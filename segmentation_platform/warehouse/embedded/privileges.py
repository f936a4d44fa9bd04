"""Under which identity the server runs, and hence where its data are.

An ordinary user's server runs as that user, data under the project's folder. Root needs a detour, as Postgres
refuses to run as root:

1. inside a user namespace, which leaves data and programs where they are; else, as in a plain container,
2. as an unprivileged user, which can't reach the project's closed folder: data and a copy of the programs
   then live in a system folder of their own, and a file in the project's folder says where. No closed folder
   is opened up.
"""

import hashlib
import logging
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from segmentation_platform.warehouse.embedded import namespace
from segmentation_platform.warehouse.embedded.binaries import copy_of_binaries
from segmentation_platform.warehouse.embedded.errors import EmbeddedPostgresError
from segmentation_platform.warehouse.embedded.files import write_whole

if sys.platform != "win32":
    import pwd

SYSTEM_FOLDER = Path("/var/lib/segmentation-platform")
"""Where the data of root's servers are when user namespaces are refused."""

_PRIVATE_IDS = range(54329, 55329)
"""User ids that no distribution hands out, yet within the 65,536 that every container has."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Identity:
    """How to run a program of Postgres: with a program before it (a namespace), or as another user."""

    before: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    def run(
        self, command: Sequence[str | Path], folder: Path, output: IO[bytes] | int, keep: Sequence[int] = ()
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `command` in `folder`, in a session of its own, out of reach of the terminal's Ctrl-C.

        `keep` are open file descriptors that it inherits. The environment is bare: PGPORT, LANG and the
        like must not change the server, nor should it hold the credentials of whoever started it.
        """
        return subprocess.run(
            [*self.before, *command],
            cwd=folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=keep,
            user=self.user,
            group=self.group,
            extra_groups=None if self.user is None else [],
            check=False,
        )

    def can_run(self, binaries: Path, folder: Path) -> bool:
        """Whether this identity is allowed here and reaches both the programs and `folder`."""
        try:
            answer = self.run([binaries / "postgres", "--version"], folder, subprocess.PIPE)
        except OSError as error:  # the change of user is refused, or a folder on the way is closed
            _log.info("%s: %s", self, error)
            return False
        if answer.returncode != 0:
            _log.info("%s: %s", self, answer.stdout.decode(errors="replace").strip())
        return answer.returncode == 0


@dataclass(frozen=True)
class Placement:
    """Where a server lives: `folder` holds its data, `binaries` its programs, `identity` runs them."""

    folder: Path
    binaries: Path
    identity: Identity

    @property
    def initdb_identity(self) -> Identity:
        """Who runs `initdb`, which accepts only a user with a name; the data get their owner afterwards."""
        if self.identity.user is None:
            return self.identity
        user = named_user()
        return replace(self.identity, user=user, group=user)


def data_folder(home: Path) -> Path:
    """Return the folder of `home`'s data, under `home` unless it had to be elsewhere."""
    return _server_folder(home) / "data"


def place(home: Path, binaries: Path) -> Placement:
    """Choose how to run `home`'s server and where; makes a system folder when one is needed."""
    folder = _server_folder(home)
    if os.geteuid() != 0:
        return Placement(folder, binaries, _ordinary_identity(folder, binaries))
    data = folder / "data"
    if data.exists() and data.stat().st_uid != 0:
        owner = data.stat()
        return _placed_as(Identity(user=owner.st_uid, group=owner.st_gid), folder, binaries)
    inside = in_namespace()
    if namespaces_allowed(inside, folder, binaries):
        return Placement(folder, binaries, inside)
    if platform.system() != "Linux":
        raise EmbeddedPostgresError("Postgres refuses to run as root: start it as an ordinary user.")
    if data.exists():
        raise EmbeddedPostgresError(
            f"{data} belongs to root, made where user namespaces were allowed; here they are refused.\n"
            "Allow them (sysctl user.max_user_namespaces), move that folder away, or set DATABASE_URL."
        )
    return _placed_in_system_folder(home, binaries)


def in_namespace() -> Identity:
    """Return the identity of an ordinary user inside a user namespace, still this user outside."""
    return Identity(before=(sys.executable, "-I", str(Path(namespace.__file__).absolute()), str(named_user())))


def namespaces_allowed(inside: Identity, folder: Path, binaries: Path) -> bool:
    """Whether this machine lets us use a user namespace, tried for real."""
    return platform.system() == "Linux" and inside.can_run(binaries, folder)


def named_user() -> int:
    """Return the id of an unprivileged user with a name, best `nobody`, as `initdb` asks for one."""
    ids = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0}
    if not ids:
        raise EmbeddedPostgresError(
            "Postgres refuses to run as root, and /etc/passwd has no other user.\n"
            "Add one (useradd nobody), or set DATABASE_URL to a Postgres server."
        )
    return ids.get("nobody", min(ids.values()))


def _ordinary_identity(folder: Path, binaries: Path) -> Identity:
    """Return this user as is; one without a name (`docker run --user 1234`) gets one, in a namespace."""
    if _has_name(os.geteuid()):
        return Identity()
    inside = in_namespace()
    if namespaces_allowed(inside, folder, binaries):
        return inside
    if (folder / "data").exists():  # only initdb asks for a name
        return Identity()
    raise EmbeddedPostgresError(
        f"User {os.geteuid()} has no name in /etc/passwd, and Postgres' initdb asks for one.\n"
        "Run as a user with a name, or set DATABASE_URL to a Postgres server."
    )


def _has_name(user: int) -> bool:
    return any(entry.pw_uid == user for entry in pwd.getpwall())


def _server_folder(home: Path) -> Path:
    file = _location_file(home)
    if not file.exists():
        return home
    elsewhere = Path(file.read_text().strip())
    # A project shared with a container may bring along the address of a folder that only the container has.
    return elsewhere if elsewhere.is_dir() and not _is_anothers(elsewhere, home) else home


def _is_anothers(folder: Path, home: Path) -> bool:
    """Whether the system folder is that of the project from which `home` was copied, and `home` needs its own."""
    owner = Path((folder / "project").read_text().strip())
    if not owner.exists() or owner.samefile(home):
        return False
    file = _location_file(owner)
    return file.exists() and Path(file.read_text().strip()) == folder


def _location_file(home: Path) -> Path:
    return home / "location"


def _placed_as(identity: Identity, folder: Path, binaries: Path) -> Placement:
    """Place a server that runs as another user, on copied programs if that user can't reach these."""
    if identity.can_run(binaries, folder):
        return Placement(folder, binaries, identity)
    copied = copy_of_binaries(binaries, folder / "binaries")
    if identity.can_run(copied, folder):
        return Placement(folder, copied, identity)
    raise EmbeddedPostgresError(
        f"Postgres refuses to run as root, and here it starts neither in a user namespace nor as user "
        f"{identity.user} in {folder}.\nRun as an ordinary user, or set DATABASE_URL to a Postgres server."
    )


def _placed_in_system_folder(home: Path, binaries: Path) -> Placement:
    SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
    SYSTEM_FOLDER.chmod(0o755)  # whatever the umask: the unprivileged user passes through
    folder = _server_folder(home)
    if folder == home:
        # Unique, not the hash alone: a deleted and newly made project must not find its predecessor's data.
        mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
        folder = Path(tempfile.mkdtemp(prefix=f"{mark}-", dir=SYSTEM_FOLDER))
        folder.chmod(0o755)
        write_whole(folder / "project", f"{home}\n")
        write_whole(_location_file(home), f"{folder}\n")
    user = _unused_id()
    return _placed_as(Identity(user=user, group=user), folder, binaries)


def _unused_id() -> int:
    """Return a user id for one project alone: by it its processes are known, and others can't read its data."""
    used = {data.stat().st_uid for data in SYSTEM_FOLDER.glob("*/data")}
    named = {entry.pw_uid for entry in pwd.getpwall()}
    return min(set(_PRIVATE_IDS) - used - named)
