"""The platform with all its servers, as in production: faults, secrets, the queue, and who is told.

One platform for all tests here: it takes half a minute to come up.
"""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest
import requests

from benchmarks.faults.__main__ import small_disk
from benchmarks.faults.faults import FAULTS, Fault
from benchmarks.faults.platform import ACCOUNTS, LocalPlatform
from benchmarks.faults.trial import publish_once, trial
from segmentation_platform_tests.support.servers import webhook

pytestmark = pytest.mark.slow
Posts = list[dict[str, str]]
CANARY = "sesame"
"""The password in the address of the webhook (`servers.webhook`)."""


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[str, Posts]]:
    """A webhook for the platform's alerts."""
    with webhook() as hook:
        yield hook


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, told: tuple[str, Posts]) -> Iterator[LocalPlatform]:
    """A platform that has published once, with its database on a small disk of its own."""
    home = tmp_path_factory.mktemp("platform")
    settings = {"SEGMENTATION_ALERTS__URLS": json.dumps([told[0]])}
    kept = dict(os.environ)
    try:
        with small_disk(home / "disk") as disk, LocalPlatform(home, disk, settings).running() as platform:
            publish_once(platform)
            yield platform
    except subprocess.CalledProcessError as error:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"No small disk could be mounted: {error.stderr.decode().strip()}")
    finally:
        os.environ.clear()
        os.environ.update(kept)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_readers_see_whole_snapshots_whatever_is_killed_and_the_next_one_comes_by_itself(
    platform: LocalPlatform, fault: Fault
) -> None:
    step = {"worker killed": "cleaned_sales", "disk full": "raw_sales"}
    result = trial(platform, fault, step.get(fault.name, "published_snapshot"))
    assert result.problems == ()
    assert result.recovered == "by itself"
    assert result.reads > 100


def test_the_morning_summary_was_sent_by_the_daemon(platform: LocalPlatform, told: tuple[str, Posts]) -> None:
    wait_for_post(told[1], lambda post: post["title"].startswith("Customer segments as of "))


def test_a_failed_run_is_told_and_not_tried_again(platform: LocalPlatform, told: tuple[str, Posts]) -> None:
    run_id = platform.launch({"ops": {"raw_sales": {"config": {"sales": "/nowhere/ledger.csv"}}}})
    # Not every failure that was told is of this run: one whose storage was full may be told, though tried again.
    post = wait_for_post(told[1], lambda post: run_id in post["message"])
    assert post["type"] == "failure"
    assert "/nowhere/ledger.csv" in post["title"]
    assert "Still served: snapshot " in post["message"]
    run = platform.instance.get_run_by_id(run_id)
    assert run is not None
    assert run.tags["dagster/will_retry"] == "false"
    assert len(platform.instance.get_runs(dg.RunsFilter(tags={"dagster/root_run_id": run_id}))) == 0


def wait_for_post(posts: Posts, wanted: Callable[[dict[str, str]], bool]) -> dict[str, str]:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        for post in posts:
            if wanted(post):
                return post
        time.sleep(0.5)
    pytest.fail(f"it is not among {[post['title'] for post in posts]}")


def test_a_second_refresh_queues_until_the_first_has_ended(platform: LocalPlatform) -> None:
    first, second = platform.launch(), platform.launch()
    overlapped = False
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        states = {run.run_id: run.status for run in platform.instance.get_runs()}
        overlapped |= states[first] == states[second] == dg.DagsterRunStatus.STARTED
        if states[second] == dg.DagsterRunStatus.SUCCESS:
            break
        time.sleep(0.2)
    records = {r.dagster_run.run_id: r for r in platform.instance.get_run_records(dg.RunsFilter([first, second]))}
    assert not overlapped
    assert all(record.dagster_run.is_success for record in records.values())
    assert (records[second].start_time or 0) >= (records[first].end_time or 1e18)


def test_no_secret_is_in_a_log_a_run_or_a_page(platform: LocalPlatform) -> None:
    secrets = [CANARY, *(a.password for a in (ACCOUNTS.owner, ACCOUNTS.runner, ACCOUNTS.reader, ACCOUNTS.dagster))]
    places = {
        "logs": "".join(file.read_text(errors="replace") for file in logs(platform.home)),
        "Postgres' log": (platform.postgres.status().data.parent / "log").read_text(errors="replace"),
        "Dagster's database": dump_of_dagster(platform),
        "pages": "".join(pages(platform)),
    }
    assert all(places.values())
    found = [(place, number) for place, text in places.items() for number, s in enumerate(secrets) if s in text]
    assert found == []


def logs(home: Path) -> Iterator[Path]:
    yield from home.glob("*.log")
    yield from (file for file in (home / "logs").rglob("*") if file.is_file())


def dump_of_dagster(platform: LocalPlatform) -> str:
    storage = dg.DagsterInstance.from_config(str(platform.home / "dagster"))
    url = storage.run_storage.postgres_url.replace("postgresql+psycopg2", "postgresql")  # type: ignore[attr-defined]
    program = platform.postgres.binary("pg_dump")
    return subprocess.run([program, "--dbname", url], capture_output=True, text=True, check=True).stdout


RESOURCES = """
{ repositoriesOrError { ... on RepositoryConnection { nodes { allTopLevelResourceDetails {
  name configuredValues { key value type } } } } }
  instance { info runLauncher { name } }
  runsOrError(limit: 50) { ... on Runs { results { runConfigYaml tags { key value }
    eventConnection(limit: 1000) { events { ... on MessageEvent { message } } } } } } }
"""


def pages(platform: LocalPlatform) -> Iterator[str]:
    """What the web server tells of resources, its instance and runs."""
    answer = requests.post(f"{platform.address}/graphql", json={"query": RESOURCES}, timeout=60)
    assert answer.status_code == 200
    assert "errors" not in answer.json(), answer.text[:500]
    assert "DATABASE_URL" in answer.text
    yield answer.text
