"""One root of all errors: the command line, the assets and the run's outcome tell by it what is expected."""

import importlib
import pkgutil
from collections.abc import Iterator

import dagster as dg
import pytest
import typer

import segmentation_platform
from segmentation_platform import errors
from segmentation_platform.campaigns import CampaignError
from segmentation_platform.cli import app as command_line
from segmentation_platform.client import ClientError
from segmentation_platform.errors import BadInputError, PlatformError
from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.orchestration.bad_input import is_bad_input, refuse_bad_input
from segmentation_platform.recommendations.errors import RecommendationError, ScoringError
from segmentation_platform.segments.errors import SegmentationError
from segmentation_platform.settings import SettingsProblemError
from segmentation_platform.sources.errors import SourceError
from segmentation_platform.warehouse.database import DatabaseError

# The app's script runs at import, and so do the steps of the migrations.
RUN_AT_IMPORT = ("segmentation_platform.app.script.main", "segmentation_platform.warehouse.migrations.")
BAD_INPUT = {
    CampaignError,
    LedgerError,
    RecommendationError,
    ScoringError,
    SegmentationError,
    SettingsProblemError,
    SourceError,
}


def modules() -> Iterator[object]:
    for module in pkgutil.walk_packages(segmentation_platform.__path__, "segmentation_platform."):
        if not module.name.startswith(RUN_AT_IMPORT):
            yield importlib.import_module(module.name)


def own_errors() -> list[type[Exception]]:
    """Every class of an exception that a module of the package defines."""
    found = {
        value
        for module in modules()
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Exception)
        and value.__module__.startswith("segmentation_platform.")
    }
    return sorted(found, key=lambda error: error.__name__)


OWN = own_errors()


@pytest.mark.parametrize("error", OWN)
def test_every_error_of_the_package_is_a_platform_error_of_a_name_of_its_own(error: type[Exception]) -> None:
    assert issubclass(error, PlatformError)
    assert [other.__name__ for other in OWN].count(error.__name__) == 1
    assert error.__name__ in errors.class_names()


def test_what_was_handed_in_is_told_from_what_stood_in_the_way() -> None:
    roots = {PlatformError, BadInputError}
    assert {error for error in OWN if issubclass(error, BadInputError)} - roots == BAD_INPUT
    for error in OWN:
        assert issubclass(error, PlatformError)
        assert error.is_bad_input == issubclass(error, BadInputError)
        assert error.exit_code == (2 if error.is_bad_input else 1)


@pytest.mark.parametrize("error", OWN)
def test_a_command_that_meets_an_error_of_the_platform_prints_its_message_and_nothing_else(
    error: type[PlatformError], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise error("It [cannot] be done: mend it.")

    app = typer.Typer()
    app.command()(fails)
    monkeypatch.setattr(command_line, "app", app)
    monkeypatch.setattr("sys.argv", ["segmentation-platform"])
    with pytest.raises(SystemExit) as left:
        command_line.main()
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "It [cannot] be done: mend it.\n")
    assert left.value.code == error.exit_code


def test_an_error_of_another_kind_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise RuntimeError("a fault of the code")

    monkeypatch.setattr(command_line, "app", fails)
    with pytest.raises(RuntimeError, match="a fault of the code"):
        command_line.main()


@pytest.mark.parametrize("error", sorted(BAD_INPUT, key=str))
def test_an_asset_that_can_not_use_what_was_handed_in_fails_with_its_words_and_is_not_tried_again(
    error: type[PlatformError],
) -> None:
    with pytest.raises(dg.Failure) as failed, refuse_bad_input():
        raise error("The ledger is empty.")
    assert failed.value.description == "The ledger is empty."
    assert is_bad_input(failed.value.metadata)
    assert not failed.value.allow_retries


@pytest.mark.parametrize("error", [DatabaseError, ClientError, ZeroDivisionError])
def test_other_errors_reach_dagster_as_they_are(error: type[Exception]) -> None:
    with pytest.raises(error), refuse_bad_input():
        raise error("gone")


def test_a_failure_for_another_reason_is_no_bad_input() -> None:
    assert not is_bad_input({})
    assert not is_bad_input({"category": dg.MetadataValue.text("weather")})
