"""What the numbers of recommendations are kept in."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Counts: TypeAlias = npt.NDArray[np.int64]
Indices: TypeAlias = npt.NDArray[np.intp]
Matrix: TypeAlias = npt.NDArray[np.float32]
"""Scores of customers by product: half the size of others."""
