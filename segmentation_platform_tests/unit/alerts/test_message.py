"""What people are told is short, and what matters stands first."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pandas as pd

from segmentation_platform.alerts.message import Failed, Late, failure, late
from segmentation_platform.alerts.morning import Links, NightFigures, morning
from segmentation_platform_tests.support.marked import shown

FAILED = Failed(
    what="refresh",
    cause="Check keeps_contract on clean_sales failed: 3 failing rows",
    not_made=["customer_segments", "published_snapshot"],
    attempts=1,
    run_again="segmentation-platform run",
    link="http://127.0.0.1:3000/runs/1",
)


LINKS = Links("run", "report")


def test_a_failure_says_cause_then_assets_then_what_to_run_then_what_is_served() -> None:
    told = failure(FAILED, shown(7, date(2011, 12, 10)))
    assert told.title == "refresh failed: Check keeps_contract on clean_sales failed: 3 failing rows"
    assert told.body.splitlines() == [
        "Cause: Check keeps_contract on clean_sales failed: 3 failing rows",
        "Not made: customer_segments, published_snapshot",
        "Run again: segmentation-platform run",
        "Still served: snapshot 7, as of 2011-12-10.",
        "Details: http://127.0.0.1:3000/runs/1",
    ]
    assert told.kind == "failure"


def test_a_long_cause_is_cut_in_the_title_and_whole_in_the_body() -> None:
    cause = "x" * 300 + "\nand more"
    told = failure(Failed("refresh", cause, [], 3, "run", "link"), None)
    assert len(told.title) < 150
    assert cause in told.body
    assert "Nothing is published yet." in told.body
    assert "(attempt 3)" in told.body
    assert "Not made" not in told.body


def test_a_late_refresh_is_named_by_the_time_at_which_it_was_due() -> None:
    due = datetime(2011, 12, 9, 23, 59, tzinfo=ZoneInfo("Asia/Jakarta"))
    told = late(Late(due, "No run was started.", "http://127.0.0.1:3000/runs"), shown(7, date(2011, 12, 9)))
    assert told.title == "The refresh that was due on 2011-12-09 at 23:59 WIB is not there"
    assert told.body.startswith("No run was started.\nStill served: snapshot 7")
    assert late(Late(due.astimezone(UTC), "", ""), None).title.endswith("16:59 UTC is not there")


def night(day: int, segments: dict[str, list[str]]) -> NightFigures:
    """A snapshot by its segments' customers; the first segment has all of the revenue."""
    profiles = pd.DataFrame(
        {
            "segment": list(segments),
            "rank": range(1, len(segments) + 1),
            "customers": [len(customers) for customers in segments.values()],
            "revenue_share": [1.0] + [0.0] * (len(segments) - 1),
        }
    )
    rows = [(customer, segment) for segment, customers in segments.items() for customer in customers]
    return NightFigures(date(2011, 12, day), profiles, pd.DataFrame(rows, columns=["customer_id", "segment"]))


def test_the_first_morning_tells_the_segments_and_nothing_of_changes() -> None:
    told = morning(night(9, {"Champions": ["1", "2"], "Hibernating": ["3"]}), None, [], LINKS)
    assert told.title == "Customer segments as of 2011-12-09: 3 customers"
    assert told.body.splitlines() == [
        "Champions: 2 customers, 100% of revenue",
        "Hibernating: 1 customers, 0% of revenue",
        "Report: report",
        "Details: run",
    ]
    assert told.kind == "success"


def test_later_mornings_tell_what_is_different() -> None:
    before = night(9, {"Champions": ["1", "2"], "Hibernating": ["3", "4"]})
    now = night(10, {"Champions": ["1", "3", "4"], "Hibernating": ["2"], "New": ["5"]})
    told = morning(now, before, ["Little data."], LINKS)
    assert told.title == "Customer segments as of 2011-12-10: 5 customers (+1)"
    assert told.body.splitlines() == [
        "Champions: 3 customers (+1), 100% of revenue",
        "Hibernating: 1 customers (-1), 0% of revenue",
        "New: 1 customers (+1), 0% of revenue",
        "3 of 4 customers changed segment since 2011-12-09, most of them (2) from Hibernating to Champions.",
        "Warning: Little data.",
        "Report: report",
        "Details: run",
    ]
    assert told.kind == "warning"


def test_a_quiet_night_is_called_quiet() -> None:
    same = {"Champions": ["1"], "Hibernating": ["2"]}
    told = morning(night(10, same), night(9, same), [], Links("run", ""))
    assert "Nobody changed segment since 2011-12-09." in told.body
    assert "Report:" not in told.body, "where nobody can reach it"
    assert "(" not in told.title
