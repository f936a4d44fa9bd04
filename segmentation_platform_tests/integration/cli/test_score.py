"""Scoring customers, and judging recommendations, on the command line."""

import re
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from segmentation_platform_tests.support.commands import QUICK, Command
from segmentation_platform_tests.support.stages import refreshed

JUDGED = {"SEGMENTATION_RECOMMENDATIONS__BACKTEST__DAYS": "30"}
"""Past days are played again, as many as are delivered."""


def test_before_the_first_run_it_is_said_that_nothing_is_published(command: Command) -> None:
    for arguments in (["score", "--basket", "85123A"], ["backtest"], ["tune", "--until", "2011-10-01"]):
        said = command(*arguments)
        assert said.returncode == 1, said.stderr
        assert "Nothing is published yet" in said.stderr


def without_seconds(text: str) -> str:
    return re.sub(r"in [\d.]+ s", "", text)


@refreshed
def test_customers_baskets_and_files_are_scored_and_past_days_played_again(
    command: Command, shop_ledger: Path, tmp_path: Path
) -> None:
    ledger = pq.read_table(shop_ledger).to_pandas()
    known = ledger[ledger["CustomerID"].notna() & (ledger["Country"] == "United Kingdom")]
    customer = str(known["CustomerID"].mode().iloc[0]).removesuffix(".0")
    own = command("score", "--customer", customer, **QUICK)
    assert own.returncode == 0, own.stderr
    assert re.search(rf"Customer {customer}: .*, margin 0\.\d\d", own.stdout)
    assert "buy again" in own.stdout
    assert "new to you" in own.stdout

    code = str(known["StockCode"].mode().iloc[0])
    basket = command("score", "--basket", f"{code}, NOPE", "--country", "germany", **QUICK)
    assert basket.returncode == 0, basket.stderr
    assert "Not in the ledger: NOPE" in basket.stdout
    assert "1 order, " in basket.stdout
    assert "; Germany" in basket.stdout

    lines = known.head(150).assign(Description="=cmd()")
    lines.to_csv(tmp_path / "new.csv", index=False)
    many = command("score", "--file", "new.csv", "--output", "scored.csv", **QUICK)
    assert many.returncode == 0, many.stderr
    written = pd.read_csv(tmp_path / "scored.csv", dtype=str)
    assert set(written["list"]) == {"buy_again", "new_to_you"}
    assert f"{written['customer'].nunique()} scored" in many.stdout

    # A sale that is yet to come is a slip of the pen: it moves nobody's last purchase.
    slipped = pd.concat([lines, lines.head(1).assign(InvoiceDate="2199-12-01 10:00:00")])
    slipped.to_csv(tmp_path / "slipped.csv", index=False)
    again = command("score", "--file", "slipped.csv", "--output", "again.csv", **QUICK)
    assert again.returncode == 0, again.stderr
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "again.csv", dtype=str), written)

    exported = command("export", "files")
    assert exported.returncode == 0, exported.stderr
    assert re.search(r"customer_segments\.parquet +[\d,]+ rows", exported.stderr)
    assert re.search(r"files: snapshot 1, as of \d{4}-\d\d-\d\d, \d+ files, \d+\.\d MB in", exported.stdout)
    nowhere = {"DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    for arguments, before in ((("--customer", customer), own), (("--basket", f"{code}, NOPE"), None)):
        said = command("score", *arguments, "--from", "files", **nowhere)
        assert said.returncode == 0, said.stderr
        if before is not None:
            assert without_seconds(said.stdout) == without_seconds(before.stdout)
    again = command("export", "files")
    assert again.returncode == 1
    assert "Write over it with --overwrite" in again.stderr
    assert command("export", "files", "--overwrite").returncode == 0
    strange = command("score", "--basket", code, "--from", ".")
    assert strange.returncode == 1
    assert "holds no exported snapshot" in strange.stderr

    played = command("backtest", **QUICK | JUDGED)
    assert played.returncode == 0, played.stderr
    assert "customer lists" in played.stdout
    assert "replaced system" in played.stdout
    tuned = command("tune", "--until", "2011-10-01", "--try", "ease_penalty=[300, 1000]", **QUICK | JUDGED)
    assert tuned.returncode == 0, tuned.stderr
    assert "ease_penalty" in tuned.stdout
    assert "Trying 2 settings on 2011-09-01 to 2011-10-01" in tuned.stderr


@refreshed
def test_what_can_not_be_scored_or_tried_is_said_with_what_would_help(command: Command) -> None:
    both = command("score", "--basket", "1", "--customer", "2")
    assert both.returncode == 2
    assert "Name one of --customer, --basket and --file" in " ".join(both.stderr.split())
    wrong = command("tune", "--until", "2011-10-01", "--try", "mood=[1]")
    assert wrong.returncode == 2
    assert "mood" in wrong.stderr
    nobody = command("score", "--customer", "nobody", **QUICK)
    assert nobody.returncode == 2
    assert "--basket 85123A,71053" in " ".join(nobody.stderr.split())
    late = command("tune", "--until", "2031-10-01", **QUICK | JUDGED)
    assert late.returncode == 2
    assert "The ledger goes from" in " ".join(late.stderr.split())
