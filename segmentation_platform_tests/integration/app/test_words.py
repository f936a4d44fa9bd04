"""Figures in words, and what files are called."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation_platform.app.files import csv_bytes, file_name, slug
from segmentation_platform.app.words import Size, counted, day, money, plain, sizes

DAY = date(2011, 12, 10)


def test_a_file_is_named_by_its_date_and_its_filters() -> None:
    name = file_name("segment_recommendations", DAY, "Champions", "Germany", "all", "popular", "all")
    assert name == "segment_recommendations_2011-12-10_champions_germany_popular.csv"


@given(st.lists(st.text(), max_size=5))
def test_whatever_is_chosen_the_name_is_one_that_every_system_takes(filters: list[str]) -> None:
    name = file_name("table", DAY, *filters)
    assert name.endswith(".csv")
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-.")
    assert len(name) <= 160


def test_accents_are_spelt_and_other_signs_become_one_underscore() -> None:
    assert slug("At risk, valuable") == "at_risk_valuable"
    assert slug("Café & Bar") == "cafe_bar"


def test_a_file_holds_no_formula_and_all_its_accents() -> None:
    table = pd.DataFrame({"name": ["=cmd()", "Café"], "day": pd.to_datetime(["2011-12-10", "NaT"])})
    text = csv_bytes(table).decode("utf-8-sig")
    assert text == "name,day\n'=cmd(),2011-12-10\nCafé,\n"


@pytest.mark.parametrize(
    ("customers", "before", "words"),
    [
        (110, 100, "10 more than on 10 December 2011"),
        (1, 1_300, "1,299 fewer than on 10 December 2011"),
        (5, 5, "as many as on 10 December 2011"),
        (5, None, "new since 10 December 2011"),
    ],
)
def test_a_change_is_said_in_words(customers: int, before: int | None, words: str) -> None:
    assert Size(customers, before, DAY).words() == words


def history(*rows: tuple[int, str, str, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["snapshot_id", "as_of", "segment", "customers"])
    return frame.assign(as_of=pd.to_datetime(frame["as_of"]))


def test_a_size_is_compared_with_the_last_reporting_date_before() -> None:
    segments = pd.DataFrame({"segment": ["Champions", "Loyal"], "customers": [30, 5]})
    before = history(
        (1, "2011-12-01", "Champions", 10),
        (2, "2011-12-09", "Champions", 20),
        (3, "2011-12-10", "Champions", 30),
        (3, "2011-12-10", "Loyal", 5),
    )
    found = sizes(segments, before, DAY)
    assert found["Champions"] == Size(30, 20, date(2011, 12, 9))
    assert found["Loyal"] == Size(5, None, date(2011, 12, 9))


def test_of_a_day_that_was_published_twice_the_later_snapshot_counts() -> None:
    segments = pd.DataFrame({"segment": ["Champions"], "customers": [30]})
    before = history((1, "2011-12-09", "Champions", 10), (2, "2011-12-09", "Champions", 12))
    assert sizes(segments, before, DAY)["Champions"].before == 12


def test_without_an_earlier_snapshot_nothing_is_said_of_change() -> None:
    segments = pd.DataFrame({"segment": ["Champions"], "customers": [30]})
    assert sizes(segments, history((1, "2011-12-10", "Champions", 30)), DAY) == {}


def test_numbers_read_like_words() -> None:
    assert counted(1, "order") == "1 order"
    assert counted(1_200, "order") == "1,200 orders"
    assert money(99.5) == "99.50"
    assert money(12_345.6) == "12,346"
    assert day(DAY) == "10 December 2011"


def test_what_people_write_is_shown_as_it_stands() -> None:
    assert plain("SET OF 3 CAKE TINS") == "SET OF 3 CAKE TINS"
    assert plain("![x](https://elsewhere/x.png)") == r"!\[x\](https://elsewhere/x.png)"
    assert plain("5$ * 2$ <b>") == r"5\$ \* 2\$ \<b\>"
