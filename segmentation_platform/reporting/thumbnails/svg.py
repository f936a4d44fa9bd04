"""Small SVGs, small enough for Dagster to show them inline (the whole markdown under 1,000 characters)."""

from base64 import b64encode
from collections.abc import Sequence


def markdown_image(title: str, svg: str) -> str:
    """An SVG as a markdown image with a data URI; in base64, since a markdown address has no spaces or quotes."""
    return f"![{title}](data:image/svg+xml;base64,{b64encode(svg.encode()).decode()})"


def polyline(values: Sequence[float], box: tuple[int, int, int, int], color: str) -> str:
    """A line through values at even distances, filling the box (x, y, width, height)."""
    x, y, width, height = box
    low, high = min(values), max(values)
    step = width / max(len(values) - 1, 1)
    scale = height / (high - low or 1)
    points = " ".join(f"{x + i * step:.0f},{y + (high - value) * scale:.0f}" for i, value in enumerate(values))
    return f"<polyline points='{points}' fill='none' stroke='{color}'/>"


def text(x: float, y: float, words: str) -> str:
    """A word, its baseline starting at (x, y)."""
    return f"<text x='{x:.0f}' y='{y:.0f}'>{words}</text>"
