"""Every check of the data finds what it is there to find, on a real database, and passes once it is gone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dagster as dg
import pandas as pd

from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.databases import spoil
from segmentation_platform_tests.support.stages import refreshed
from segmentation_platform_tests.support.stores import clean_lines, put_clean_lines

SPOILED = [
    ("rejected_sales", "keeps_contract", "UPDATE warehouse.rejected_sales SET reason = 'mood'"),
    ("rfm_features", "keeps_contract", "UPDATE warehouse.rfm_features SET recency_days = 0"),
    (
        "rfm_features",
        "one_row_per_customer",
        "INSERT INTO warehouse.rfm_features SELECT * FROM warehouse.rfm_features LIMIT 3",
    ),
    ("kmeans_model", "model_is_readable", "UPDATE warehouse.segment_models SET silhouette = 7"),
    ("segments", "every_segment_has_customers", "DELETE FROM warehouse.segments WHERE rank = 1"),
    ("segment_recommendations", "tables_agree", "UPDATE warehouse.segments SET customers = customers + 1"),
    (
        "segment_recommendations",
        "tables_agree",
        "UPDATE warehouse.segment_recommendations SET segment = 'Nobody' WHERE rank = 1",
    ),
    ("segment_recommendations", "tables_agree", "DELETE FROM warehouse.products"),
    (
        "segment_recommendations",
        "tables_agree",
        "UPDATE warehouse.customer_recommendations SET customer_id = 'nobody' WHERE rank = 1",
    ),
    (
        "segment_recommendations",
        "tables_agree",
        "UPDATE warehouse.similar_items SET similar_stock_code = '?' WHERE rank = 1",
    ),
    ("segment_recommendations", "tables_agree", "UPDATE warehouse.bundles SET stock_code_2 = '?' WHERE rank = 1"),
    ("segment_recommendations", "tables_agree", "UPDATE warehouse.countries SET revenue = revenue + 9"),
    ("segment_recommendations", "tables_agree", "DELETE FROM warehouse.cohorts WHERE months_since = 0"),
    ("seasonality", "keeps_contract", "UPDATE warehouse.seasonality SET subject_kind = 'mood'"),
    ("cancellations", "keeps_contract", "UPDATE warehouse.cancellations SET line_rate_shrunk = 2"),
    ("countries", "keeps_contract", "UPDATE warehouse.countries SET revenue_share = 2"),
    ("cohorts", "keeps_contract", "UPDATE warehouse.cohorts SET retention = -1"),
    (
        "customer_recommendations",
        "keeps_contract",
        "UPDATE warehouse.customer_recommendations SET list = 'mood' WHERE rank = 1",
    ),
    ("similar_items", "keeps_contract", "UPDATE warehouse.similar_items SET confidence = 2 WHERE rank = 1"),
    ("bundles", "keeps_contract", "UPDATE warehouse.bundles SET lift_low = 1 WHERE rank = 1"),
    ("recommendation_quality", "keeps_contract", "UPDATE warehouse.recommendation_quality SET task = 'mood'"),
    ("customer_tastes", "keeps_contract", "UPDATE warehouse.customer_tastes SET taste_version = 0"),
    ("segment_moves", "keeps_contract", "UPDATE warehouse.segment_moves SET customer_share = 2"),
    ("segment_drift", "keeps_contract", "UPDATE warehouse.segment_drift SET psi_recency = -1"),
]
SPOILED_LINES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "rows_are_conserved": lambda lines: lines.iloc[40:],
    "revenue_reconciles": lambda lines: lines.assign(amount=lines["amount"] + 1),
    "keeps_contract": lambda lines: lines.assign(quarter="Q7"),
}
"""What is done to the clean lines, by the check that has to find it."""


@contextmanager
def spoiled(database: Database, statement: str) -> Iterator[None]:
    """Carry out a statement on a working table, and put the table's rows back at the end."""
    table = next(word for word in statement.split() if word.startswith("warehouse."))
    spoil(database, f"CREATE TABLE saved AS TABLE {table}")
    spoil(database, statement)
    yield
    spoil(database, f"DELETE FROM {table}")
    identity = " OVERRIDING SYSTEM VALUE" if table.endswith("models") else ""
    spoil(database, f"INSERT INTO {table}{identity} TABLE saved")
    spoil(database, "DROP TABLE saved")


def jobs_of(definitions: dg.Definitions, checks: set[tuple[str, str]]) -> dict[tuple[str, str], dg.JobDefinition]:
    """A job of each check alone, by the name of its asset and its own."""
    names = {check: "_of_".join(reversed(check)) for check in checks}
    selected = {check: dg.AssetCheckKey(dg.AssetKey(check[0]), check[1]) for check in checks}
    built = dg.Definitions(
        assets=definitions.assets,
        asset_checks=definitions.asset_checks,
        resources=definitions.resources,
        jobs=[
            dg.define_asset_job(name, selection=dg.AssetSelection.checks(selected[check]))
            for check, name in names.items()
        ],
    )
    return {check: built.resolve_job_def(name) for check, name in names.items()}


def evaluate(job: dg.JobDefinition) -> dg.AssetCheckEvaluation:
    [evaluation] = job.execute_in_process(raise_on_error=False).get_asset_check_evaluations()
    return evaluation


def assert_found(found: dg.AssetCheckEvaluation, what: str) -> None:
    assert not found.passed, what
    assert found.metadata["failing_rows"].value, what
    assert "for example" in (found.description or ""), what


@refreshed
def test_every_check_fails_on_what_it_is_there_to_find_and_passes_once_it_is_gone(
    definitions: dg.Definitions, database: Database
) -> None:
    on_lines = {("clean_sales", check) for check in SPOILED_LINES}
    jobs = jobs_of(definitions, {(asset, check) for asset, check, _ in SPOILED} | on_lines)
    lines = clean_lines(database)
    for check, spoil_lines in SPOILED_LINES.items():
        put_clean_lines(database, spoil_lines(lines))
        assert_found(evaluate(jobs["clean_sales", check]), check)
    put_clean_lines(database, lines)
    for asset, check, statement in SPOILED:
        with spoiled(database, statement):
            assert_found(evaluate(jobs[asset, check]), statement)
    for named, job in jobs.items():
        assert evaluate(job).passed, named
