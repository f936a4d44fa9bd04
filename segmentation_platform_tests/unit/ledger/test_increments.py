"""What files bring to a ledger that has some already, and whether one is a part of it or all of it."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.ledger.files import LedgerFile
from segmentation_platform.ledger.increments import (
    Extent,
    Increment,
    KnownFile,
    Relation,
    increment_of,
    relation_of,
)

FOLDER = "/exports"


def file(name: str, content: str) -> LedgerFile:
    return LedgerFile(Path(f"{FOLDER}/{name}"), content, 1, 1)


def known(load_id: int, name: str, content: str, *, is_part: bool = True, origin: str = FOLDER) -> KnownFile:
    return KnownFile(load_id, f"{FOLDER}/{name}", content, is_part, origin)


def increment(files: list[LedgerFile], loads: list[KnownFile]) -> Increment:
    return increment_of(files, loads, [FOLDER])


# --- files ---


def test_at_first_every_file_is_new() -> None:
    files = [file("a", "1"), file("b", "2")]
    assert increment(files, []) == Increment(new=tuple(files))


def test_files_that_are_what_they_were_bring_nothing() -> None:
    found = increment([file("a", "1"), file("b", "2")], [known(1, "a", "1"), known(2, "b", "2")])
    assert found == Increment()
    assert found.is_nothing


def test_a_file_more_is_new_and_alone_to_be_read() -> None:
    found = increment([file("a", "1"), file("b", "2")], [known(1, "a", "1")])
    assert found == Increment(new=(file("b", "2"),))


def test_a_changed_file_supersedes_what_was_read_from_its_path() -> None:
    before = known(1, "a", "1")
    found = increment([file("a", "2")], [before, known(2, "b", "9", is_part=False)])
    assert found == Increment(new=(file("a", "2"),), superseded=(before,))
    assert not found.is_nothing


def test_a_file_that_was_renamed_is_found_by_its_content() -> None:
    found = increment([file("b", "1")], [known(1, "a", "1")])
    assert found == Increment(moved={1: f"{FOLDER}/b"})
    assert found.is_nothing


def test_the_same_content_under_two_names_is_read_once() -> None:
    assert increment([file("a", "1"), file("b", "1")], []) == Increment(
        new=(file("a", "1"),), copies=(file("b", "1"),)
    )
    assert increment([file("a", "1"), file("b", "1")], [known(1, "b", "1")]) == Increment(
        moved={}, copies=(file("b", "1"),)
    )


def test_two_files_that_changed_names_supersede_nothing() -> None:
    found = increment([file("a", "2"), file("b", "1")], [known(1, "a", "1"), known(2, "b", "2")])
    assert found.is_nothing
    assert found.moved == {1: f"{FOLDER}/b", 2: f"{FOLDER}/a"}


def test_a_file_that_is_gone_is_said_and_its_lines_stay() -> None:
    found = increment([file("b", "2")], [known(1, "a", "1"), known(2, "b", "2")])
    assert found == Increment(gone=(known(1, "a", "1"),))
    assert found.is_nothing


def test_a_file_that_somebody_else_named_is_not_gone() -> None:
    other = KnownFile(1, "/elsewhere/a", "1", True, "/elsewhere")
    assert increment([file("b", "2")], [other]) == Increment(new=(file("b", "2"),))


def test_a_content_that_is_back_is_not_read_again() -> None:
    first, second = known(1, "a", "1", is_part=False), known(2, "a", "2")
    found = increment([file("a", "1")], [first, second])
    assert found == Increment(again=(first,), superseded=(second,))


def test_what_stays_beside_a_newer_content_of_its_path_is_neither_superseded_nor_gone() -> None:
    kept, newer = known(1, "a", "1", origin=""), known(2, "a", "2")
    assert increment([file("a", "2")], [kept, newer]).is_nothing
    assert increment([file("a", "3")], [kept, newer]) == Increment(new=(file("a", "3"),), superseded=(newer,))
    assert increment([], [kept, newer]) == Increment(gone=(newer,))


FILES = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("1234")), max_size=5, unique_by=lambda f: f[0])


@given(before=FILES, now=FILES)
def test_every_content_that_is_there_is_part_of_the_ledger_once(
    before: list[tuple[str, str]], now: list[tuple[str, str]]
) -> None:
    contents = {content: name for name, content in reversed(before)}
    loads = [known(number, name, content) for number, (content, name) in enumerate(contents.items(), 1)]
    found = increment([file(*each) for each in now], loads)
    stay = {load.sha256 for load in loads} - {load.sha256 for load in found.superseded}
    new = [each.sha256 for each in found.new]
    assert len(new) == len(set(new))
    assert stay.isdisjoint(new)
    assert {content for _, content in now} <= stay | set(new)


# --- what a file is to a ledger ---

FIRST = date(2024, 1, 1)
CUSTOMERS, PRODUCTS = frozenset("abcdef"), frozenset({"1", "2", "3"})


def days(first: int, end: int, lines: int = 100) -> dict[date, int]:
    return {FIRST + timedelta(days=day): lines for day in range(first, end)}


LEDGER = Extent(days(0, 700), CUSTOMERS, PRODUCTS)


def of_the_shop(lines: dict[date, int]) -> Extent:
    return Extent(lines, frozenset("ab"), frozenset({"1"}))


RELATIONS: dict[str, tuple[Extent, Relation | None]] = {
    "the same lines": (LEDGER, Relation.WHOLE),
    "the same and a day more": (Extent(days(0, 701), CUSTOMERS, PRODUCTS), Relation.WHOLE),
    "a few lines were corrected away": (Extent(days(0, 700) | days(5, 6, 1), CUSTOMERS, PRODUCTS), Relation.WHOLE),
    "as many lines on the same days of another shop": (
        Extent(days(0, 700, 120), frozenset("xyz"), frozenset({"9"})),
        None,
    ),
    "the same with customer numbers of a new system": (
        Extent(days(0, 710), frozenset("xyz"), PRODUCTS),
        Relation.WHOLE,
    ),
    "the next month": (of_the_shop(days(700, 730)), Relation.PART),
    "the last month and the next": (of_the_shop(days(670, 730)), Relation.PART),
    "a month before": (of_the_shop(days(-30, 0)), Relation.PART),
    "late lines for an old day, which it has whole": (of_the_shop(days(100, 101, 110)), Relation.PART),
    "a month that is there": (of_the_shop(days(300, 330)), None),
    "the first half": (of_the_shop(days(0, 350)), None),
    "other lines for the same days": (of_the_shop(days(600, 700, 300)), None),
    "the next month of another shop": (Extent(days(700, 730), frozenset("xyz"), frozenset({"9"})), None),
    "the next month of new customers who buy known products": (
        Extent(days(700, 730), frozenset("xyz"), PRODUCTS),
        Relation.PART,
    ),
    "the next month without products": (Extent(days(700, 730), CUSTOMERS), Relation.PART),
    "nothing of which is known who or what": (Extent(days(700, 730)), None),
}


@pytest.mark.parametrize("kind", RELATIONS)
def test_a_file_is_the_whole_ledger_a_part_that_adds_to_it_or_it_is_asked(kind: str) -> None:
    extent, expected = RELATIONS[kind]
    assert relation_of(extent, LEDGER) is expected


def test_what_comes_after_a_ledger_of_one_day_is_a_part() -> None:
    assert relation_of(of_the_shop(days(1, 2)), of_the_shop(days(0, 1))) is Relation.PART
