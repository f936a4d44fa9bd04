"""The whole stack, up once for a module."""

import os
from collections.abc import Iterator

import pytest

from segmentation_platform_tests.system.deployment.dagster_api import DagsterApi
from segmentation_platform_tests.system.deployment.stack import Stack, compose_program, engine_answers, new_stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """All services, built and healthy; gone with their volumes and image afterwards."""
    if os.environ.get("REQUIRE_CONTAINERS") != "1":
        pytest.skip("Builds an image and starts containers: set REQUIRE_CONTAINERS=1 where a Docker engine runs.")
    program = compose_program()
    if program is None or not engine_answers():
        pytest.fail("No Docker engine answers, or compose is missing.")
    stack = new_stack(tmp_path_factory.mktemp("compose"), program)
    try:
        stack.up()
        yield stack
    finally:
        stack.down()


@pytest.fixture(scope="module")
def dagster_api(stack: Stack) -> DagsterApi:
    """The web server's GraphQL."""
    return DagsterApi(stack.webserver_port)
