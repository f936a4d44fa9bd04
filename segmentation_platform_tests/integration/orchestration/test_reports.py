"""Reports, as they are served to people."""

import gzip

import dagster as dg
import requests

from segmentation_platform.warehouse.database import Database
from segmentation_platform.warehouse.reports import keep_report
from segmentation_platform.warehouse.snapshots import publish
from segmentation_platform_tests.integration.orchestration.test_monitor import GONE, get, instance, serving
from segmentation_platform_tests.support.marked import facts, marked_history, marked_tables

__all__ = ["instance"]


def with_reports(database: Database) -> Database:
    for mark in (1, 2):
        snapshot_id = publish(database, facts(mark), marked_tables(mark), marked_history(mark))
        keep_report(database, snapshot_id, f"<h1>report {mark}</h1>")
    return database


def test_reports_are_listed_and_served(database: Database, instance: dg.DagsterInstance) -> None:
    with serving(with_reports(database), instance) as address:
        assert get(f"{address}/").headers["Location"] == "/reports"
        listed = get(f"{address}/reports")
        assert listed.status_code == 200
        assert listed.text.index('href="/reports/2"') < listed.text.index('href="/reports/1"')
        assert get(f"{address}/reports/1").text == "<h1>report 1</h1>"
        assert get(f"{address}/reports/latest").text == "<h1>report 2</h1>"
        for missing in ("reports/9", "reports/x", "reports/-1", "reports/99999999999"):
            assert get(f"{address}/{missing}").status_code == 404, missing


def test_a_report_comes_compressed_to_those_who_take_it_so(database: Database, instance: dg.DagsterInstance) -> None:
    with serving(with_reports(database), instance) as address:
        packed = requests.get(f"{address}/reports/1", headers={"Accept-Encoding": "gzip"}, stream=True, timeout=30)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.raw.read()) == b"<h1>report 1</h1>"
        plain = requests.get(f"{address}/reports/1", headers={"Accept-Encoding": "identity"}, timeout=30)
        assert "Content-Encoding" not in plain.headers
        assert plain.text == "<h1>report 1</h1>"


def test_headers_let_a_report_do_nothing_but_draw_itself(database: Database, instance: dg.DagsterInstance) -> None:
    with serving(with_reports(database), instance) as address:
        for path in ("reports", "reports/latest", "reports/1", "reports/9"):
            headers = get(f"{address}/{path}").headers
            policy = headers["Content-Security-Policy"]
            assert policy.startswith(
                "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src"
            )
            assert "frame-ancestors 'none'" in policy
            assert "http" not in policy
            assert "unsafe-eval" not in policy
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["X-Frame-Options"] == "DENY"
        assert get(f"{address}/reports/latest").headers["Cache-Control"] == "no-store"
        assert requests.post(f"{address}/reports/1", timeout=30).status_code == 405


def test_without_reports_or_a_database_people_are_told_so(database: Database, instance: dg.DagsterInstance) -> None:
    with serving(database, instance) as address:
        assert "No report has been made yet" in get(f"{address}/reports").text
        assert get(f"{address}/reports/latest").status_code == 404
    with serving(GONE, instance) as address:
        answer = get(f"{address}/reports")
        assert answer.status_code == 503
        assert "sesame" not in answer.text
