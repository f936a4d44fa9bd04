"""The command line: `segmentation-platform …`.

Belongs here: what people type and read. Does not belong here: anything that a program would want to call.
"""

from segmentation_platform.cli.app import main

__all__ = ["main"]
