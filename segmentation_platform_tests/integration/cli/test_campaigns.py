"""Campaigns on the command line: from the playbook to the measurement."""

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from segmentation_platform.settings import CampaignSettings
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support import session, stages
from segmentation_platform_tests.support.commands import Command
from segmentation_platform_tests.support.databases import new_database, template
from segmentation_platform_tests.support.quick import quick_settings

PLAYBOOK = """
[[campaign]]
name = "all"
title = "Everybody"
offer = "=HYPERLINK(\\"x\\")"
channel = "e-mail"
timing = { days = 60 }
holdout_share = 0.3
[[campaign.audience]]
bought_within_days = 9999
[[campaign]]
name = "none"
title = "Nobody"
offer = "nothing"
channel = "none"
[[campaign.audience]]
regions = ["Atlantis"]
"""


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    """A shop published as of a day two months before the ledger's end, with the playbook."""
    with new_database(postgres_url, template(postgres_url, "campaigns", plan, stages.migrated(postgres_url))) as copy:
        yield copy


def plan(database: Database) -> None:
    """Publish that shop."""
    playbook = session.shared_path("playbook.toml", lambda path: path.write_text(PLAYBOOK))
    settings = quick_settings(session.folder() / "home", stages.shop_ledger())
    planning = settings.model_copy(update={"campaigns": CampaignSettings(playbook=playbook)})
    assert stages.refresh(planning, database, "2011-10-01").success


@pytest.fixture
def planned(command: Command, tmp_path: Path) -> Command:
    """A command line on that database, with the same playbook in its settings."""
    (tmp_path / "playbook.toml").write_text(PLAYBOOK)
    (tmp_path / "segmentation.toml").write_text('[campaigns]\nplaybook = "playbook.toml"\n')
    return command


def test_a_campaign_is_listed_exported_and_measured(planned: Command, tmp_path: Path) -> None:
    listed = planned("campaigns", "list").stdout
    assert "Customers who bought in the last 9999 days" in listed
    assert "2011-10-01 to 2011-11-29" in listed
    (tmp_path / "emails.csv").write_text("customer_id,email\n99,x@example.org\n")
    said = planned("campaigns", "export", "all", "--emails", "emails.csv", "--to", "lists")
    assert said.returncode == 0, said.stderr
    contacted = tmp_path / "lists" / "all_2011-10-01.csv"
    held_out = tmp_path / "lists" / "all_2011-10-01_held_out.csv"
    assert sorted(tmp_path.joinpath("lists").iterdir()) == [contacted, held_out]
    rows = [list(csv.DictReader(path.open())) for path in (contacted, held_out)]
    assert [{row["is_holdout"] for row in part} for part in rows] == [{"False"}, {"True"}]
    assert {row["offer"] for row in rows[0]} == {'\'=HYPERLINK("x")'}
    assert "customers have no address" in said.stderr

    rest = planned("campaigns", "export", "all", "--to", "rest", "--not-in", str(contacted))
    assert f"{len(rows[0]):,} of {len(rows[0]) + len(rows[1]):,} customers are in these files" in rest.stderr
    assert "0 customers to contact" in rest.stdout
    nobody = planned("campaigns", "export", "all", "--not-in", str(contacted), "--not-in", str(held_out))
    assert "Nobody is left" in nobody.stderr

    again = planned("campaigns", "export", "all", "--to", "lists")
    assert again.returncode == 2
    assert "--overwrite" in again.stderr

    files = ["--audience", str(contacted), "--audience", str(held_out)]
    by_files = planned("campaigns", "measure", *files)
    assert by_files.returncode == 0, by_files.stderr
    assert "all, 2011-10-01 to 2011-11-29" in by_files.stdout
    assert f"({len(rows[0]):,})" in by_files.stdout
    assert planned("campaigns", "measure", "--campaign", "all", "--snapshot", "1").stdout == by_files.stdout
    assert "Name both files" in planned("campaigns", "measure", *files[:2]).stderr
    later = planned("campaigns", "measure", *files, "--since", "2031-01-01", "--until", "2031-02-01")
    assert "ledger ends on" in later.stderr
    assert "There is no day" in planned("campaigns", "measure", *files, "--until", "2011-01-01").stderr
    (tmp_path / "other.csv").write_text(contacted.read_text().replace(",1,2011-10-01", ",2,2011-10-02"))
    mixed = planned("campaigns", "measure", "--audience", "other.csv", "--audience", str(held_out))
    assert "different nights" in mixed.stderr
    (tmp_path / "nothing.csv").write_text("a,b\n1,2\n")
    assert "can't be read as an exported audience" in planned(
        "campaigns", "measure", "--audience", "nothing.csv"
    ).stderr.replace("\n", " ")
    assert "measured so far" in planned("campaigns", "measure", *files, "--until", "2031-01-01").stdout
    assert "Snapshot 7 has no campaign all" in planned(
        "campaigns", "measure", "--campaign", "all", "--snapshot", "7"
    ).stderr.replace("\n", " ")


def test_an_export_holds_hashes_of_addresses_and_never_the_addresses(planned: Command, tmp_path: Path) -> None:
    planned("campaigns", "export", "all", "--format", "parquet")
    first = pd.read_parquet(tmp_path / "all_2011-10-01.parquet")
    assert first["starts_on"].notna().all()
    known = str(first["customer_id"].iloc[0])
    (tmp_path / "emails.csv").write_text(f"customer_id,email\n{known}, Jo@example.org\n")
    said = planned("campaigns", "export", "all", "--emails", "emails.csv", "--overwrite", "--format", "parquet")
    assert said.returncode == 0, said.stderr
    written = pd.read_parquet(tmp_path / "all_2011-10-01.parquet").set_index("customer_id")
    assert written.loc[known, "email_sha256"] == hashlib.sha256(b"jo@example.org").hexdigest()
    assert "email" not in written.columns


def test_campaigns_that_cannot_be_exported_are_told_why(planned: Command, tmp_path: Path) -> None:
    unknown = planned("campaigns", "export", "nope")
    assert (unknown.returncode, "There are: all, none." in unknown.stderr) == (2, True)
    empty = planned("campaigns", "export", "none")
    assert (empty.returncode, "Nobody is in the campaign none" in empty.stderr) == (2, True)
    (tmp_path / "emails.csv").write_text("id,mail\n")
    bad = planned("campaigns", "export", "all", "--emails", "emails.csv")
    assert (bad.returncode, "customer_id and email" in bad.stderr.replace("\n", " ")) == (2, True)


def test_a_playbook_that_cannot_be_used_stops_the_run_before_anything_is_computed(
    command: Command, tmp_path: Path, shop_ledger: Path
) -> None:
    (tmp_path / "playbook.toml").write_text(PLAYBOOK + "typo = 1\n")
    (tmp_path / "segmentation.toml").write_text('[campaigns]\nplaybook = "playbook.toml"\n')
    said = command("run", "--sales", str(shop_ledger))
    assert said.returncode == 2
    assert "campaign none.audience.0.typo: Extra inputs" in said.stderr
    assert "raw_sales" not in said.stderr


def test_the_built_in_playbook_is_printed_as_a_place_to_begin(command: Command) -> None:
    printed = command("campaigns", "playbook").stdout
    assert printed.startswith("# The playbook")
    assert 'name = "retention"' in printed
