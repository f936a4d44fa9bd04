"""Write small files so that nobody ever reads half of one."""

import os
from pathlib import Path


def write_whole(file: Path, text: str, mode: int = 0o600) -> None:
    """Write `text` under another name and rename it: a crash leaves the former file or the new one."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    new.chmod(mode)  # whatever the umask
    new.replace(file)
