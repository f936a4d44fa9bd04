"""Night after night of a growing ledger on a real database: only what is new is read, nothing is lost or twice."""

import hashlib
from pathlib import Path

import pandas as pd

from segmentation_platform.contracts import RejectedSales
from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger import facts
from segmentation_platform.ledger.balances import row_balances
from segmentation_platform.ledger.facts import Beside
from segmentation_platform.ledger.profile.model import Lines, ProductRules
from segmentation_platform.warehouse import loads, tables
from segmentation_platform.warehouse.database import Database
from segmentation_platform_tests.support.growing import (
    Night,
    cleaned,
    read_from,
    write,
)
from segmentation_platform_tests.support.growing import exports as exports
from segmentation_platform_tests.support.growing import night as night
from segmentation_platform_tests.support.growing import shop as shop
from segmentation_platform_tests.support.stores import clean_lines, halves_of, raw_lines_of


def all_loads(database: Database) -> int:
    with database.connect() as connection:
        row = connection.execute("SELECT count(*) FROM warehouse.loads").fetchone()
    assert row is not None
    return int(str(row[0]))


def assert_as_if_read_at_once(database: Database, night: Night, lines: pd.DataFrame, folder: Path) -> None:
    """What is cleaned is the same as if the lines had come in one file."""
    grown = cleaned(database)
    write(folder, "whole.csv", lines)
    assert night(folder / "whole.csv", ledger="whole") == ""
    pd.testing.assert_frame_equal(cleaned(database), grown)


def test_a_file_more_in_the_folder_is_read_and_no_other(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path, tmp_path: Path
) -> None:
    for name, first, end in (("1.csv", 0, 1_500), ("2.csv", 1_500, 2_400), ("3.csv", 2_400, 3_000)):
        write(exports, name, shop[first:end])
        assert night() == ""
    assert read_from(database) == {"1.csv": 1_500, "2.csv": 900, "3.csv": 600}
    assert all_loads(database) == 3
    assert night() == "", "nothing new"
    assert all_loads(database) == 3
    assert_as_if_read_at_once(database, night, shop, tmp_path)


def test_channels_and_hashes_come_to_the_clean_lines_of_files_old_and_new_and_no_address_is_kept(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path
) -> None:
    number = shop["InvoiceNo"].str.extract(r"(\d+)")[0].fillna("0").astype(int)
    address = "Buyer" + shop["CustomerID"].fillna("").str.strip() + "@Mail.test "
    shop["Channel"] = number.map(lambda invoice: ("Web", "Store", "Marketplace")[invoice % 3])
    shop["Email"] = address.where(shop["CustomerID"].fillna("").str.strip() != "", None)
    for name, first, end in (("1.csv", 0, 2_500), ("2.csv", 2_500, 3_000)):
        write(exports, name, shop[first:end])
        assert night() == ""
    raw = raw_lines_of(database).astype("str")
    assert len(raw) == 3_000
    assert not raw.apply(lambda column: column.str.contains("@")).any(axis=None)
    clean = clean_lines(database)
    invoices = clean["invoice"].str.extract(r"(\d+)")[0].astype(int)
    assert (clean["channel"] == invoices.map(lambda invoice: ("Web", "Store", "Marketplace")[invoice % 3])).all()
    known = clean[clean["customer_id"].notna()]
    addresses = ("buyer" + known["customer_id"] + "@mail.test").map(
        lambda text: hashlib.sha256(text.encode()).hexdigest()
    )
    assert (known["email_hash"] == addresses).all()
    assert known["load_id"].nunique() == 2


def test_exports_that_overlap_are_merged_whatever_the_night_they_came_in(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path, tmp_path: Path
) -> None:
    write(exports, "b.csv", shop[1_000:2_200])
    assert night() == ""
    write(exports, "c.csv", shop[1_900:3_000])
    write(exports, "a.csv", shop[:1_300])
    assert night() == ""
    rejected = tables.read_frame(database, RejectedSales)
    assert (rejected["reason"] == "superseded_line").sum() > 0
    balances = row_balances(DuckDBEngine(), halves_of(database))
    assert [balance.raw for balance in balances] == [1_200, 1_300, 1_100]
    assert all(each.raw == each.clean + each.rejected for each in balances)
    assert_as_if_read_at_once(database, night, shop, tmp_path)


