"""Ledgers in another database: a table or a query, all of it or what is new by a column that grows."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from segmentation_platform.sources.errors import SourceAwayError, SourceError
from segmentation_platform.sources.kept import Kept, KeptFile

_ROWS: Final = 10_000


@dataclass(frozen=True)
class Question:
    """What is read of a database.

    Attributes:
        url: as SQLAlchemy takes it, with user and password
        table: name of a table or view, with its schema if it needs one; empty where there is a query
        query: one SELECT; empty where there is a table
        watermark: column that never gets smaller from row to row, such as when it was changed; empty: all is read

    """

    url: str
    table: str = ""
    query: str = ""
    watermark: str = ""

    @property
    def origin(self) -> str:
        """What is read, without the password."""
        from sqlalchemy.engine import make_url

        url = make_url(self.url)
        where = f"{url.get_backend_name()}://{url.host or ''}/{url.database or ''}"
        return f"database {where} {self.table or ' '.join(self.query.split())}"


def fetch_rows(question: Question, home: Path) -> list[Path]:
    """Bring the rows here that were not here before, as a csv file more; without a watermark all rows, as one.

    Rows whose watermark is the last one that was read are read again: more may have come with it since. What is twice
    then is merged when the ledger is cleaned.

    Returns:
        All files of rows that are here, oldest first.

    Raises:
        SourceAwayError: when the database can't be reached; what was here stays.
        SourceError: when the question can't be answered; likewise.

    """
    import sqlalchemy as sa

    kept = Kept.open(home, question.origin)
    try:
        engine = sa.create_engine(question.url)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError) as error:
        raise SourceError(f"[ledger.database] url can't be used: {_plain(error)}.") from None
    try:
        with _connected(engine, question) as connection:
            _add_rows(connection, question, kept)
    except SourceAwayError:
        raise
    except (sa.exc.SQLAlchemyError, OSError) as error:
        raise SourceError(
            f"{question.origin} can't be read: {_plain(error)}. Check [ledger.database] and the rights of its user."
        ) from None
    finally:
        engine.dispose()
    kept.save()
    return [kept.folder / each.name for each in kept.files.values()]


def _connected(engine: Any, question: Question) -> Any:
    import sqlalchemy as sa

    try:
        return engine.connect().execution_options(yield_per=_ROWS)
    except (sa.exc.OperationalError, OSError) as error:
        raise SourceAwayError(
            f"{question.origin} can't be reached: {_plain(error)}. Check [ledger.database] url and the network."
        ) from None


def _add_rows(connection: Any, question: Question, kept: Kept) -> None:
    import sqlalchemy as sa

    statement, parameters = _statement(question, kept.watermark, connection.dialect.identifier_preparer.quote)
    result = connection.execute(sa.text(statement), parameters)
    names = [str(name) for name in result.keys()]  # noqa: SIM118 - rows, not names, are what it iterates over
    place = _place(names, question)
    name = f"{len(kept.files) + 1:06}.csv" if question.watermark else "rows.csv"
    part = kept.folder / f".{name}.part"
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        rows, last = 0, None
        for row in result:
            writer.writerow([_text(value) for value in row])
            rows, last = rows + 1, row[place] if place is not None else None
    if not rows or not _has_news(part, kept, is_whole=not question.watermark):
        part.unlink()
        if not kept.files:
            raise SourceError(f"{question.origin} has no rows.")
        return
    part.replace(kept.folder / name)
    kept.files[name] = KeptFile(name, "")
    if last is not None:
        kept.watermark = _kept_value(last, question.watermark)


def _statement(question: Question, watermark: str, quote: Callable[[str], str]) -> tuple[str, dict[str, object]]:
    """The SELECT and its bound values; names of table and column are quoted, a query is the owner's own."""
    if question.query:
        source = f"({question.query.rstrip().rstrip(';')}) ledger"
    else:
        source = ".".join(map(quote, question.table.split(".")))
    statement = f"SELECT * FROM {source}"  # noqa: S608 - of the owner's settings
    if not question.watermark:
        return statement, {}
    column = quote(question.watermark)
    if not watermark:
        return f"{statement} WHERE {column} IS NOT NULL ORDER BY {column}", {}
    return f"{statement} WHERE {column} >= :watermark ORDER BY {column}", {"watermark": _value(watermark)}


def _place(names: Sequence[str], question: Question) -> int | None:
    if not question.watermark:
        return None
    if question.watermark not in names:
        raise SourceError(
            f"{question.origin} has no column {question.watermark}; it has: {', '.join(names)}. Correct "
            "[ledger.database] watermark."
        )
    return names.index(question.watermark)


def _has_news(part: Path, kept: Kept, *, is_whole: bool) -> bool:
    """Whether rows are other ones than those of the last file, or more of the same.

    With a watermark the last ones are read once more; fewer rows are news where all are read.
    """
    last = kept.folder / list(kept.files.values())[-1].name if kept.files else None
    if last is None or not last.is_file():
        return True
    now, before = (Counter(path.read_text(encoding="utf-8").splitlines()) for path in (part, last))
    return now != before if is_whole else bool(now - before)


def _text(value: object) -> str:
    """A value as a ledger's text: exact, and dates as ISO."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


_KINDS: Final[Mapping[str, Callable[[str], object]]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "Decimal": Decimal,
    "int": int,
    "float": float,
    "str": str,
}


def _kept_value(value: object, column: str) -> str:
    kind = type(value).__name__
    if kind not in _KINDS:
        raise SourceError(f"The watermark {column} is a {kind}; it must be a number, a text, a date or a time.")
    return json.dumps([kind, value.isoformat() if isinstance(value, date) else str(value)])


def _value(kept: str) -> object:
    kind, text = json.loads(kept)
    return _KINDS[kind](text)


def _plain(error: BaseException) -> str:
    """The first line of what an error says; SQLAlchemy adds the statement and where to read more of it."""
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().partition("\n")[0].rstrip(".") or type(cause).__name__
