"""Any file at all: it is refused in words or read, no line of it is lost, and no number of it changed."""

import math
import os
from datetime import date
from pathlib import Path

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.clean import Understanding
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.files import identify
from segmentation_platform.ledger.in_memory import Cleaned, clean_lines
from segmentation_platform.ledger.inspection import Given, inspect, page, refusal, short
from segmentation_platform.ledger.readers import read_ledger

LEDGERS = int(os.environ.get("SEGMENTATION_FUZZ_LEDGERS", "20"))
"""How many files each test makes."""
_CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
FUZZ = settings(max_examples=LEDGERS, deadline=None, suppress_health_check=_CHECKS)
HALF_FUZZ = settings(max_examples=LEDGERS // 2 or 1, deadline=None, suppress_health_check=_CHECKS)
TODAY = date(2026, 11, 29)
COLUMNS = ("Order No", "Item Code", "Item Name", "Qty", "Sold At", "Unit Price", "Client ID", "Country")
QUANTITY, DAY, PRICE = COLUMNS.index("Qty"), COLUMNS.index("Sold At"), COLUMNS.index("Unit Price")

ODD_TEXTS = st.one_of(
    st.text(max_size=15),
    st.text(st.characters(min_codepoint=0x400, max_codepoint=0x5FF), max_size=12),
    st.sampled_from(
        ['"', '""', "'", ",", ";", "\t", "|", "\n", "\r", "\0", "\ufeff", "\u00a0", "=1+1", "NULL", "#N/A",
         "nan", "1e999",
         "-", "(", "()", "1-", "--1", "1,234.5", "1.234,5", "٣", "１２", "∞", "C", "total", "sep=;", "12.5.1",
         "{", "<table>"]
    ),
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(str),
    st.just("x" * 200_000),
)  # fmt: skip
PLAIN_DAYS = st.dates(date(2023, 1, 1), date(2025, 12, 31)).map(lambda day: f"{day} 10:00:00")
PLAIN_LINES = st.tuples(
    st.integers(1, 40).map(str),
    st.sampled_from(["100-A", "101-B", "102-C", "SHIP"]),
    st.sampled_from(["Blue mug", "Oak tray", "Shipping", "Green rug"]),
    st.integers(-3, 40).map(str),
    PLAIN_DAYS,
    st.integers(0, 99_999).map(lambda cents: f"{cents / 100:.2f}"),
    st.sampled_from(["", "K1", "K2", "K3", "Guest"]),
    st.sampled_from(["France", "DE", "Atlantis", ""]),
)


@st.composite
def dirty_lines(draw: st.DrawFn) -> list[list[str]]:
    """Lines, some of whose cells are odd."""
    lines = [list(line) for line in draw(st.lists(PLAIN_LINES, min_size=1, max_size=25))]
    for _ in range(draw(st.integers(0, 12))):
        line = draw(st.sampled_from(lines))
        line[draw(st.integers(0, len(COLUMNS) - 1))] = draw(ODD_TEXTS)
    return lines


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A text file: cells put together with a delimiter, quoted or not, in an encoding, and then maybe broken."""
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    quotes = draw(st.booleans())
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    rows = [list(COLUMNS), *draw(dirty_lines())]
    if draw(st.booleans()):
        rows = [row[: draw(st.integers(1, 9))] if draw(st.integers(0, 9)) == 0 else row for row in rows]
    text = end.join(delimiter.join(_cell(cell, quotes=quotes) for cell in row) for row in rows)
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp1251", "utf-16-le"]))
    content = bytearray(text.encode(encoding, errors="replace"))
    for _ in range(draw(st.sampled_from([0, 0, 1, 5]))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.sampled_from([len(content), len(content), len(content) // 2 + 1]))])


def _cell(cell: str, *, quotes: bool) -> str:
    return '"' + cell.replace('"', '""') + '"' if quotes else cell


def cleaned(path: Path) -> tuple[pa.Table, Cleaned] | None:
    """The raw lines of a file and its halves; None where it is refused."""
    try:
        file = identify(path)
        found = inspect(DuckDBEngine(), file, Given(today=TODAY))
        raw = pa.Table.from_batches(list(read_ledger(file, found.profile)))
    except LedgerError:
        return None
    assert page(found)
    assert len(short(found)) >= 5
    assert not found.stopping or refusal(found)
    return raw, clean_lines(DuckDBEngine(), raw, Understanding(found.profile, today=TODAY))


def check_halves(raw: pa.Table, halves: Cleaned) -> None:
    """Every line is in exactly one half."""
    numbers = [*halves.clean["line_number"].to_pylist(), *halves.rejected["line_number"].to_pylist()]
    assert sorted(numbers) == list(range(1, raw.num_rows + 1))
    assert int(halves.reasons["rows"].sum()) == halves.rejected.num_rows


@given(content=files())
@FUZZ
def test_any_text_file_is_refused_in_words_or_no_line_of_it_is_lost(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(content)
    if found := cleaned(path):
        check_halves(*found)


HEADS = [b"", b"PK\x03\x04", b"\x1f\x8b", b"PAR1", b"<table>", b'{"a": 1}\n', b"\xd0\xcf\x11\xe0"]


@given(content=st.binary(min_size=1, max_size=600), head=st.sampled_from(HEADS))
@FUZZ
def test_any_bytes_are_refused_in_words_or_no_line_of_them_is_lost(
    content: bytes, head: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "ledger"
    path.write_bytes(head + content)
    if found := cleaned(path):
        check_halves(*found)


def plain_amounts(lines: list[list[str]]) -> dict[int, tuple[float, float]]:
    """Quantity and price of the lines in which both are plain, by the number of the line."""
    plain: dict[int, tuple[float, float]] = {}
    for number, line in enumerate(lines, 1):
        quantity, price = line[QUANTITY], line[PRICE]
        if quantity.removeprefix("-").isdecimal() and quantity.isascii() and price.replace(".", "", 1).isdecimal():
            plain[number] = (float(quantity), float(price))
    return plain


@given(lines=dirty_lines(), delimiter=st.sampled_from([",", ";", "\t", "|"]))
@HALF_FUZZ
def test_no_plain_number_of_a_clean_line_is_changed(lines: list[list[str]], delimiter: str, tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    rows = [list(COLUMNS), *lines]
    text = "\n".join(
        delimiter.join(_cell(cell.replace("\n", " ").replace("\r", " "), quotes=True) for cell in row) for row in rows
    )
    path.write_bytes(text.encode("utf-8", errors="replace"))
    found = cleaned(path)
    if found is None:
        return
    raw, halves = found
    check_halves(raw, halves)
    if raw.num_rows != len(lines):
        return  # a title above the headings, or blank lines, move the numbers
    plain = plain_amounts(lines)
    for line in halves.clean.select(["line_number", "quantity", "unit_price"]).to_pylist():
        if line["line_number"] in plain:
            quantity, price = plain[line["line_number"]]
            assert line["quantity"] == quantity
            assert math.isclose(line["unit_price"], price)


@given(lines=st.lists(PLAIN_LINES, min_size=3, max_size=40))
@HALF_FUZZ
def test_a_file_of_plain_lines_keeps_every_number(lines: list[tuple[str, ...]], tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text("\n".join(",".join(line) for line in [COLUMNS, *lines]), encoding="utf-8")
    found = cleaned(path)
    assert found is not None
    _, halves = found
    assert halves.clean.num_rows + halves.rejected.num_rows == len(lines)
    plain = plain_amounts([list(line) for line in lines])
    for line in halves.clean.select(["line_number", "quantity", "unit_price"]).to_pylist():
        assert (line["quantity"], line["unit_price"]) == plain[line["line_number"]]
