"""What an inspection writes into settings: read back it gives the same, and what is doubtful is asked again."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.files import identify
from segmentation_platform.ledger.inspection import Given, Inspection, inspect, page, refusal, short
from segmentation_platform.ledger.inspection.writing import write_profile
from segmentation_platform.ledger.profile.model import Profile
from segmentation_platform_tests.support.exports.books import write_csv
from segmentation_platform_tests.support.exports.reading import TODAY, inspected, numbers_of
from segmentation_platform_tests.support.exports.rows import (
    PLAIN,
    Columns,
    Sale,
    but,
    mail,
    money,
    named,
    sales_and_returns,
    some_sales,
    table,
    without,
)

GERMAN = ("Belegnummer", "Artikel-Nr.", "Artikelbezeichnung", "Menge", "Belegdatum", "VK-Preis", "Kunden-Nr.", "Land")
CLEAR: dict[str, Columns] = {
    "plain": PLAIN,
    "german": named(
        but(
            unit_price=lambda sale: f"{money(sale.cents, ',', '.')} €",
            sold_at=lambda sale: f"{sale.moment:%d.%m.%y %H:%M}",
        ),
        *GERMAN,
    ),
    "totals": named(
        but(unit_price=lambda sale: money(sale.worth)), *[*PLAIN][:5], "Line Total", "Client ID", "Country"
    ),
    "statuses": {**PLAIN, "Order Status": lambda sale: "Cancelled" if sale.order % 5 == 0 else "Paid"},
    "mails": but(client_id=lambda sale: mail(sale).upper() if sale.order % 2 else mail(sale) or "guest"),
    "credit notes": but(order_no=lambda sale: f"{'RET' if sale.quantity < 0 else ''}{700_000 + sale.order}"),
    "currency": {**PLAIN, "Currency": lambda _: "EUR"},
}
DOUBTFUL: dict[str, Columns] = {
    "no customers": without(PLAIN, "Client ID"),
    "unknown status": {**PLAIN, "Order Status": lambda sale: "Zombie" if sale.order % 5 == 0 else "Paid"},
    "currencies": {**PLAIN, "Currency": lambda sale: "USD" if sale.order % 3 == 0 else "EUR"},
    "shortened": but(client_id=lambda _: "4.82910E+15"),
    "case": but(client_id=lambda sale: f"{'kd' if sale.order % 2 else 'KD'}{sale.customer}"),
    "days": but(sold_at=lambda sale: f"0{1 + sale.order % 3}/0{4 + sale.order % 2}/2024"),
    "thousands": but(unit_price=lambda sale: f"{1 + sale.cents // 100}.{sale.cents % 900 + 100}"),
    "repeats": but(),
}


def file_of(folder: Path, columns: Columns, sales: list[Sale] | None = None) -> Path:
    sales = sales_and_returns(201) if sales is None else sales
    return write_csv(folder, table(sales, columns), ";")


def written(found: Inspection, folder: Path, before: str = "") -> str:
    """The settings file after the profile was written into one."""
    path = folder / "segmentation.toml"
    path.write_text(before, encoding="utf-8")
    write_profile(found, path)
    return path.read_text(encoding="utf-8")


def again(found: Inspection, text: str) -> Inspection:
    """The inspection of the same file with what was written."""
    said = Profile.model_validate(tomllib.loads(text)["profile"])
    return inspect(DuckDBEngine(), identify(found.file.path), Given(said=said, today=TODAY))


@pytest.mark.parametrize("kind", list(CLEAR))
def test_a_profile_that_was_written_gives_the_same_figures_and_profile(kind: str, tmp_path: Path) -> None:
    found = inspected(file_of(tmp_path, CLEAR[kind]))
    assert not found.stopping
    second = again(found, written(found, tmp_path))
    assert numbers_of(second) == numbers_of(found)
    assert second.profile == found.profile
    assert not second.stopping


@pytest.mark.parametrize("kind", list(DOUBTFUL))
def test_what_stops_a_run_still_stops_it_after_it_was_written(kind: str, tmp_path: Path) -> None:
    sales = sales_and_returns(202)
    if kind == "repeats":
        sales = [sale for sale in sales for _ in range(1 + (sale.product % 2 and sale.quantity > 1))]
    found = inspected(file_of(tmp_path, DOUBTFUL[kind], sales))
    assert found.stopping
    second = again(found, written(found, tmp_path))
    assert [doubt.says for doubt in second.stopping] == [doubt.says for doubt in found.stopping]
    assert numbers_of(second) == numbers_of(found)


@pytest.mark.parametrize("kind", list(DOUBTFUL))
def test_every_setting_of_a_doubt_is_a_profile_and_settles_it(kind: str, tmp_path: Path) -> None:
    sales = sales_and_returns(203)
    if kind == "repeats":
        sales = [sale for sale in sales for _ in range(1 + (sale.product % 2 and sale.quantity > 1))]
    found = inspected(file_of(tmp_path, DOUBTFUL[kind], sales))
    for doubt in found.stopping:
        said = tomllib.loads(doubt.setting)["profile"]
        assert Profile.model_validate(said).model_fields_set
        if "name in the file" in doubt.setting or "another column" in doubt.setting:
            continue
        assert doubt.says not in [each.says for each in inspected(found.file.path, said).stopping]


def test_other_sections_and_their_comments_stay(tmp_path: Path) -> None:
    found = inspected(file_of(tmp_path, PLAIN))
    before = '# mine\n[paths]\nsales = "x.csv"  # here\n\n[profile]\ncountry = "old"\n'
    text = written(found, tmp_path, before)
    assert text.startswith('# mine\n[paths]\nsales = "x.csv"  # here\n')
    assert tomllib.loads(text)["profile"]["country"] == ""
    assert text.count("[profile]") == 1


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    found = inspected(file_of(tmp_path, PLAIN))
    text = written(found, tmp_path, "[paths]\n")
    assert written(found, tmp_path, text) == text


def test_doubts_stand_above_as_comments(tmp_path: Path) -> None:
    found = inspected(file_of(tmp_path, DOUBTFUL["unknown status"]))
    text = written(found, tmp_path)
    for doubt in found.stopping:
        assert f"# Doubtful: {doubt.says}" in text


@pytest.mark.parametrize("show", [page, lambda found: "\n".join(short(found))])
def test_what_was_found_is_shown_with_its_figures(show: Callable[[Inspection], str], tmp_path: Path) -> None:
    sales = some_sales(204)
    found = inspected(file_of(tmp_path, PLAIN, sales))
    assert f"{sum(sale.worth for sale in sales) / 100:,.2f}" in show(found)


def test_a_refusal_says_what_is_doubtful_how_much_hangs_on_it_and_what_decides_it(tmp_path: Path) -> None:
    found = inspected(file_of(tmp_path, DOUBTFUL["unknown status"]))
    text = refusal(found)
    for doubt in found.stopping:
        assert doubt.says in text
        assert f"{doubt.weight:.1%}" in text
        assert all(line in text for line in doubt.setting.splitlines())
