"""The real ledger in every format that people have it in gives the same cleaned ledger."""

import gzip
import hashlib
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from segmentation_platform.contracts.frames import to_frame
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.in_memory import clean_file
from segmentation_platform.ledger.inspection import Given
from segmentation_platform_tests.support.ledgers import read_file
from segmentation_platform_tests.support.real_ledger import REAL_LEDGER, needs_real_ledger

pytestmark = [pytest.mark.slow, pytest.mark.real_ledger, needs_real_ledger]

KAGGLE_SHA256 = "d07aec9960083af2339975a3f9d3b26313b342dcd9f86cce0b919b1cde639a44"


def as_downloaded(frame: pd.DataFrame, path: Path) -> Path:
    """Write the Kaggle file: latin-1, CRLF, dates like 12/1/2010 8:26."""
    day = frame["InvoiceDate"].dt
    minute = day.minute.astype(str).str.zfill(2)
    date = day.month.astype(str) + "/" + day.day.astype(str) + "/" + day.year.astype(str)
    written = frame.assign(InvoiceDate=date + " " + day.hour.astype(str) + ":" + minute)
    price = written["UnitPrice"].map(repr).str.removesuffix(".0")
    written.assign(UnitPrice=price).to_csv(path, index=False, encoding="latin-1", lineterminator="\r\n")
    return path


def as_workbook(frame: pd.DataFrame, path: Path) -> Path:
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False}) as book:
        date = book.add_format({"num_format": "m/d/yyyy h:mm"})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(frame.columns))
        for number, row in enumerate(frame.itertuples(index=False), 1):
            for place, value in enumerate(row):
                if isinstance(value, pd.Timestamp):
                    sheet.write_datetime(number, place, value.to_pydatetime(), date)
                elif not pd.isna(value):
                    sheet.write(number, place, value)
    return path


def as_gzip(path: Path) -> Path:
    packed = path.with_suffix(".csv.gz")
    packed.write_bytes(gzip.compress(path.read_bytes(), 1))
    return packed


def as_zip(path: Path) -> Path:
    packed = path.with_suffix(".zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(path, "data.csv")
    return packed


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    frame = pd.read_parquet(str(REAL_LEDGER))
    return frame.assign(CustomerID=frame["CustomerID"].astype("Int64"))


def cleaned(path: Path) -> pd.DataFrame:
    """The clean lines of a file of which nothing is said."""
    clean = to_frame(clean_file(DuckDBEngine(), path, Given()).clean)
    return clean.sort_values("line_number", ignore_index=True)


def test_csv_gzip_zip_and_parquet_give_the_same_cleaned_ledger(frame: pd.DataFrame, tmp_path: Path) -> None:
    csv = as_downloaded(frame, tmp_path / "data.csv")
    assert hashlib.sha256(csv.read_bytes()).hexdigest() == KAGGLE_SHA256
    text = read_file(csv)
    assert read_file(as_gzip(csv)).equals(text)
    assert read_file(as_zip(csv)).equals(text)
    from_csv = cleaned(csv)
    assert len(from_csv) == 531_172
    assert cleaned(Path(str(REAL_LEDGER))).equals(from_csv)


def test_a_workbook_gives_the_same_cleaned_ledger_as_a_csv(frame: pd.DataFrame, tmp_path: Path) -> None:
    # A month of it: a workbook of the whole takes two minutes to write and to read.
    month = frame[frame["InvoiceDate"] < pd.Timestamp(2011, 1, 1)]
    from_csv = cleaned(as_downloaded(month, tmp_path / "data.csv"))
    assert len(from_csv) > 40_000
    assert cleaned(as_workbook(month, tmp_path / "data.xlsx")).equals(from_csv)
