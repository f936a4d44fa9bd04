"""The registry of taste models: one row per fit, the model itself as JSON."""

from dataclasses import asdict, dataclass
from datetime import date

from psycopg.rows import class_row

from segmentation_platform.warehouse.append_once import append_once
from segmentation_platform.warehouse.database import Database


@dataclass(frozen=True)
class TasteRecord:
    """A taste model in the registry; columns as in `contracts.TasteModels`."""

    as_of: date
    ledger_name: str
    tastes: int
    run_id: str
    model: str
    taste_version: int = 0


def register_tastes(database: Database, record: TasteRecord) -> int:
    """Append a model, unless the very same is there.

    Returns:
        Its version.

    """
    values = {name: value for name, value in asdict(record).items() if name != "taste_version"}
    return append_once(database, "taste_models", values, same=("ledger_name", "as_of", "model"))


def tastes_in_force(database: Database, ledger_name: str, as_of: date) -> TasteRecord | None:
    """The model in force when the night of a reporting date begins: that of the last published night before it.

    Before a ledger's first night it is that of its first one; nights from which one has rolled back are not believed.
    """
    columns = "tastes.as_of, tastes.ledger_name, tastes, tastes.run_id, model, taste_version"
    select = (
        f"SELECT {columns} FROM warehouse.taste_models AS tastes"  # noqa: S608 - constant
        " JOIN snapshots.snapshots AS snapshot USING (taste_version)"
        " JOIN snapshots.believed AS night USING (snapshot_id) WHERE night.ledger_name = %s"
    )
    before = f"{select} AND night.as_of < %s AND tastes.as_of < %s ORDER BY night.as_of DESC, snapshot_id DESC"
    # A past day looks back by the model of the ledger's first night; that night itself begins without one.
    after = f"{select} AND night.as_of >= %s AND tastes.as_of >= %s ORDER BY night.as_of, snapshot_id DESC"
    with database.connect() as connection, connection.cursor(row_factory=class_row(TasteRecord)) as cursor:
        found = cursor.execute(before.encode(), [ledger_name, as_of, as_of]).fetchone()
        if found is None:
            later = cursor.execute(after.encode(), [ledger_name, as_of, as_of]).fetchone()
            found = later if later is not None and later.as_of > as_of else None
    return found
