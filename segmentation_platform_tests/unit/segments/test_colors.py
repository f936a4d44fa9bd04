"""Colours of segments can be told apart by everybody, and seen on white paper."""

from itertools import combinations

import numpy as np
import pytest

from segmentation_platform.segments.names import ARCHETYPES

# Machado, Oliveira & Fernandes 2009, A physiologically-based model for simulation of color vision deficiency, table 1
# (severity 1.0); on linear sRGB.
SIGHT = {
    "usual": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(color: str) -> np.ndarray:
    """Linear sRGB of #rrggbb (IEC 61966-2-1)."""
    channels = np.array([int(color[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(color: str, sight: str) -> np.ndarray:
    """CIELAB (1976) of a colour as it is seen."""
    seen = np.clip(np.array(SIGHT[sight]) @ linear(color), 0, 1)
    parts = TO_XYZ @ seen / WHITE
    x, y, z = np.where(parts > 216 / 24389, np.cbrt(parts), (24389 / 27 * parts + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHT)
def test_any_two_segments_have_colors_that_are_told_apart(sight: str) -> None:
    apart = {
        (one.name, other.name): float(np.linalg.norm(lab(one.color, sight) - lab(other.color, sight)))
        for one, other in combinations(ARCHETYPES, 2)
    }
    assert min(apart.values()) > 20, min(apart, key=lambda pair: apart[pair])


def test_every_color_is_seen_on_white() -> None:
    """Names stand beside all of them; by WCAG's contrast a colour alone would need 3."""
    for kind in ARCHETYPES:
        luminance = float(TO_XYZ[1] @ linear(kind.color))
        assert 1.05 / (luminance + 0.05) > 1.8, kind.name
