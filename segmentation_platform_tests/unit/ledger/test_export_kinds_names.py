"""Kinds of export whose names are written in other encodings and languages: products, headings, countries."""

from pathlib import Path

import pytest

from segmentation_platform.engine import DuckDBEngine
from segmentation_platform.ledger.in_memory import clean_file
from segmentation_platform.ledger.inspection import Given
from segmentation_platform.ledger.rules import CleaningRules
from segmentation_platform_tests.support.exports.books import write_csv
from segmentation_platform_tests.support.exports.reading import (
    TODAY,
    inspected,
    understood,
    understood_or_answered,
)
from segmentation_platform_tests.support.exports.rows import (
    PLAIN,
    but,
    money,
    named,
    right,
    some_sales,
    table,
    with_changed,
    without,
)

pytestmark = pytest.mark.variants

RUSSIAN = ("Номер заказа", "Артикул", "Наименование", "Количество", "Дата", "Цена", "Клиент", "")


# --- encodings ---

NAMES = {
    "cp1251": "Фартук льняной, Чайник синий, Ёлочная игрушка, Ваза стеклянная, Поднос большой, Свеча восковая",
    "koi8_r": "Фартук льняной, Чайник синий, Ваза стеклянная, Поднос большой, Свеча восковая, Ложка деревянная",
    "cp866": "Фартук льняной, Чайник синий, Ваза стеклянная, Поднос большой, Свеча восковая, Ложка деревянная",
    "cp1250 polish": "Żółty czajnik, Świeca dźwięczna, Łyżka mała, Talerz głęboki, Pościel biała, Ręcznik duży",
    "cp1250 czech": "Žlutý hrnek, Šálek řepka, Dřevěná miska kůň, Skleněná váza, Kávovar černý, Polštář růžový",
    "cp1250 hungarian": "Gyertyatartó zöld, Bögre őszi tölgy, Törölköző kék, Fűszertartó, Tányér mély, Kés éles",
    "cp1250 croatian": "Čaša velika, Žlica drvena, Nož kuhinjski, Šalica bijela, Ćilim vuneni, Tanjur dječji",
    "cp1250 romanian": "Lumânare albă, Faţă de masă, Pătură moale, Cană mică, Scăunel, Coş de pâine",
    "cp1252": "Chef’s apron – 5€, Crème brûlée dish, Café noisette, Grüne Schale, Señor jug, Rød vase",
    "cp1252 french": "Crème brûlée, Flûte à pain, Boîte à thé, Théière émaillée, Pâte à sucre, Plat goûter",
    "cp1252 german": "Große Schüssel, Küchentuch grün, Löffel schön, Türkranz, Gemüsebürste, Öllampe",
    "cp1252 portuguese": "Pão de queijo, Lençol, Botões, Coração vermelho, Colchão, Almofada de algodão",
    "cp1252 nordic": "Ærø kop, Rød vase, Smørkniv, Grøn skål, Blå dug, Lysestage på fod",
    "cp1253": "Ποτήρι νερού, Κερί λευκό, Δίσκος ξύλινος, Φλιτζάνι καφέ, Τραπεζομάντιλο, Κουτάλι",
    "cp1254": "Çaydanlık küçük, Şamdan gümüş, Ağaç kaşığı, Bardak altlığı, Kahve fincanı, Yastık kırmızı",
    "cp1257": "Žvakė balta, Puodelis ąžuolas, Lėkštė gili, Šaukštas, Rankšluostis, Staltiesė žalia",
    "iso8859_2": "Żółty czajnik, Świeca dźwięczna, Łyżka mała, Talerz głęboki, Pościel biała, Ręcznik duży",
    "utf-16": "Żółty czajnik, Фартук, 注文 bowl, Crème brûlée, Κερί, Bögre",
    "utf-8-sig": "Fancy 🎁 box, 二つ bowl, The “big” one, Żółty czajnik, Κερί, Фартук",
    "shift_jis": "青い茶碗, 木のお盆, ろうそく立て, ガラスの花瓶, 大きい皿, 小さい箱",
    "gb18030": "蓝色茶壶, 木制托盘, 玻璃花瓶, 蜡烛台, 大号盘子, 小盒子",
    "mac_roman": "Crème brûlée dish, Café noisette, Thé vert à la menthe, Pâte, Señor jug, Grüne Schale",
}
"""Names of products by their encoding and maybe language."""


