"""Of many ways to write the same thing a test tries two on a user's machine, and all of them in CI.

A test that is marked `variants` takes what is written in one way after the other. Where SEGMENTATION_ALL_VARIANTS is
set all are tried; else the first and the last of each test, or those that are asked for by name.
"""

import os
from collections import defaultdict

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what lies between the first and the last way."""
    if os.environ.get("SEGMENTATION_ALL_VARIANTS"):
        return
    ways: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("variants"):
            ways[item.nodeid.split("[")[0]].append(item)
    left_out = {item.nodeid for found in ways.values() for item in found[1:-1]}
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid in left_out])
        items[:] = [item for item in items if item.nodeid not in left_out]
