"""Where words go: results to standard output, everything else to standard error."""

from rich.console import Console

console = Console(highlight=False)
error_console = Console(stderr=True, highlight=False)


def command_line() -> str:
    """How this program is called from where the user is, for messages that tell what to run next."""
    import shutil
    import sys
    from pathlib import Path

    name = "segmentation-platform"
    if shutil.which(name):
        return name
    beside = Path(sys.executable).parent / name
    try:
        return str(beside.relative_to(Path.cwd()))
    except ValueError:
        return str(beside)
