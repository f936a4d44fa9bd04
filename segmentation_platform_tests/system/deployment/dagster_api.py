"""Dagster's web server, asked as its own pages ask it."""

import json
from typing import Any
from urllib.request import Request, urlopen

_LAUNCH = """
mutation ($parameters: ExecutionParams!) {
  launchRun(executionParams: $parameters) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on PipelineNotFoundError { message }
    ... on RunConfigValidationInvalid { errors { message } }
  }
}
"""
_STATUS = """
query ($id: ID!) {
  runOrError(runId: $id) { ... on Run { status tags { key value } } }
}
"""
_CANCEL = """
mutation ($id: String!) {
  terminateRun(runId: $id, terminatePolicy: MARK_AS_CANCELED_IMMEDIATELY) { __typename }
}
"""
_RETRIES = """
query ($id: String!) {
  runsOrError(filter: {tags: [{key: "dagster/parent_run_id", value: $id}]}) { ... on Runs { results { runId } } }
}
"""
_DAEMONS = "{ instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } } }"
_SCHEDULES = """
{ schedulesOrError(repositorySelector: {
    repositoryName: "__repository__", repositoryLocationName: "segmentation_platform"}) {
    ... on Schedules { results { name scheduleState { status } } } } }
"""


class DagsterApi:
    """The GraphQL interface of a web server on this machine."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/graphql"

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """The answer's data."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = Request(self._url, body, {"Content-Type": "application/json"})  # noqa: S310 - always http
        with urlopen(request, timeout=60) as answer:  # noqa: S310
            document = json.load(answer)
        assert "errors" not in document, document["errors"]
        return dict(document["data"])

    def launch(self, job: str) -> str:
        """Launch a job; its run's id."""
        selector = {
            "repositoryLocationName": "segmentation_platform",
            "repositoryName": "__repository__",
            "jobName": job,
        }
        answer = self.ask(_LAUNCH, parameters={"selector": selector, "mode": "default"})["launchRun"]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return str(answer["run"]["runId"])

    def status(self, run_id: str) -> str:
        """How a run stands."""
        return str(self.ask(_STATUS, id=run_id)["runOrError"]["status"])

    def has_ended(self, run_id: str) -> str:
        """How a run ended; nothing while it has not."""
        status = self.status(run_id)
        return status if status in ("SUCCESS", "FAILURE", "CANCELED") else ""

    def cancel(self, run_id: str) -> None:
        """Take a run out, whatever it is doing."""
        self.ask(_CANCEL, id=run_id)

    def retries(self, run_id: str) -> list[str]:
        """The runs that were started because one failed."""
        return [str(run["runId"]) for run in self.ask(_RETRIES, id=run_id)["runsOrError"]["results"]]

    def daemons(self) -> dict[str, bool]:
        """Which of the required daemons are well."""
        statuses = self.ask(_DAEMONS)["instance"]["daemonHealth"]["allDaemonStatuses"]
        return {str(one["daemonType"]): bool(one["healthy"]) for one in statuses if one["required"]}

    def schedules(self) -> dict[str, str]:
        """Schedules, and whether they run."""
        found = self.ask(_SCHEDULES)["schedulesOrError"]["results"]
        return {str(one["name"]): str(one["scheduleState"]["status"]) for one in found}
