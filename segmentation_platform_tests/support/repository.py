"""Where the checkout is."""

from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).parents[2]
"""The top folder of the checkout."""