def test_a_file_that_grew_takes_the_place_of_what_was_read_from_its_path(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path, tmp_path: Path
) -> None:
    write(exports, "sales.csv", shop[:2_000])
    assert night(exports / "sales.csv") == ""
    write(exports, "sales.csv", shop)
    assert night(exports / "sales.csv") == ""
    assert read_from(database) == {"sales.csv": 3_000}
    assert all_loads(database) == 2, "what was read before is kept"
    assert_as_if_read_at_once(database, night, shop, tmp_path)


def test_a_path_that_always_has_the_latest_days_adds_them(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path, tmp_path: Path
) -> None:
    for first, end in ((0, 1_500), (1_200, 2_200), (2_000, 3_000)):
        write(exports, "latest.csv", shop[first:end])
        assert night(exports / "latest.csv") == ""
    assert sorted(load.lines for load in loads.loads_of(database, "shop")) == [1_000, 1_000, 1_500]
    assert_as_if_read_at_once(database, night, shop, tmp_path)


def test_an_export_that_was_cut_short_is_a_question_and_changes_nothing(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path
) -> None:
    write(exports, "sales.csv", shop)
    assert night(exports / "sales.csv") == ""
    write(exports, "sales.csv", shop[:1_400])
    said = night(exports / "sales.csv")
    assert "has 1,400 lines" in said
    assert "3,000" in said
    assert "--part" in said
    assert "--whole" in said
    assert read_from(database) == {"sales.csv": 3_000}
    assert night(exports / "sales.csv", relation="whole") == ""
    assert read_from(database) == {"sales.csv": 1_400}


def test_a_month_named_beside_the_ledger_is_added(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path, tmp_path: Path
) -> None:
    write(exports, "two_years.csv", shop[:2_500])
    write(exports, "month.csv", shop[2_500:])
    assert night(exports / "two_years.csv") == ""
    assert night(exports / "month.csv") == ""
    assert read_from(database) == {"two_years.csv": 2_500, "month.csv": 500}
    assert_as_if_read_at_once(database, night, shop, tmp_path)


def test_a_file_of_which_nothing_is_known_is_a_question_with_an_answer_that_works(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path
) -> None:
    write(exports, "ledger.csv", shop[:2_000])
    other = shop[2_000:].copy()
    other["CustomerID"] = other["CustomerID"].map("9{}".format, na_action="ignore")
    other["StockCode"] = other["StockCode"].str.replace("^(.)(.)", r"\2\1", regex=True)
    write(exports, "other.csv", other)
    assert night(exports / "ledger.csv") == ""
    assert "another shop" in night(exports / "other.csv")
    assert read_from(database) == {"ledger.csv": 2_000}
    assert night(exports / "other.csv", ledger="other shop") == ""
    assert read_from(database) == {"other.csv": 1_000}
    assert night(exports / "other.csv", ledger="shop", relation="part") == ""
    assert read_from(database) == {"ledger.csv": 2_000, "other.csv": 1_000}


def test_a_file_under_another_name_is_not_read_again_and_one_that_is_gone_keeps_its_lines(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path
) -> None:
    write(exports, "1.csv", shop[:1_500])
    write(exports, "2.csv", shop[1_500:])
    assert night() == ""
    before = cleaned(database)
    (exports / "1.csv").rename(exports / "january.csv")
    (exports / "copy.csv").write_bytes((exports / "2.csv").read_bytes())
    assert night() == ""
    (exports / "2.csv").unlink()
    (exports / "copy.csv").unlink()
    assert night() == ""
    assert all_loads(database) == 2
    pd.testing.assert_frame_equal(cleaned(database), before)


