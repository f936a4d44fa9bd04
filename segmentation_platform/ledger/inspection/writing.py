"""Writing an inferred profile into a settings file, whose other sections and comments stay as they are."""

from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Table

from segmentation_platform.ledger.inspection.findings import settings_of
from segmentation_platform.ledger.inspection.inspect import Inspection


def write_profile(inspection: Inspection, path: Path) -> None:
    """Write the profile as the section `[profile]`, in place of one that is there; the file is made if need be.

    Doubts stand in it as comments; what they leave open is not written, so that a run still asks.

    Args:
        inspection: whose profile
        path: of the settings file

    Raises:
        OSError: when the file can't be written.

    """
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    document = tomlkit.parse(text)
    document.pop("profile", None)
    others = tomlkit.dumps(document).rstrip("\n")
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(f"{others}\n\n{_section(inspection)}".lstrip("\n"), encoding="utf-8")
    unfinished.replace(path)


def _section(inspection: Inspection) -> str:
    table = tomlkit.table()
    # Within the section, so that they go with it.
    table.add(tomlkit.comment(f"How {inspection.file.path.name} is read, as it was inferred."))
    for doubt in inspection.doubts:
        table.add(tomlkit.comment(f"Doubtful: {' '.join(doubt.says.split())}"))
        for line in doubt.setting.splitlines():
            table.add(tomlkit.comment(f"    {line}"))
    _fill(table, _decided(inspection))
    document = tomlkit.document()
    document.add("profile", table)
    return tomlkit.dumps(document)


def _decided(inspection: Inspection) -> dict[str, Any]:
    """The profile without the parts that stopping doubts leave open: written, they would not be asked about.

    Of the columns only the one in doubt is left out; other parts go whole, because their fields hang together.
    """
    profile = inspection.profile.model_dump(mode="json")
    for part, field in (setting for doubt in inspection.stopping for setting in settings_of(doubt)):
        if part == "columns":
            profile[part].pop(field, None)
        elif not field or field in profile.get(part, {}):
            profile.pop(part, None)
    return profile


def _fill(table: Table, profile: dict[str, Any]) -> None:
    # What is no table of its own has to stand before those that are.
    for name, value in sorted(profile.items(), key=lambda item: isinstance(item[1], dict)):
        if not isinstance(value, dict):
            if value != []:
                table.add(name, value)
            continue
        part = tomlkit.table()
        for field, setting in value.items():
            if setting != []:  # written, it would say that there will never be any
                part.add(field, setting)
        table.add(name, part)
