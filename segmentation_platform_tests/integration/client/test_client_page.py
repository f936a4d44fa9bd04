"""The examples of the client's page run as they stand there."""

import re
from pathlib import Path

from segmentation_platform.client import Client
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.integration.client.conftest import client as client
from segmentation_platform_tests.integration.client.conftest import folder as folder
from segmentation_platform_tests.integration.client.conftest import reader as reader
from segmentation_platform_tests.integration.client.conftest import shop as shop
from segmentation_platform_tests.integration.client.conftest import shop_tables
from segmentation_platform_tests.support.repository import REPOSITORY

PAGE = REPOSITORY / "docs" / "client.md"


def test_every_example_runs_on_the_database_and_on_files(client: Client, folder: Path) -> None:
    connecting, *examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert "Client(folder=" in connecting
    assert len(examples) >= 5
    known = {
        "customer_id": shop_tables()["customer_segments"]["customer_id"].iloc[0],
        "code": shop_tables()["products"]["stock_code"].iloc[0],
    }
    for each in (client, Client(folder=folder)):
        names: dict[str, object] = {**known, "client": each}
        for example in examples:
            exec(compile(example, str(PAGE), "exec"), names)  # noqa: S102 - our own page


def test_columns_are_of_types_that_any_odbc_or_jdbc_client_reads(database: Database) -> None:
    """No arrays, JSON, intervals or enums; a timestamp has no time zone to get wrong. Reports are files, no table."""
    with database.connect() as connection:
        rows = connection.execute(
            "SELECT DISTINCT data_type FROM information_schema.columns WHERE table_schema = 'serving'"
            " AND table_name <> 'reports'"
        ).fetchall()
        unbounded = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'serving'"
            " AND data_type = 'numeric' AND numeric_precision IS NULL"
        ).fetchall()
        long_names = connection.execute(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'serving'"
            " AND (length(column_name) > 30 OR column_name <> lower(column_name))"
        ).fetchall()
    plain = {"text", "integer", "double precision", "numeric", "date", "timestamp without time zone", "boolean"}
    assert {str(row[0]) for row in rows} <= plain
    assert unbounded == []
    assert long_names == []
