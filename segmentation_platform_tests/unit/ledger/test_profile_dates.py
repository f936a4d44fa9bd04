"""How dates are written: days are read back as they are in every order, or the other order is a rival."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from segmentation_platform.ledger.profile.dates import find_dates, local, read_date
from segmentation_platform.ledger.profile.model import Dates

TODAY = date(2026, 11, 29)
FORMATS = {
    "day first": [
        "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d.%m.%y", "%d %m %Y", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M:%S",
        "%d. %m. %Y", "%d/%m/%Y, %H:%M", "%d/%m/%y %I:%M %p",
    ],
    "month first": ["%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%y %H:%M"],
    "year first": ["%y/%m/%d", "%y-%m-%d %H:%M"],
}  # fmt: skip
CLEAR = [
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y%m%d", "%d %b %Y", "%b %d, %Y",
    "%d-%b-%y", "%d %B %Y", "%B %d, %Y %H:%M", "%Y-%m-%dT%H:%M:%S.%f", "%Y. %m. %d.",
]  # fmt: skip
ORDERED = [(order, written) for order, formats in FORMATS.items() for written in formats]
MOMENTS = st.datetimes(datetime(2003, 1, 1), datetime(2026, 11, 28)).map(lambda each: each.replace(microsecond=0))  # noqa: DTZ001
ZONES = st.sampled_from(["", "Z", " UTC", " -0500", "+02:00", " +0530", " GMT"])


def counted(moments: list[datetime], written: str, zone: str = "") -> dict[str, int]:
    """The texts of moments, each with its lines."""
    counts: dict[str, int] = {}
    for moment in moments:
        text = moment.strftime(written) + zone
        counts[text] = counts.get(text, 0) + 1
    return counts


def days(texts: Mapping[str, int], dates: Dates) -> list[date | None]:
    """The days that texts are."""
    return [None if (moment := read_date(text, dates.formats)) is None else moment.date() for text in texts]


@given(st.lists(MOMENTS, min_size=1, max_size=50), st.sampled_from(CLEAR), ZONES)
def test_a_year_of_four_digits_in_front_or_a_named_month_leaves_no_doubt(
    moments: list[datetime], written: str, zone: str
) -> None:
    zone = zone if "%H" in written else ""
    texts = counted(moments, written, zone)
    found = find_dates(texts, TODAY)
    assert found.rival is None
    assert not found.unread
    assert days(texts, found.dates) == [datetime.strptime(text.removesuffix(zone), written).date() for text in texts]  # noqa: DTZ007


@example([datetime(2003, month, 1) for month in range(1, 13)], ("day first", "%d/%m/%Y"))  # noqa: DTZ001
@example(  # by the year first, these are three times closer together
    [datetime(2003, 1, 1), datetime(2003, 1, 2), datetime(2003, 1, 3), datetime(2003, 2, 1), datetime(2009, 1, 1)],  # noqa: DTZ001
    ("day first", "%d/%m/%y"),
)
@given(st.lists(MOMENTS, min_size=1, max_size=50), st.sampled_from(ORDERED))
def test_days_are_told_or_the_other_order_is_a_rival(moments: list[datetime], how: tuple[str, str]) -> None:
    _, written = how
    texts = counted(moments, written)
    found = find_dates(texts, TODAY)
    right = [datetime.strptime(text, written).date() for text in texts]  # noqa: DTZ007
    assert found.rival is not None or days(texts, found.dates) == right


@pytest.mark.parametrize("years", [1, 2, 5])
@pytest.mark.parametrize("first_days", range(1, 13))
@pytest.mark.parametrize("months", [1, 2, 4, 12])
@pytest.mark.parametrize("written", ["%d/%m/%Y", "%m/%d/%Y"])
def test_a_shop_that_sells_on_the_first_days_of_months_alone_is_never_read_the_other_way(
    years: int, first_days: int, months: int, written: str
) -> None:
    moments = [
        datetime(2015 + year, month, day)  # noqa: DTZ001
        for year in range(years)
        for month in range(1, months + 1)
        for day in range(1, first_days + 1)
    ]
    texts = counted(moments, written)
    found = find_dates(texts, TODAY)
    assert found.rival is not None or days(texts, found.dates) == [moment.date() for moment in moments]


@pytest.mark.parametrize("today", [None, date(2040, 1, 1)])
def test_the_days_of_a_year_with_two_digits_tell_the_order_whatever_day_it_is(today: date | None) -> None:
    moments = [datetime(2011, 1, 1) + timedelta(days=number) for number in range(365)]  # noqa: DTZ001
    texts = counted(moments, "%d/%m/%y")
    found = find_dates(texts, today)
    assert found.rival is None
    assert days(texts, found.dates) == [moment.date() for moment in moments]


@given(st.lists(MOMENTS, min_size=1, max_size=50), st.sampled_from(ORDERED), ZONES)
def test_an_order_that_is_said_is_taken(moments: list[datetime], how: tuple[str, str], zone: str) -> None:
    order, written = how
    zone = zone if "%H" in written or "%I" in written else ""
    texts = counted(moments, written, zone)
    found = find_dates(texts, TODAY, Dates(order=order))
    assert found.rival is None
    assert days(texts, found.dates) == [datetime.strptime(text.removesuffix(zone), written).date() for text in texts]  # noqa: DTZ007


@given(st.dates(date(2020, 1, 13), date(2026, 5, 1)), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y"]))
def test_the_days_of_two_months_on_end_tell_the_order(day: date, written: str) -> None:
    first = datetime.combine(day, datetime.min.time())
    moments = [first + timedelta(days=number) for number in range(60)]
    texts = counted(moments, written)
    found = find_dates(texts, TODAY)
    assert found.rival is None
    assert days(texts, found.dates) == [moment.date() for moment in moments]


@given(st.dictionaries(st.text(min_size=1, max_size=20).filter(str.strip), st.integers(1, 5), max_size=20))
def test_any_texts_are_days_of_trade_or_unread(texts: dict[str, int]) -> None:
    found = find_dates(texts, TODAY)
    for text, day in zip(texts, days(texts, found.dates), strict=True):
        assert (day is None) == (text in found.unread)
        assert day is None or 1900 < day.year <= 2200


@given(MOMENTS)
def test_day_numbers_of_a_spreadsheet_are_their_moments_to_the_second(moment: datetime) -> None:
    number = (moment - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001
    found = find_dates({f"{number:.9f}": 1}, TODAY)
    assert found.dates.formats == ("serial",)
    assert read_date(f"{number:.9f}", found.dates.formats) == moment


@pytest.mark.parametrize("zone", ["Z", " UTC", "-05:00", " +0200", "+02:00", " GMT"])
def test_a_time_zone_is_left_out(zone: str) -> None:
    assert local(f"2024-03-05T23:10:00{zone}") == "2024-03-05T23:10:00"
    assert local(f"03/05/2024 11:10 PM{zone}") == "03/05/2024 11:10 PM"


def test_the_last_part_of_a_day_is_no_time_zone() -> None:
    assert local("05-03-2024") == "05-03-2024"
    assert local("2024-03-05") == "2024-03-05"


def test_days_after_today_speak_against_an_order() -> None:
    found = find_dates({"05/06/2026": 5, "06/06/2026": 5, "07/04/2026": 5}, date(2026, 6, 20))
    assert found.dates.order == "day first"
    assert found.rival is None


def test_formats_that_are_said_are_taken_and_what_they_do_not_read_is_unread() -> None:
    found = find_dates({"05/11/2026": 5, "2026-11-05": 2}, TODAY, Dates(formats=("%m/%d/%Y",)))
    assert found.dates.formats == ("%m/%d/%Y",)
    assert found.unread == {"2026-11-05": 2}


@pytest.mark.parametrize(
    "texts", [["05/06/2024", "07/08/2024"], ["01/02/24", "03/04/24", "05/06/24"], ["04.05.2024"], ["9/8/2024"]]
)
def test_few_days_of_which_nothing_tells_day_from_month_have_a_rival(texts: list[str]) -> None:
    assert find_dates(dict.fromkeys(texts, 1), TODAY).rival is not None


def test_days_that_stand_in_both_orders_have_a_rival() -> None:
    assert find_dates({"05/06/2024": 3, "06/05/2024": 4}, TODAY).rival is not None


def test_days_and_months_that_are_the_same_have_no_rival() -> None:
    found = find_dates({"05/05/2024": 3, "06/06/2024": 4}, TODAY)
    assert found.rival is None
    assert found.dates.order == ""


@pytest.mark.parametrize("written", ["%d/%m/%Y", "%d/%m/%Y %H:%M", "%d.%m.%y"])
def test_days_that_a_spreadsheet_turned_about_are_turned_back(written: str) -> None:
    moments = [datetime(2024, 1, 3, 10, 30) + timedelta(days=number) for number in range(200)]  # noqa: DTZ001
    texts: dict[str, date] = {}
    for moment in moments:
        turned = moment.day <= 12
        text = str(moment.replace(day=moment.month, month=moment.day)) if turned else moment.strftime(written)
        texts[text] = moment.date()
    found = find_dates(dict.fromkeys(texts, 1), TODAY)
    assert found.swapped
    assert days(dict.fromkeys(texts, 1), found.dates) == list(texts.values())


@pytest.mark.parametrize("bad", ["%Y", "%d/%m", "%H:%M", "%Q", "%d/%m/%Y %"])
def test_a_format_that_does_not_tell_the_day_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"doesn't tell|not a strptime"):
        Dates(formats=(bad,))
