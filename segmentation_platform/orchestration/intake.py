"""Taking in a ledger: what is new of its files is read, and what was read before is used again."""

from typing import Protocol

from segmentation_platform.ledger.increments import Increment, Relation
from segmentation_platform.ledger.inspection import doubts_to_json
from segmentation_platform.ledger.readers import read_ledger, reading_key
from segmentation_platform.orchestration.asked import LedgerAsked
from segmentation_platform.orchestration.understanding import Understood
from segmentation_platform.warehouse import loads
from segmentation_platform.warehouse.ledger_lines import LedgerLines
from segmentation_platform.warehouse.loads import Changes, Ledger, Load, NewLoad


class Teller(Protocol):
    """Who is told how it goes."""

    def say(self, words: str) -> None:
        """What is worth knowing."""

    def warn(self, words: str) -> None:
        """What is to be looked at."""

    def lines(self, lines: int) -> None:
        """How many lines were read so far."""


def take_in(lines: LedgerLines, asked: LedgerAsked, understood: Understood, tell: Teller) -> Ledger:
    """Bring a ledger up to date with its files, and use it.

    Args:
        lines: of all ledgers
        asked: the ledger and its files
        understood: how they are read, and what they are to the ledger
        tell: is told what became of files

    Raises:
        LedgerError: when a file can't be read; nothing is changed then.

    """
    known = loads.loads_of(lines.database, asked.name)
    key = reading_key(understood.profile)
    increment = asked.increment([load for load in known if load.reading == key])
    _tell(increment, asked, tell)
    changes = Changes(
        reading=key,
        profile=understood.profile.model_dump_json(),
        doubts=doubts_to_json(understood.doubts),
        added=[
            NewLoad(file, asked.origin_of[file.source], read_ledger(file, understood.profile))
            for file in increment.new
        ],
        back=[each.load_id for each in increment.again],
        retired=_retired(asked, understood.relation, known, key),
        moved=_moved(asked, understood.relation, increment),
    )
    return loads.update_ledger(lines, asked.name, changes, tell.lines)


def _retired(asked: LedgerAsked, relation: Relation, known: list[Load], key: str) -> list[int]:
    """Loads whose lines give way: to another content or reading of their file, or to the whole ledger."""
    contents = {file.sha256 for file in asked.files}
    paths = {file.source for file in asked.files}

    def gives_way(load: Load) -> bool:
        if load.sha256 in contents:
            return load.reading != key
        if relation is Relation.WHOLE:
            return bool(paths)
        return relation is Relation.NEWER and bool(load.origin) and load.source in paths

    return [load.load_id for load in known if load.is_part and gives_way(load)]


def _moved(asked: LedgerAsked, relation: Relation, increment: Increment) -> dict[int, tuple[str, str]]:
    """Where the files of loads are now; one that stays beside what stands at its path now has no place any more."""
    moved = {number: (path, asked.origin_of[path]) for number, path in increment.moved.items()}
    if relation is Relation.PART:
        moved |= {each.load_id: (each.source, "") for each in increment.superseded}
    return moved


def _tell(increment: Increment, asked: LedgerAsked, tell: Teller) -> None:
    for gone in increment.gone:
        tell.warn(f"{gone.source} is gone; its lines were loaded before and are used.")
    for copy in increment.copies:
        tell.say(f"{copy.path} has the content of another file, and is not read again.")
    if len(asked.files) > 1 and increment.new:
        tell.say(f"{len(increment.new):,} of {len(asked.files):,} files are new")