@pytest.mark.parametrize("kind", NAMES)
def test_names_of_products_keep_their_letters_in_every_encoding(kind: str, tmp_path: Path) -> None:
    names = [f"{name} {number}" for name in NAMES[kind].replace("ß", "ss").split(", ") for number in range(6)]
    sales = with_changed(
        some_sales(20), lambda sale: {"name": names[sale.product % len(names)], "product": sale.product % len(names)}
    )
    path = write_csv(tmp_path, table(sales), ";", kind.split()[0])
    assert understood_or_answered(path).cents == right(sales).cents
    found = clean_file(DuckDBEngine(), path, Given(today=TODAY)).clean["description"].to_pylist()
    assert set(found) == {name.upper() for name in names}


def test_czech_headings_in_windows_1250_are_found(tmp_path: Path) -> None:
    sales = some_sales(20)
    czech = ("Číslo objednávky", "Kód zboží", "Název", "Množství", "Datum", "Cena za kus", "Zákazník", "Země")
    assert understood(write_csv(tmp_path, table(sales, named(PLAIN, *czech)), ";", "cp1250")) == right(sales)


def test_russian_headings_in_windows_1251_are_found(tmp_path: Path) -> None:
    sales = with_changed(some_sales(21), lambda sale: {"name": f"Фартук {sale.product}"})
    columns = named(but(unit_price=lambda sale: money(sale.cents, ",", "\u00a0")), *RUSSIAN)
    assert understood(write_csv(tmp_path, table(sales, columns), ";", "cp1251")) == right(sales)


def test_line_breaks_quotes_and_formulas_in_names_are_text(tmp_path: Path) -> None:
    odd = ('Tray "oak"', "=SUM(A1) mug", "Bowl\nlarge", "Rug, red; blue", "🎁 box", "-5 coaster")
    sales = with_changed(some_sales(22), lambda sale: {"name": f"{odd[sale.product % 6]} {sale.product}"})
    path = write_csv(tmp_path, table(sales), ",", "utf-8-sig")
    assert understood(path) == right(sales)
    products = clean_file(DuckDBEngine(), path, Given()).clean["description"].to_pylist()
    assert len(set(products)) == len({sale.name for sale in sales})


# --- countries ---

REGIONS = {"United Kingdom": "United Kingdom", "Germany": "Germany", "France": "France",
"Netherlands": "Rest of Europe",
           "United States": "Rest of world"}  # fmt: skip
SPELLINGS = {
    "iso2": ("GB", "DE", "FR", "NL", "US"),
    "iso3": ("GBR", "DEU", "FRA", "NLD", "USA"),
    "lower": ("gb", "de", "fr", "nl", "us"),
    "german": ("Vereinigtes Königreich", "Deutschland", "Frankreich", "Niederlande", "Vereinigte Staaten"),
    "polish": ("Wielka Brytania", "Niemcy", "Francja", "Holandia", "Stany Zjednoczone"),
    "spelled": ("UK", "GERMANY", "france", "The Netherlands", "U.S.A."),
}


@pytest.mark.parametrize("how", list(SPELLINGS))
def test_countries_lie_in_their_regions_however_they_are_written(how: str, tmp_path: Path) -> None:
    spelled = dict(zip(REGIONS, SPELLINGS[how], strict=True))
    sales = some_sales(23)
    path = write_csv(tmp_path, table(sales, but(country=lambda sale: spelled[sale.country])))
    assert understood(path) == right(sales)
    rules = CleaningRules(regions=("United Kingdom", "Germany", "France"))
    clean = clean_file(DuckDBEngine(), path, Given(rules=rules)).clean
    got = sorted(clean["region"].to_pylist())
    assert got == sorted(REGIONS[sale.country] for sale in sales)
    assert "Unknown" not in set(clean["continent"].to_pylist())


def test_a_shop_without_a_column_of_countries_is_understood_and_may_name_its_own(tmp_path: Path) -> None:
    sales = some_sales(24)
    path = write_csv(tmp_path, table(sales, without(PLAIN, "Country")))
    assert understood(path) == right(sales)
    said = inspected(path, {"country": "Portugal"}).profile
    assert said.country == "Portugal"
