"""Lists of a profile that grow from file to file: what is said is added to what words tell."""

import tomllib
from pathlib import Path

from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.files import identify
from segmentation_platform.ledger.inspection import Given, Inspection, inspect
from segmentation_platform.ledger.inspection.writing import write_profile
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform_tests.support.exports import Style, write_export


def inspected(path: Path, **said: object) -> Inspection:
    return inspect(DuckDBEngine(), identify(path), Given(Profile.model_validate(said)))


def test_a_guest_who_is_said_is_one_beside_those_of_the_usual_names(tmp_path: Path) -> None:
    path, expected = write_export(tmp_path, Style(guest="Guest"), 3)
    assert inspected(path).figures.customers == expected.customers
    found = inspected(path, customers={"guests": ["12000"]})
    assert {"12000", "guest"} <= set(found.profile.customers.guests)
    assert found.figures.customers == expected.customers - 1


def test_an_empty_list_says_that_there_is_nobody_behind_a_usual_name(tmp_path: Path) -> None:
    path, expected = write_export(tmp_path, Style(guest="Guest"), 3)
    found = inspected(path, customers={"guests": []})
    assert found.figures.customers == expected.customers + 1


def test_a_code_that_is_said_to_be_a_service_is_one_beside_shipping(tmp_path: Path) -> None:
    path, expected = write_export(tmp_path, Style(services="shipping"), 3)
    found = inspected(path, products={"services": ["20000"]})
    assert set(found.profile.products.services) == {"20000", "SHIP"}
    assert found.figures.sales < expected.lines
    without = inspected(path, products={"services": []})
    assert without.figures.sales > expected.lines


def test_what_is_written_of_a_ledger_without_guests_knows_those_of_the_next_one(tmp_path: Path) -> None:
    first, _ = write_export(tmp_path, Style(guest=""), 3)
    write_profile(inspected(first), tmp_path / "segmentation.toml")
    written = tomllib.loads((tmp_path / "segmentation.toml").read_text())["profile"]
    assert "guests" not in written["customers"]
    second, expected = write_export(tmp_path, Style(guest="Guest"), 4)
    assert inspected(second, **written).figures.customers == expected.customers
