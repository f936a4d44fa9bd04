"""Files that people download: what they are called, and that nothing in them is a formula."""

import re
import unicodedata
from datetime import date

import pandas as pd

from segmentation_platform.spreadsheet import safe

_LONGEST = 150
_ANYTHING = ("", "all")


def file_name(what: str, as_of: date, *filters: object) -> str:
    """What a table is called by its snapshot's date and its filters, so that two files are never mixed up.

    Args:
        what: the table, such as segment_recommendations
        as_of: reporting date of the snapshot
        filters: values that were chosen; what chooses nothing is left out

    """
    said = [slug(str(each)) for each in filters if each is not None and str(each) not in _ANYTHING]
    return "_".join([what, as_of.isoformat(), *filter(None, said)])[:_LONGEST] + ".csv"


def slug(words: str) -> str:
    """Words with only a-z, 0-9 and underscores, safe in a file's name everywhere."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as a CSV file that spreadsheets read rightly, accents and all."""
    headed = table.rename(columns=str)
    return safe(headed).to_csv(index=False, date_format="%Y-%m-%d").encode("utf-8-sig")
