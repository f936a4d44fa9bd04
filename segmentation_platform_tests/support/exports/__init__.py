"""Ledgers as shops export them: a made-up shop whose truth is known, written in any style.

Belongs here: what is true (`truth`), how it is written (`style`), and the file that comes of it (`writing`). Nothing
here knows how the platform reads.
"""

from segmentation_platform_tests.support.exports.style import Style, draw_style
from segmentation_platform_tests.support.exports.truth import Shop, make_shop
from segmentation_platform_tests.support.exports.writing import Expected, write_export

__all__ = ["Expected", "Shop", "Style", "draw_style", "make_shop", "write_export"]
