"""The registry of segment models: one row per promoted fit, the model itself as JSON; and which one is in force."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

from psycopg.rows import class_row

from segmentation_platform.contracts import BY_HAND
from segmentation_platform.warehouse.append_once import append_once
from segmentation_platform.warehouse.database import Database, DatabaseError

_COLUMNS = (
    "as_of, ledger_name, region, transform, k, customers, silhouette, min_jaccard, run_id, model, model_version"
)


@dataclass(frozen=True)
class ModelRecord:
    """A model in the registry; columns as in `contracts.SegmentModels`."""

    as_of: date
    ledger_name: str
    region: str
    transform: str
    k: int
    customers: int
    silhouette: float
    min_jaccard: float
    run_id: str
    model: str
    model_version: int = 0


@dataclass(frozen=True)
class Promotion:
    """Which model is in force for a region.

    Attributes:
        region: or `all`
        model_version: in the registry
        since: reporting date of the promotion
        reason: for it

    """

    region: str
    model_version: int
    since: date
    reason: str


def register(database: Database, record: ModelRecord) -> int:
    """Append a model, unless the very same is there.

    Returns:
        Its version.

    """
    values = {name: value for name, value in asdict(record).items() if name != "model_version"}
    return append_once(database, "segment_models", values, same=("ledger_name", "region", "model"))


def read_models(database: Database, versions: Iterable[int]) -> list[ModelRecord]:
    """The models of some versions, in the order of the versions."""
    with database.connect() as connection, connection.cursor(row_factory=class_row(ModelRecord)) as cursor:
        return cursor.execute(
            f"SELECT {_COLUMNS} FROM warehouse.segment_models WHERE model_version = ANY(%s)"  # noqa: S608 - constant
            " ORDER BY model_version",
            [list(versions)],
        ).fetchall()


def models_of(database: Database, ledger_name: str) -> list[ModelRecord]:
    """All models of a ledger, oldest first."""
    with database.connect() as connection, connection.cursor(row_factory=class_row(ModelRecord)) as cursor:
        return cursor.execute(
            f"SELECT {_COLUMNS} FROM warehouse.segment_models WHERE ledger_name = %s ORDER BY model_version",  # noqa: S608
            [ledger_name],
        ).fetchall()


def models_in_use(database: Database) -> list[ModelRecord]:
    """The models by which the working tables are made.

    Raises:
        DatabaseError: when there is none yet.

    """
    with database.connect() as connection:
        there = connection.execute("SELECT to_regclass('warehouse.segment_drift')").fetchone()
        found = there is not None and there[0] is not None
        rows = connection.execute("SELECT model_version FROM warehouse.segment_drift").fetchall() if found else []
    if not rows:
        raise DatabaseError("There is no segment model yet. Materialize kmeans_model first.")
    return read_models(database, [int(str(row[0])) for row in rows])


def served_models(database: Database) -> list[ModelRecord]:
    """The models by which the served snapshot was made; none before the first."""
    with database.connect() as connection:
        rows = connection.execute(
            "SELECT model_version FROM snapshots.segment_drift"
            " WHERE snapshot_id = (SELECT snapshot_id FROM snapshots.served)"
        ).fetchall()
    return read_models(database, [int(str(row[0])) for row in rows])


def in_force(database: Database, ledger_name: str, as_of: date) -> list[Promotion]:
    """The models in force when the night of a reporting date begins.

    Those of the last published night before it; before a ledger's first night, those of its first one. Nights from
    which one has rolled back are not believed. A promotion by hand holds from its own reporting date on, until a
    later night promotes another.
    """
    by_night = _of_nights(database, ledger_name, as_of)
    by_hand = {promotion.region: promotion for promotion in _by_hand(database, ledger_name, as_of)}
    for region, promotion in by_night.items():
        if region in by_hand and by_hand[region].since < promotion.since:
            del by_hand[region]
    return list((by_night | by_hand).values())


def promote(database: Database, version: int, ledger_name: str, as_of: date) -> ModelRecord:
    """Promote a model of a ledger by hand, from a reporting date on.

    Raises:
        DatabaseError: when the ledger has no such model.

    """
    found = [record for record in models_of(database, ledger_name) if record.model_version == version]
    if not found:
        there = ", ".join(str(record.model_version) for record in models_of(database, ledger_name)) or "none"
        raise DatabaseError(f"{ledger_name} has no model {version}. There are: {there}.")
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO warehouse.promotions (promoted_at, ledger_name, region, as_of, model_version)"
            " VALUES (%s, %s, %s, %s, %s)",
            [datetime.now(UTC), ledger_name, found[0].region, as_of, version],
        )
    return found[0]


def withdraw_promotion(database: Database, record: ModelRecord) -> None:
    """Take back the last promotion by hand of a model."""
    with database.connect() as connection:
        connection.execute(
            "DELETE FROM warehouse.promotions WHERE model_version = %s AND promoted_at ="
            " (SELECT max(promoted_at) FROM warehouse.promotions WHERE model_version = %s)",
            [record.model_version, record.model_version],
        )


def promotions_by_hand(database: Database, ledger_name: str) -> list[str]:
    """When models of a ledger were promoted by hand, as text, oldest first."""
    with database.connect() as connection:
        rows = connection.execute(
            "SELECT promoted_at::text FROM warehouse.promotions WHERE ledger_name = %s ORDER BY promoted_at",
            [ledger_name],
        ).fetchall()
    return [str(row[0]) for row in rows]


def _of_nights(database: Database, ledger_name: str, as_of: date) -> dict[str, Promotion]:
    select = (
        "SELECT DISTINCT ON (region) region, drift.model_version, promoted_on AS since, promotion AS reason"
        " FROM snapshots.segment_drift AS drift JOIN snapshots.believed USING (snapshot_id) WHERE ledger_name = %s"
    )
    before = f"{select} AND as_of < %s AND promoted_on < %s ORDER BY region, as_of DESC, snapshot_id DESC"
    # A past day looks back by the model of the ledger's first night; that night itself begins without one.
    after = f"{select} AND as_of >= %s AND promoted_on >= %s ORDER BY region, as_of, snapshot_id DESC"
    with database.connect() as connection, connection.cursor(row_factory=class_row(Promotion)) as cursor:
        found = cursor.execute(before.encode(), [ledger_name, as_of, as_of]).fetchall()
        if not found:
            later = cursor.execute(after.encode(), [ledger_name, as_of, as_of]).fetchall()
            found = [promotion for promotion in later if promotion.since > as_of]
    return {promotion.region: promotion for promotion in found}


def _by_hand(database: Database, ledger_name: str, as_of: date) -> list[Promotion]:
    with database.connect() as connection, connection.cursor(row_factory=class_row(Promotion)) as cursor:
        return cursor.execute(
            "SELECT DISTINCT ON (region) region, model_version, as_of AS since, %s AS reason"
            " FROM warehouse.promotions WHERE ledger_name = %s AND as_of <= %s ORDER BY region, promoted_at DESC",
            [BY_HAND, ledger_name, as_of],
        ).fetchall()
