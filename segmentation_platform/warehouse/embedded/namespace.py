"""Run a command inside a user namespace where it appears as an ordinary user: `namespace.py ID COMMAND...`.

Postgres refuses to run as root. Here only its own view changes: inside, it is user ID; outside, its files
still belong to the user who started it, so nothing needs a new owner or wider rights. A program of its own,
started with `python -I`, because the call must be made by a process without threads, and with the standard
library only: the `unshare` command is missing from small containers and its older versions can't map an id.
"""

import ctypes
import os
import sys
from pathlib import Path

_CLONE_NEWUSER = 0x10000000


def become(inside: int) -> None:
    """Move this process into a new user namespace as user and group `inside`; OSError where refused."""
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"user namespaces are refused: {os.strerror(number)}")
    Path("/proc/self/setgroups").write_text("deny")  # or the kernel accepts no group map
    Path("/proc/self/uid_map").write_text(f"{inside} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{inside} {group} 1")


def main() -> None:
    """Become the user, check that the working folder can still be reached and written, run the command."""
    inside, command = int(sys.argv[1]), sys.argv[2:]
    folder = Path.cwd()
    try:
        become(inside)
        os.chdir(folder)  # root's power to enter any folder is gone: a parent may now be closed
    except OSError as error:
        sys.exit(str(error))
    if not os.access(folder, os.W_OK):
        sys.exit(f"{folder} can't be written from inside a user namespace")
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