def test_late_lines_for_an_old_day_are_counted_on_that_day(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path, tmp_path: Path
) -> None:
    late = shop["InvoiceNo"].isin(shop["InvoiceNo"][700:760])
    write(exports, "1.csv", shop[~late])
    assert night() == ""
    write(exports, "late.csv", shop[late])
    assert night() == ""
    assert_as_if_read_at_once(database, night, shop, tmp_path)


def test_one_bad_file_among_new_ones_is_refused_and_nothing_of_them_is_read(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path
) -> None:
    write(exports, "1.csv", shop[:1_500])
    assert night() == ""
    write(exports, "2.csv", shop[1_500:2_000])
    write(exports, "3.csv", shop[2_000:].rename(columns={"Quantity": "Pieces of it"}))
    assert "Quantity" in night()
    assert read_from(database) == {"1.csv": 1_500}
    assert all_loads(database) == 1


def test_codes_of_another_kind_than_the_ledger_had_are_asked_about_and_the_setting_keeps_them(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path
) -> None:
    write(exports, "1.csv", shop[:2_000])
    assert night() == ""
    write(exports, "2.csv", shop[2_000:].assign(StockCode=lambda lines: "ART-" + lines["StockCode"].astype(str)))
    said = night()
    assert "have product codes that are not like" in said
    assert 'pattern = ""' in said
    assert read_from(database) == {"1.csv": 2_000}
    assert night(products=ProductRules(pattern="")) == ""
    codes = clean_lines(database)["stock_code"]
    assert codes.str.startswith("ART-").sum() > 900


def test_the_whole_of_one_file_takes_the_place_of_that_file_and_lines_of_files_that_are_gone_stay(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path
) -> None:
    for name, first, end in (("1.csv", 0, 1_000), ("2.csv", 1_000, 2_000), ("3.csv", 2_000, 3_000)):
        write(exports, name, shop[first:end])
    assert night() == ""
    (exports / "1.csv").unlink()
    write(exports, "2.csv", shop[1_000:1_500])
    assert "What it is to those" in night()
    assert night(relation="whole") == ""
    assert read_from(database) == {"1.csv": 1_000, "2.csv": 500, "3.csv": 1_000}
    before = cleaned(database)
    assert night(products=ProductRules(digits=5)) == "", "all that is there is inspected again"
    assert read_from(database) == {"1.csv": 1_000, "2.csv": 500, "3.csv": 1_000}
    pd.testing.assert_frame_equal(cleaned(database), before)


def test_the_whole_of_a_file_that_did_not_change_takes_out_what_was_added_to_it(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path, tmp_path: Path
) -> None:
    write(exports, "sales.csv", shop[:1_500])
    assert night(exports / "sales.csv") == ""
    write(tmp_path, "more.csv", shop[1_500:3_000])
    assert night(tmp_path / "more.csv", relation="part") == ""
    assert read_from(database) == {"sales.csv": 1_500, "more.csv": 1_500}
    assert night(exports / "sales.csv", relation="whole") == ""
    assert read_from(database) == {"sales.csv": 1_500}


def test_lines_that_a_later_file_has_no_more_are_told_and_give_way_where_that_is_set(
    night: Night, database: Database, shop: pd.DataFrame, exports: Path
) -> None:
    write(exports, "1.csv", shop[:2_600])
    corrected = shop[2_300:].reset_index(drop=True)
    corrected["Quantity"] = corrected["Quantity"].where(corrected.index % 7 != 0, "99")
    write(exports, "2.csv", corrected)
    assert night() == ""
    beside = facts.beside_later_lines(DuckDBEngine(), clean_lines(database))
    assert beside.lines > 20
    assert beside.money > 0.001
    assert night(lines=Lines(identical="errors", earlier="replaced")) == ""
    assert facts.beside_later_lines(DuckDBEngine(), clean_lines(database)) == Beside(0, 0.0)
