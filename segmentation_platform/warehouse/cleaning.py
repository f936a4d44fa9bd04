"""What the cleaned ledger was made from, and putting in place what was cleaned anew of it."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from psycopg import sql

from segmentation_platform.contracts import CleanSales, RejectedSales
from segmentation_platform.ledger.ground import Ground, Learned, LoadFacts, Naming
from segmentation_platform.ledger.patch import Patch
from segmentation_platform.ledger.profile.numbers import BLANKS
from segmentation_platform.ledger.span import Span
from segmentation_platform.ledger.vocabulary import Vocabulary
from segmentation_platform.warehouse.bulk import batches, copy_in
from segmentation_platform.warehouse.database import Connection, Database
from segmentation_platform.warehouse.ledger_lines import LedgerLines
from segmentation_platform.warehouse.tables import SCHEMA, vacuum

_REJECTED = sql.Identifier(SCHEMA, RejectedSales.table())


@dataclass(frozen=True)
class Cleaned:
    """What the cleaned ledger was made from.

    Attributes:
        rules: a hash of all that cleaning goes by
        ground: what its lines decided together

    """

    rules: str
    ground: Ground


def _order(column: str) -> str:
    blanks = "U&'" + "".join(f"\\{ord(letter):04X}" for letter in BLANKS) + "'"
    return f"btrim(coalesce({column}, ''), {blanks})"


def read_cleaned(database: Database, ledger_name: str) -> Cleaned | None:
    """What the cleaned ledger was made from; None where that can't be told, or it is another one."""
    row = _row(database, ledger_name)
    return None if row is None or row[1] is None else _from_json(row[1], _learned_from_json(row[0]))


def cleaned_loads(database: Database, ledger_name: str) -> set[int]:
    """The loads from which the cleaned ledger was made; none where that can't be told, or it is another ledger."""
    made_from = read_cleaned(database, ledger_name)
    return set() if made_from is None else set(made_from.ground.loads)


def read_learned(database: Database, ledger_name: str) -> Learned:
    """What was learned of a ledger when it was cleaned; nothing before the first time."""
    row = _row(database, ledger_name)
    return Learned() if row is None else _learned_from_json(row[0])


def forget_cleaned(database: Database) -> None:
    """Before the cleaned ledger is replaced whole: until both its halves are there, nothing can be told of it."""
    with database.connect() as connection:
        _forget(connection)


def keep_cleaned(database: Database, cleaned: Cleaned, ledger_name: str) -> None:
    """Keep what the cleaned ledger was made from, and what was learned of it."""
    with database.connect() as connection:
        _keep(connection, cleaned, ledger_name)


def apply_patch(
    lines: LedgerLines, patch: Patch, gone: Collection[int], made_from: Cleaned, ledger_name: str
) -> None:
    """Put a patch into the cleaned ledger, all or nothing; `gone` are the loads that are no part of it any more."""
    with lines.database.connect() as connection:
        connection.execute("CREATE TEMP TABLE touched_orders (order_number text) ON COMMIT DROP")
        copy_in(connection, sql.Identifier("touched_orders"), ["order_number"], patch.orders)
        connection.execute("ANALYZE touched_orders")
        connection.execute(
            "DELETE FROM warehouse.rejected_sales WHERE load_id = ANY(%s)"  # noqa: S608 - of literals
            f" OR {_order('invoice')} IN (SELECT order_number FROM touched_orders)".encode(),
            [list(gone)],
        )
        copy_in(connection, _REJECTED, RejectedSales.column_names(), batches(RejectedSales, patch.rejected))
        lines.replace(connection, CleanSales, patch.clean, patch.months)
        _keep(connection, made_from, ledger_name)
    vacuum(lines.database, _REJECTED)


def _row(database: Database, ledger_name: str) -> tuple[str, str | None] | None:
    with database.connect() as connection:
        row = connection.execute(
            "SELECT learned, made_from FROM warehouse.cleaning WHERE ledger_name = %s", [ledger_name]
        ).fetchone()
    return None if row is None else (str(row[0]), None if row[1] is None else str(row[1]))


def _forget(connection: Connection) -> None:
    connection.execute("UPDATE warehouse.cleaning SET made_from = NULL")


def _keep(connection: Connection, cleaned: Cleaned, ledger_name: str) -> None:
    _forget(connection)
    connection.execute(
        "INSERT INTO warehouse.cleaning (ledger_name, learned, made_from) VALUES (%s, %s, %s)"
        " ON CONFLICT (ledger_name) DO UPDATE SET learned = excluded.learned, made_from = excluded.made_from",
        [ledger_name, _learned_to_json(cleaned.ground.learned), _to_json(cleaned)],
    )


def _to_json(cleaned: Cleaned) -> str:
    ground = cleaned.ground
    loads = {
        str(load_id): {
            "days": {day.isoformat(): lines for day, lines in facts.days.items()},
            "countries": dict(facts.countries),
        }
        for load_id, facts in ground.loads.items()
    }
    span = [ground.span.first.isoformat(), ground.span.end.isoformat()]
    document = {
        "rules": cleaned.rules,
        "span": span,
        "countries": dict(ground.countries),
        "loads": loads,
        "covered": [ground.naming.covered, ground.naming.total],
    }
    return json.dumps(document, ensure_ascii=False)


def _from_json(text: str, learned: Learned) -> Cleaned:
    document = json.loads(text)
    first, end = map(date.fromisoformat, document["span"])
    loads = {
        int(load_id): LoadFacts(
            {date.fromisoformat(day): lines for day, lines in facts["days"].items()}, facts["countries"]
        )
        for load_id, facts in document["loads"].items()
    }
    countries = {key: tuple(names) for key, names in document["countries"].items()}
    naming = Naming(learned.vocabulary, *document["covered"])
    return Cleaned(document["rules"], Ground(Span(first, end), countries, loads, naming, learned.regions))


def _learned_to_json(learned: Learned) -> str:
    words = learned.vocabulary
    document = {
        "categories": None if words is None else words.categories,
        "types": None if words is None else words.types,
        "regions": learned.regions,
    }
    return json.dumps(document, ensure_ascii=False)


def _learned_from_json(text: str) -> Learned:
    document = json.loads(text)
    categories, types, regions = (document[name] for name in ("categories", "types", "regions"))
    vocabulary = None if categories is None else Vocabulary(tuple(categories), tuple(types))
    return Learned(vocabulary, tuple(regions))
