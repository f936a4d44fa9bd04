"""The schema `serving`: views on one published snapshot, and their history, described by the contracts."""

import hashlib

import psycopg
from psycopg import sql

from segmentation_platform.contracts import (
    HISTORY,
    INTERNAL,
    PUBLISHED,
    Column,
    Contract,
    CustomerSegmentHistory,
    Snapshots,
)
from segmentation_platform.warehouse.database import Connection

_WORDS = "What people read: views on one whole published snapshot, and _history views on all of them."
REPORTS = "reports"
"""The view that shows the nightly reports; files, not figures, and so in no contract that tables are read by."""

_SNAPSHOT_ID, _AS_OF = (column for column in Snapshots.columns() if column.name in ("snapshot_id", "as_of"))


def create_views(connection: Connection) -> None:
    """Create or replace the views when the contracts are not the ones they were made from.

    Views of changed columns are made again, unseen by readers; rights on them other than the reader's are lost.
    """
    if views_are_current(connection):
        return
    plan = _plan(connection)
    try:
        with connection.transaction():
            connection.execute(sql.SQL(plan))
    except psycopg.errors.InvalidTableDefinition:
        # A view can be replaced only by one with the same columns, or more at the end.
        connection.execute(f"DROP VIEW IF EXISTS serving.{HISTORY}".encode())
        connection.execute(f"DROP VIEW IF EXISTS serving.{REPORTS}".encode())
        for view in ("snapshot", *(contract.table() for contract in PUBLISHED)):
            for name in (view, f"{view}_history"):
                connection.execute(sql.SQL("DROP VIEW IF EXISTS {}").format(sql.Identifier("serving", name)))
        connection.execute(sql.SQL(plan))
    connection.execute(sql.SQL("COMMENT ON SCHEMA serving IS {}").format(sql.Literal(_stamp(plan))))


def views_are_current(connection: Connection) -> bool:
    """Whether the views were made from the contracts as they are."""
    made = connection.execute("SELECT obj_description(to_regnamespace('serving'))").fetchone()
    return made is not None and made[0] == _stamp(_plan(connection))


def _plan(connection: Connection) -> str:
    statements = [
        _snapshot_views(),
        _history_view(),
        _reports_view(),
        *(_views(contract) for contract in PUBLISHED),
    ]
    return sql.SQL("\n").join(statements).as_string(connection)


def _stamp(plan: str) -> str:
    return f"{_WORDS} (contracts {hashlib.sha256(plan.encode()).hexdigest()[:12]})"


def _snapshot_views() -> sql.Composable:
    columns = [column for column in Snapshots.columns() if column.name not in INTERNAL]
    names = _names(columns)
    served = next(column for column in Snapshots.columns() if column.name == "is_served")
    return sql.SQL("\n").join(
        [
            sql.SQL(
                "CREATE OR REPLACE VIEW serving.snapshot AS SELECT {names} FROM snapshots.snapshots"
                " WHERE snapshot_id = (SELECT snapshot_id FROM snapshots.served);"
            ).format(names=names),
            _comments("snapshot", "The snapshot that all other views show.", columns),
            sql.SQL(
                "CREATE OR REPLACE VIEW serving.snapshot_history AS SELECT {names}, snapshot_id ="
                " (SELECT snapshot_id FROM snapshots.served) AS is_served FROM snapshots.snapshots;"
            ).format(names=names),
            _comments("snapshot_history", Snapshots.summary(), [*columns, served]),
        ]
    )


def _history_view() -> sql.Composed:
    """The history of the served ledger's customers as it was known on the served snapshot's reporting date."""
    columns = CustomerSegmentHistory.columns()
    ended = sql.SQL("CASE WHEN valid_to <= snapshots.as_of THEN valid_to END AS valid_to")
    names = [ended if c.name == "valid_to" else sql.Identifier(c.name) for c in columns]
    return sql.SQL("\n").join(
        [
            sql.SQL(
                "CREATE OR REPLACE VIEW {view} AS SELECT {names} FROM snapshots.customer_segment_history"
                " JOIN snapshots.snapshots USING (ledger_name)"
                " WHERE snapshot_id = (SELECT snapshot_id FROM snapshots.served) AND valid_from <= snapshots.as_of;"
            ).format(view=sql.Identifier("serving", HISTORY), names=sql.SQL(", ").join(names)),
            _comments(HISTORY, CustomerSegmentHistory.summary(), columns),
        ]
    )


def _reports_view() -> sql.Composed:
    view = sql.Identifier("serving", REPORTS)
    words = "The nightly report of every snapshot, as gzipped HTML; opened by the command report, or at /reports"
    return sql.SQL("\n").join(
        [
            sql.SQL(
                "CREATE OR REPLACE VIEW {} AS SELECT snapshot_id, snapshots.as_of, made_at, snapshot_id ="
                " (SELECT snapshot_id FROM snapshots.served) AS is_served, html FROM snapshots.reports"
                " JOIN snapshots.snapshots USING (snapshot_id);"
            ).format(view),
            sql.SQL("COMMENT ON VIEW {} IS {};").format(view, sql.Literal(words)),
        ]
    )


def _views(contract: type[Contract]) -> sql.Composable:
    columns = contract.columns()
    source = sql.Identifier("snapshots", contract.table())
    history = f"{contract.table()}_history"
    return sql.SQL("\n").join(
        [
            sql.SQL(
                "CREATE OR REPLACE VIEW {view} AS SELECT {names} FROM {source}"
                " WHERE snapshot_id = (SELECT snapshot_id FROM snapshots.served);"
            ).format(view=sql.Identifier("serving", contract.table()), names=_names(columns), source=source),
            _comments(contract.table(), contract.summary(), columns),
            sql.SQL(
                "CREATE OR REPLACE VIEW {view} AS SELECT snapshot_id, snapshots.as_of, {names} FROM {source}"
                " JOIN snapshots.snapshots USING (snapshot_id);"
            ).format(view=sql.Identifier("serving", history), names=_names(columns, source), source=source),
            _comments(history, f"All snapshots. {contract.summary()}", [_SNAPSHOT_ID, _AS_OF, *columns]),
        ]
    )


def _names(columns: list[Column], table: sql.Composable | None = None) -> sql.Composed:
    prefix = sql.SQL("") if table is None else sql.SQL("{}.").format(table)
    return sql.SQL(", ").join(sql.SQL("{}{}").format(prefix, sql.Identifier(c.name)) for c in columns)


def _comments(view: str, words: str, columns: list[Column]) -> sql.Composed:
    name = sql.Identifier("serving", view)
    comments = [sql.SQL("COMMENT ON VIEW {} IS {};").format(name, sql.Literal(words))]
    comments += [
        sql.SQL("COMMENT ON COLUMN {}.{} IS {};").format(
            name, sql.Identifier(column.name), sql.Literal(column.description)
        )
        for column in columns
    ]
    return sql.SQL("\n").join(comments)
