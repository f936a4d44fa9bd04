"""The report says first what failed, then what is so, from the tables alone, and lets nobody's words act."""

import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plotly.offline import get_plotlyjs

from segmentation_platform.reporting.report.cells import written
from segmentation_platform.reporting.report.render import render
from segmentation_platform.segments.rules import SegmentationRules
from segmentation_platform_tests.support.report_frames import (
    cancelled,
    cohorts,
    countries,
    drifted,
    listed_products,
    moves,
    profiles,
    published,
    quality,
    season,
    selection,
    snapshot,
    together,
)

MOST_BYTES = 6_000_000
HOSTILE = "<script>alert(1)</script></script><!-- \u2028 '\"><img src=x onerror=alert(2)> {{ 7*7 }}"


class Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.scripts: list[str] = []
        self._open: list[str] = []
        self.feed(html.replace(get_plotlyjs(), "/* the library */"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "script":
            self.scripts[-1] += data
        elif "style" not in self._open:
            self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]


def read(**others: pd.DataFrame) -> Page:
    return Page(render(published(**others)))


def headings(page: Page) -> list[str | None]:
    return [section["id"] for section in page.all("section")]


def test_the_parts_stand_in_the_order_in_which_they_are_asked_for() -> None:
    assert headings(read()) == [
        *("attention", "changes", "segments", "movement", "recommendations"),
        *("season", "campaigns", "cancellations", "countries", "quality", "method"),
    ]


def test_everything_is_in_the_file_and_it_is_small_enough_to_send() -> None:
    html = render(published())
    page = Page(html)
    assert len(html.encode()) < MOST_BYTES
    assert html.count(get_plotlyjs()) == 1
    assert not [attributes for _, attributes in page.tags if (attributes.get("src") or "").strip()]
    assert [link["href"] for link in page.all("link")] == ["data:,"]
    assert all((link["href"] or "").startswith("#") for link in page.all("a"))
    [policy] = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv")]
    assert policy
    assert policy.startswith("default-src 'none'")


def test_every_chart_has_its_sentence_as_alternative_text_its_data_and_its_numbers() -> None:
    page = read()
    plots = [div for div in page.all("div") if div.get("class") == "plot"]
    data = [script for script in page.all("script") if script.get("type") == "application/json"]
    assert [plot["id"] for plot in plots] == [script["data-plot"] for script in data]
    assert all(plot["role"] == "img" and len(plot["aria-label"] or "") > 40 for plot in plots)
    figures = [json.loads(text) for text in page.scripts[: len(data)]]
    assert len(figures) == len(plots) > 10
    with_numbers = sum(bool(figure["data"]) for figure in figures)
    assert len(page.all("details")) == len(page.all("summary")) == with_numbers


def test_headings_never_skip_a_level() -> None:
    levels = [int(tag[1]) for tag, _ in read().tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_a_quiet_night_needs_no_attention() -> None:
    page = read()
    assert "Nothing needs attention" in page.words
    assert "All 34 data checks passed" in page.words


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({"snapshot": snapshot(data_note="Only 12 customers.")}, "Only 12 customers."),
        (
            {"segment_drift": drifted(due="a month is over", refused="segment 3 is unstable")},
            "due to be replaced (a month is over), but its refit was refused: segment 3 is unstable.",
        ),
        (
            {
                "checks": pd.DataFrame(
                    {
                        "asset": ["segment_drift", "raw_sales"],
                        "check_name": ["model_holds", "keeps_contract"],
                        "passed": [False, True],
                        "severity": ["WARN", "ERROR"],
                        "description": ["The model drifts.", "fine"],
                    }
                )
            },
            "segment_drift, model_holds: The model drifts.",
        ),
    ],
)
def test_what_failed_or_warned_stands_first(others: dict[str, pd.DataFrame], said: str) -> None:
    page = read(**others)
    assert page.all("section")[0]["class"] == "warning"
    assert said in page.words
    assert page.words.index(said) < page.words.rindex("What changed")
    assert "Nothing needs attention" not in page.words


def test_a_model_that_was_replaced_as_it_was_due_needs_no_attention() -> None:
    assert "Nothing needs attention" in read(segment_drift=drifted(due="a month is over", is_promotion=True)).words


def history(*rows: tuple[int, str, dict[str, int]]) -> dict[str, pd.DataFrame]:
    """Snapshots before and with the one of 10 December."""
    sizes = [profiles(size).assign(snapshot_id=n, as_of=pd.Timestamp(day)) for n, day, size in rows]
    then = [
        snapshot(
            snapshot_id=n, as_of=pd.Timestamp(day), customers=sum(size.values()), lines=4000, model_version=n // 5
        )
        for n, day, size in rows
    ]
    now = published()
    return {
        "segments_history": pd.concat([*sizes, now["segments_history"]], ignore_index=True),
        "snapshot_history": pd.concat([*then, snapshot(model_version=1)], ignore_index=True),
        "snapshot": snapshot(model_version=1),
    }


