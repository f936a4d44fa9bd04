"""Tables of a web page, which some shops save under a name that ends in .xls."""

from collections.abc import Iterator
from html.parser import HTMLParser

from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.files.archives import Content
from segmentation_platform.ledger.files.encodings import encoding_of, unreadable
from segmentation_platform.ledger.files.text_table import IsKnown, TextTable
from segmentation_platform.ledger.files.workbooks import cell_table
from segmentation_platform.ledger.profile.layout import Layout


def web_tables(content: Content, layout: Layout, is_known: IsKnown) -> Iterator[TextTable]:
    """Open the tables of a web page.

    Raises:
        LedgerError: when there is none.

    """
    encoding = encoding_of(content.path, layout)
    parser = _Tables()
    try:
        parser.feed(content.path.read_text(encoding=encoding))
    except (UnicodeError, LookupError) as error:
        raise unreadable(encoding, error) from error
    parser.close()
    if not parser.tables:
        raise LedgerError(f"{content.name} is a web page without a table. Save the ledger as xlsx or csv.")
    for number, rows in enumerate(parser.tables, 1):
        yield cell_table(f"Table {number} of the web page {content.name}", rows, layout, is_known)


class _Tables(HTMLParser):
    """Collects rows of cells, table by table."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell; whatever was open and not closed ends."""
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self._end_cell()
            self.tables[-1].append([])
        elif tag in {"td", "th"} and self.tables and self.tables[-1]:
            self._end_cell()
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        """End a cell."""
        if tag in {"td", "th", "tr", "table"}:
            self._end_cell()

    def handle_data(self, data: str) -> None:
        """Take the text of a cell."""
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None:
            self.tables[-1][-1].append("".join(self._cell).strip())
            self._cell = None
