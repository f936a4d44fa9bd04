"""A few lines that are dated far from all others, or after today, are no sales of the ledger."""

from datetime import date, timedelta

import pytest

from segmentation_platform.ledger.clean import Understanding
from segmentation_platform.ledger.profile.presets import online_retail
from segmentation_platform_tests.support.ledgers import Line, cleaned, raw_lines

TODAY = date(2024, 1, 1)


def reasons(*lines: Line, today: date | None = None) -> list[str | None]:
    """Why each line, of an order of its own, is rejected; None for a clean one."""
    raw = raw_lines(*({"invoice": str(number), **line} for number, line in enumerate(lines)))
    clean, rejected = cleaned(raw, Understanding(online_retail(), today=today))
    found = dict.fromkeys(clean["line_number"]) | dict(zip(rejected["line_number"], rejected["reason"], strict=True))
    return [found[number] for number in range(1, len(lines) + 1)]


def year(*others: str, per_day: int = 4) -> list[Line]:
    """Lines of every day of 2023, `per_day` on each, and some on other days."""
    days = [date(2023, 1, 1) + timedelta(days=number) for number in range(365)]
    ordinary = [f"{day} 10:{minute:02}:00" for day in days for minute in range(per_day)]
    return [{"invoice_date": text} for text in [*ordinary, *(f"{day} 12:00:00" for day in others)]]


@pytest.mark.parametrize(
    ("others", "counted"),
    [
        (["2123-05-01"], [False]),
        (["1970-01-01", "1970-01-01"], [False, False]),
        (["1970-01-01", "2033-01-01"], [False, False]),
        (["2024-03-29"], [True]),  # 89 days after the last one
        (["2024-03-30"], [False]),  # 90
        (["2030-01-01"] * 3, [True] * 3),  # three of 1,463 lines are more than 0.2 %
    ],
)
def test_a_few_lines_long_before_or_after_all_others_do_not_count(others: list[str], counted: list[bool]) -> None:
    found = reasons(*year(*others))
    assert found[: -len(others)] == [None] * 1_460
    assert found[-len(others) :] == [None if is_counted else "date_out_of_range" for is_counted in counted]


def test_a_few_lines_after_tomorrow_do_not_count_and_tomorrows_do() -> None:
    lines = year("2024-01-02", "2024-01-03", "2024-01-20")
    found = reasons(*lines, today=TODAY)
    assert found[-3:] == [None, "date_out_of_range", "date_out_of_range"]
    assert reasons(*lines)[-3:] == [None, None, None], "without a today nothing is later"


def test_in_a_ledger_of_few_lines_every_day_counts() -> None:
    lines: list[Line] = [{"invoice_date": "1970-01-01 10:00:00"}, {"invoice_date": "2023-01-01 10:00:00"}]
    assert reasons(*lines, today=TODAY) == [None, None]
