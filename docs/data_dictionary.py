"""Writes what is made from the contracts: docs/data-dictionary.md and README's list of views.

Run as `python -m docs.data_dictionary`, or by `make docs`; a test keeps both current.
"""

import re
from pathlib import Path

from segmentation_platform.contracts import INTERNAL, SHOWN, WORKING, Contract, Snapshots

FILE = Path(__file__).with_name("data-dictionary.md")
README = Path(__file__).parents[1] / "README.md"

_HEAD = """\
# Data dictionary

Generated from the contracts in `segmentation_platform/contracts` by `make docs`; a test keeps it current.

People read the schema `serving`: each view shows one whole published snapshot, and has a sibling `<view>_history`
with `snapshot_id` and `as_of` in front that shows all snapshots. The schema `warehouse` holds the working tables
behind them, which change during a run.

Besides, `serving.reports` holds the nightly reports as gzipped HTML files, one a snapshot; it is no table of figures,
and is opened by `segmentation-platform report` or at the monitor's `/reports`.
"""
_SNAPSHOT = "the published snapshot: reporting date, lines, customers, checks"
_LIST = re.compile(r"(?<=<!-- views: made by `make docs` -->\n).*?(?=<!-- end of views -->)", re.DOTALL)


def render() -> str:
    """The data dictionary as markdown."""
    parts = [_HEAD, "## serving\n", _snapshot()]
    parts += [_section(f"serving.{contract.table()}", contract) for contract in SHOWN]
    parts += ["## warehouse\n"]
    parts += [_section(f"warehouse.{c.table()}", c) for c in WORKING if c not in SHOWN]
    same = ", ".join(f"`{c.table()}`" for c in SHOWN if c in WORKING)
    parts += [f"The working tables of what is published have the names and columns of its views: {same}.\n"]
    return "\n".join(parts)


def render_readme(text: str) -> str:
    """README with the list of views as the contracts have it."""
    rows = [("snapshot", _SNAPSHOT), *((c.table(), found.one_row_per) for c in SHOWN if (found := c.published()))]
    lines = [
        "",
        "| view | one row per |",
        "|---|---|",
        *(f"| `serving.{view}` | {words} |" for view, words in rows),
        "\n",
    ]
    return _LIST.sub("\n".join(lines), text)


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
    README.write_text(render_readme(README.read_text(encoding="utf-8")), encoding="utf-8")
