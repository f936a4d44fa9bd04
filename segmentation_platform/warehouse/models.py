"""The registry of segment models: one row per fit, the model itself as JSON."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from psycopg.rows import class_row

from segmentation_platform.warehouse.database import Database, DatabaseError


@dataclass(frozen=True)
class ModelRecord:
    """A fitted model and what is worth knowing of its fit; columns as in `contracts.SegmentModels`."""

    as_of: date
    k: int
    customers: int
    silhouette: float
    min_jaccard: float
    run_id: str
    model: str
    model_version: int = 0


def add_model(database: Database, record: ModelRecord) -> int:
    """Append a model.

    Returns:
        Its version.

    """
    with database.connect() as connection:
        row = connection.execute(
            "INSERT INTO warehouse.segment_models"
            " (created_at, as_of, k, customers, silhouette, min_jaccard, run_id, model)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING model_version",
            [
                datetime.now(UTC),
                record.as_of,
                record.k,
                record.customers,
                record.silhouette,
                record.min_jaccard,
                record.run_id,
                record.model,
            ],
        ).fetchone()
    assert row is not None  # noqa: S101 - RETURNING gives a row
    return int(str(row[0]))


def newest_model(database: Database) -> ModelRecord:
    """The model that was fitted last.

    Raises:
        DatabaseError: when there is none.

    """
    with database.connect() as connection, connection.cursor(row_factory=class_row(ModelRecord)) as cursor:
        found = cursor.execute(
            "SELECT as_of, k, customers, silhouette, min_jaccard, run_id, model, model_version"
            " FROM warehouse.segment_models ORDER BY model_version DESC LIMIT 1"
        ).fetchone()
    if found is None:
        raise DatabaseError("There is no segment model yet. Materialize kmeans_model first.")
    return found