def test_changes_are_against_the_last_earlier_reporting_date_even_if_the_day_was_done_twice() -> None:
    before = history(
        (4, "2011-12-08", {"Champions": 1}),
        (5, "2011-12-09", {"Champions": 90, "Gone": 60}),
        (6, "2011-12-10", {"Champions": 95}),
    )
    page = read(**before)
    assert "Since 2011-12-09 (snapshot 5) customers changed by +850 to 1,000, sales lines by +1,000" in page.words
    assert "Another segment model" not in page.words
    assert "+10" in page.words
    assert "-60" in page.words


def test_a_new_model_explains_changes_that_nobody_made() -> None:
    page = read(**history((4, "2011-12-08", {"Champions": 1})))
    assert "Another segment model is in force, version 1 in place of 0" in page.words


def test_the_first_report_of_a_ledger_compares_with_nothing() -> None:
    assert "no earlier reporting date of this ledger" in read().words


def test_seasons_are_told_with_their_evidence_and_the_caution_of_a_short_ledger() -> None:
    christmas = season(
        [1.0] * 4,
        subject_kind="category",
        subject="Christmas",
        season_start=pd.Timestamp("2011-02-12"),
        season_share=0.5,
    )
    page = read(seasonality=pd.concat([season([1.0] * 4), christmas], ignore_index=True))
    assert (
        "began on 2011-02-12; of its sales that are known so far, done: 50\u00a0% by the end of February 2011"
        in page.words
    )
    assert "a season seen once may not return" in page.words


def test_campaigns_are_told_with_those_held_out() -> None:
    planned = pd.DataFrame(
        {
            "campaign": ["christmas"],
            "title": ["Christmas, early"],
            "audience": ["Champions"],
            "offer": ["none"],
            "channel": ["mail"],
            "starts_on": [pd.Timestamp("2011-09-01")],
            "ends_on": [pd.Timestamp("2011-09-30")],
            "timing": ["the season starts"],
            "customers": [120],
            "held_out": [12],
            "priority": [1],
        }
    )
    page = read(campaigns=planned)
    assert "12 places are held out" in page.words
    assert "No campaign is planned." in read(campaigns=planned.head(0)).words


def test_drift_is_told_by_the_limits_that_are_set() -> None:
    shifted = published(segment_drift=drifted(psi_recency=0.15))
    assert "beyond its limit" in Page(render(shifted)).words
    assert "beyond its limit" not in Page(render(shifted, SegmentationRules(max_psi=0.5))).words


def test_what_was_measured_on_what_is_said_and_no_uplift_is_claimed() -> None:
    words = read().words
    for said in (
        "purchases from 2011-11-10 on, of which the models knew nothing: 1,234 customers",
        "includes what would have been bought anyway. No uplift is claimed",
        "useful slices of a continuum, not natural groups",
        "15\u00a0% of revenue came from guests",
    ):
        assert said in words


def test_a_shop_of_which_hardly_anything_is_known_has_a_report_all_the_same() -> None:
    page = read(
        segments=profiles({"Champions": 5}),
        segments_history=profiles({"Champions": 5}).assign(snapshot_id=7, as_of=pd.Timestamp("2011-12-10")),
        segment_moves=moves().head(0),
        seasonality=season([None]),
        cancellations=cancelled("all", {"all": (0, 0)}).assign(money_rate=float("nan")),
        countries=countries({}),
        cohorts=cohorts([]),
        model_selection=selection([]),
        recommendation_quality=quality({}),
    )
    assert "could not be measured on this ledger" in page.words
    assert "nan" not in page.words.lower().split()


def test_words_of_a_ledger_stay_words_in_the_page_and_in_the_figures() -> None:
    segments = profiles()
    hostile = published(
        segment_recommendations=listed_products(segments, HOSTILE),
        bundles=together(HOSTILE.replace("+", "") + "+LID"),
        cancellations=cancelled("product", {"P1": (5, 100), "P2": (1, 100)}, {"P1": HOSTILE}),
        countries=countries({HOSTILE: (100, 90, 110), f"other {HOSTILE}": (300, 200, 400)}),
        segments=segments.assign(description=HOSTILE),
    )
    page, usual = Page(render(hostile)), read()
    assert len(page.all("script")) == len(usual.all("script"))
    assert page.all("img") == []
    assert HOSTILE in page.words
    assert "{{ 7*7 }} 1" in page.words
    for text in page.scripts[: len([d for d in page.all("div") if d.get("class") == "plot"])]:
        assert "<" not in text
        json.loads(text)


@settings(max_examples=20, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_any_words_are_shown_as_they_are(words: str) -> None:
    frame = pd.DataFrame({"Product": [words], "Share": [0.123], "When": [pd.Timestamp("2011-12-10")], "None": [None]})
    assert written(frame) == [[words, "12.3 %", "2011-12-10", ""]]
