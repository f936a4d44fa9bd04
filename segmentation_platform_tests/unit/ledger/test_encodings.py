"""The encoding of a text file, told from its bytes."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentation_platform.ledger.files.encodings import detect_encoding
from segmentation_platform_tests.support.variants import examples

HEADING = "Order;Name;Price\n"


def found(folder: Path, content: bytes) -> str:
    """The encoding of a file of these bytes."""
    path = folder / "ledger.csv"
    path.write_bytes(content)
    return detect_encoding(path)


def read(folder: Path, text: str, encoding: str) -> str:
    """A text that was written in one encoding, as it is read in the one that is told."""
    content = text.encode(encoding)
    return content.decode(found(folder, content)).removeprefix("\ufeff")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
@pytest.mark.parametrize("text", ["plain", "Größe", "Фартук", "注文", "🎁 box", ""])
def test_a_byte_order_mark_or_valid_utf_8_tells(encoding: str, text: str, tmp_path: Path) -> None:
    assert read(tmp_path, HEADING + text, encoding) == HEADING + text


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_in_utf_8_is_read_as_it_is(text: str, tmp_path: Path) -> None:
    assert read(tmp_path, HEADING + text, "utf-8") == HEADING + text


@given(content=st.binary(max_size=400))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(60))
def test_any_bytes_have_an_encoding_that_python_knows(content: bytes, tmp_path: Path) -> None:
    assert "".encode(found(tmp_path, content)) is not None


@pytest.mark.parametrize("sign", ["£", "€", "’", "–", "°", "½", "®"])
def test_a_sign_alone_is_taken_for_western_europe(sign: str, tmp_path: Path) -> None:
    text = HEADING + f"1;Tin {sign} 5;2.50\n" * 20
    assert read(tmp_path, text, "cp1252") == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Фартук льняной\nЧайник синий\nВаза стеклянная\nЛожка\n"),
        ("koi8_r", "Фартук льняной\nЧайник синий\nВаза стеклянная\nЛожка\n"),
        ("cp866", "Фартук льняной\nЧайник синий\nВаза стеклянная\nЛожка\n"),
        ("cp1253", "Ποτήρι νερού\nΚερί λευκό\nΔίσκος ξύλινος\n"),
        ("shift_jis", "青い茶碗\n木のお盆\nろうそく立て\n"),
        ("gb18030", "蓝色茶壶\n木制托盘\n玻璃花瓶\n"),
        ("cp1252", "Crème brûlée\nFlûte à pain\nThéière émaillée\n"),
        ("cp1252", "Ålesund ljus\nGrön vas\nRød skål\n"),
        ("cp1252", "España niño\nCañón\nPão de queijo\n"),
        ("cp1250", "Żółty czajnik\nŚwieca dźwięczna\nKubek łąka\n"),
        ("cp1250", "Bögre őszi tölgy\nTörölköző kék\nFűszertartó\n"),
    ],
)
def test_words_of_a_language_tell(encoding: str, text: str, tmp_path: Path) -> None:
    text = HEADING + "".join(f"1;{name};2.50\n" for name in text.splitlines())
    assert read(tmp_path, text, encoding) == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Küche\nCrème brûlée\n"),
        ("cp1252", "Õun\nSööt\nTüdruk\nPõrand\n"),
        ("cp1250", "Lumânare albă\nFaţă de masă\nPătură\n"),
        ("cp1254", "Çaydanlık küçük\nŞamdan gümüş\nAğaç kaşığı\nBardak altlığı\nKahve fincanı\nYastık kırmızı\n"),
        ("cp1255", "כוס קפה\nנר לבן\n"),
        ("cp1255", "מנורה 20 ₪\nקופסה לתה\nקליפ\nמפה לשולחן\n"),
        ("cp1251", "чайник синий\nваза\nдерева\nсвеча из воска\n"),
        ("cp1253", "ποτήρι νερού\nκερί λευκό\n"),
        ("cp1257", "Žvakė balta\nPuodelis ąžuolas\nLėkštė\n"),
        ("cp1251", "Фартук\n"),
        ("koi8_r", "Лампа\n"),
    ],
)
def test_words_of_other_languages_tell_too(encoding: str, text: str, tmp_path: Path) -> None:
    text = HEADING + "".join(f"1;{name};2.50\n" for name in text.splitlines())
    assert read(tmp_path, text, encoding) == text


def test_a_strange_cell_far_down_in_the_file_is_seen(tmp_path: Path) -> None:
    text = HEADING + "1;Mug;2.50\n" * 60_000 + "1;Théière à café;2.50\n"
    assert read(tmp_path, text, "cp1252") == text
