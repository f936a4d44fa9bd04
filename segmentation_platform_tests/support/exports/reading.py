"""What an inspection makes of an export, in the words of `rows`; and answering what it asks, as its settings say."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.files import identify
from segmentation_platform.ledger.inspection import Given, Inspection, inspect
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform_tests.support.exports.rows import Right

TODAY = date(2026, 11, 29)


def inspected(path: Path, said: Mapping[str, Any] | None = None) -> Inspection:
    """The inspection of a file, with what is said as in a section `[profile]`."""
    given = Given(said=Profile.model_validate(dict(said or {})), today=TODAY)
    return inspect(DuckDBEngine(), identify(path), given)


def numbers_of(inspection: Inspection) -> Right:
    """What an inspection came to."""
    figures = inspection.figures
    assert figures.first is not None
    assert figures.last is not None
    return Right(
        figures.sales,
        figures.orders,
        figures.customers,
        round(figures.net * 100),
        figures.first.date(),
        figures.last.date(),
    )


def understood(path: Path) -> Right:
    """What is made of a file, about which nothing may be asked."""
    found = inspected(path)
    assert not found.stopping, [doubt.says for doubt in found.stopping]
    return numbers_of(found)


def answered(path: Path, chosen: Mapping[str, Mapping[str, Any]] | None = None) -> Right:
    """What is made of a file that is asked about, once its settings are taken as they were shown.

    Args:
        path: of the file
        chosen: by part and field the values that are chosen in place of the first ones that were shown

    """
    found = inspected(path)
    assert found.stopping, f"nothing is asked, and it comes to {numbers_of(found)}"
    settled = inspected(path, _settings(found, chosen or {}))
    assert not settled.stopping, [doubt.says for doubt in settled.stopping]
    return numbers_of(settled)


def understood_or_answered(path: Path, chosen: Mapping[str, Mapping[str, Any]] | None = None) -> Right:
    """What is made of a file, asked about or not."""
    found = inspected(path)
    return answered(path, chosen) if found.stopping else numbers_of(found)


def _settings(found: Inspection, chosen: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    shown = "\n".join(doubt.setting for doubt in found.stopping)
    settings: dict[str, Any] = {}
    for doubt in found.stopping:
        for part, fields in tomllib.loads(doubt.setting)["profile"].items():
            settings[part] = {**settings.get(part, {}), **fields} if isinstance(fields, dict) else fields
    for part, fields in chosen.items():
        for field, value in fields.items():
            assert field in shown, f"{field} is not among what was shown: {shown}"
            settings.setdefault(part, {})[field] = value
    return settings
