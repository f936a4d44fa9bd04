"""Of many ways to write the same thing a test tries two on a user's machine, and all of them in CI.

A test that is marked `variants` takes what is written in one way after the other. Where SEGMENTATION_ALL_VARIANTS is
set all are tried; else the first and the last of each test, or those that are asked for by name. In the same way
properties whose examples are whole ledgers are tried on fewer of them.
"""

import os
from collections import defaultdict

import pytest


def examples(number: int) -> int:
    """How many of so many examples of a property are tried."""
    return number if _all_are_tried() else max(5, number // 5)


def _all_are_tried() -> bool:
    return bool(os.environ.get("SEGMENTATION_ALL_VARIANTS"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what lies between the first and the last way."""
    if _all_are_tried():
        return
    ways: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("variants"):
            ways[item.nodeid.split("[")[0]].append(item)
    left_out = {item.nodeid for found in ways.values() for item in found[1:-1]}
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid in left_out])
        items[:] = [item for item in items if item.nodeid not in left_out]
