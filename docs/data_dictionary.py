"""Writes docs/data-dictionary.md from the contracts: `python -m docs.data_dictionary`."""

from pathlib import Path

from segmentation_platform.contracts import INTERNAL, PUBLISHED, WORKING, Contract, Snapshots

FILE = Path(__file__).with_name("data-dictionary.md")

_HEAD = """\
# Data dictionary

Generated from the contracts in `segmentation_platform/contracts` by `make docs`; a test keeps it current.

People read the schema `serving`: each view shows one whole published snapshot, and has a sibling `<view>_history`
with `snapshot_id` and `as_of` in front that shows all snapshots. The schema `warehouse` holds the working tables
behind them, which change during a run.

Besides, `serving.reports` holds the nightly reports as gzipped HTML files, one a snapshot; it is no table of figures,
and is opened by `segmentation-platform report` or at the monitor's `/reports`.
"""


def render() -> str:
    """The whole page as markdown."""
    views = {published.view: published.contract for published in PUBLISHED}
    parts = [_HEAD, "## serving\n", _snapshot()]
    parts += [_section(f"serving.{view}", contract) for view, contract in views.items()]
    parts += ["## warehouse\n"]
    parts += [_section(f"warehouse.{c.table()}", c) for c in WORKING if c not in views.values()]
    same = ", ".join(f"`warehouse.{c.table()}` (as `serving.{view}`)" for view, c in views.items())
    parts += [f"The working tables of what is published have the same columns: {same}.\n"]
    return "\n".join(parts)


def _snapshot() -> str:
    columns = [name for name in Snapshots.column_names() if name not in INTERNAL]
    words = "The snapshot that all other views show; `serving.snapshot_history` has all of them, and `is_served`."
    return _table("serving.snapshot", words, Snapshots, columns)


def _section(name: str, contract: type[Contract]) -> str:
    return _table(name, contract.summary(), contract, contract.column_names())


def _table(name: str, words: str, contract: type[Contract], names: list[str]) -> str:
    lines = [f"### {name}\n", f"{words}\n", "| column | type | null | description |", "|---|---|---|---|"]
    for column in contract.columns():
        if column.name in names:
            shown = f"**{column.name}**" if column.name in contract.key() else column.name
            lines.append(
                f"| {shown} | {column.sql_type} | {'yes' if column.nullable else ''} | {column.description} |"
            )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
