"""The encoding of a text file, told from its bytes."""

import codecs
import re
from itertools import islice
from pathlib import Path

from charset_normalizer import from_bytes

from segmentation_platform.ledger.errors import LedgerError
from segmentation_platform.ledger.profile.layout import Layout

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CHUNK = 8 << 20
_CELL_END = re.compile(rb'[,;\t|"\r\n]')
_DIGITS = re.compile(rb"[0-9.]+")
_CELLS = 100_000
_LIKELY = "cp1252"
_MOSTLY = 0.8
_SHORT = 2
_OWN_SCRIPT = frozenset({"cp1251", "cp1253", "cp1255", "cp1256", "koi8_r", "cp866"})
_WIDE = ["shift_jis", "gb18030", "big5", "cp949", "euc_jp"]
"""Code pages of more bytes, told by charset-normalizer where no page of one byte explains the words."""

_HEBREW = "cp1255"
_HEBREW_SPELLING = re.compile("[^ךםןףץ]*[^כמנצ]|.", re.DOTALL)
"""Five Hebrew letters have a form for the end of a word, which stands there alone; loan words end in plain פ, too."""

_SIGNS = "₪€£¥©®™°²³½¼¾×±·•…–—‘’“”„‚«»§ªº№"
_LETTERS = {
    "da": "æøåéü", "de": "äöüßéèàê", "es": "áéíóúüñ¿¡", "et": "äöüõšž", "fi": "äöåéšž",
    "fr": "àâæçéèêëîïôœùûüÿ", "is": "áðéíóúýþæö", "it": "àèéìíòóùú", "nl": "áéëèïíóöüúij",
    "pt": "àáâãçéêíóôõúü", "sv": "äöåéüà",
    "cs": "áčďéěíňóřšťúůýžö", "hr": "čćđšž", "hu": "áéíóöőúüű", "pl": "ąćęłńóśźż", "ro": "ăâîşţșț",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "tr": "çğıiöşüâî", "lt": "ąčęėįšųūž", "lv": "āčēģīķļņšūž",
    "el": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ", "he": "אבגדהוזחטיכךלמםנןסעפףצץקרשת׳״־\u200e\u200f",
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإآؤئ",
}  # fmt: skip
"""Letters beyond ASCII by language; é of loan words is in most."""

_LANGUAGES_OF = {
    "cp1252": "de fr es it pt nl sv da fi is et",
    "cp1250": "pl cs sk hu hr ro",
    "cp1251": "ru uk",
    "cp1254": "tr",
    "cp1257": "lt lv et",
    "cp1253": "el",
    "iso8859_2": "pl cs sk hu hr ro",
    "iso8859_9": "tr",
    "cp850": "de fr es it pt nl sv da fi",
    "cp852": "pl cs sk hu hr ro",
    "mac_roman": "de fr es it pt nl sv da",
    "koi8_r": "ru",
    "cp866": "ru",
    "cp437": "de fr es it",
    "cp1255": "he",
    "cp1256": "ar",
}
"""Code pages, the likeliest first, and the languages that are written in them."""


def encoding_of(path: Path, layout: Layout) -> str:
    """The encoding of a text file: as it was said, else as it is detected."""
    return detect_encoding(path) if layout.encoding == "auto" else layout.encoding


def unreadable(encoding: str, error: Exception) -> LedgerError:
    """The error of a file that is no text of an encoding."""
    return LedgerError(
        f"The file can't be read as {encoding} text: {error}. "
        'Set its encoding in segmentation.toml, [profile.file] encoding = "auto" or another, or save it as UTF-8.'
    )


def detect_encoding(path: Path) -> str:
    """Tell the encoding of a text file.

    A byte order mark tells; else UTF-8 if the whole file is valid; else the code page under which the words that are
    not plain ASCII are words of a language that is written in it, letter by letter; else charset-normalizer. A pound
    or euro sign alone tells nothing: that is cp1252.

    Args:
        path: of a text file

    """
    with path.open("rb") as file:
        head = file.read(4)
        for mark, name in _BOMS.items():
            if head.startswith(mark):
                return name
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _of_one_byte(_strange_cells(path))
    return "utf-8"


def _strange_cells(path: Path) -> bytes:
    """Distinct cells that are not plain ASCII, a line each."""
    with path.open("rb") as file:
        cells = (cell for line in file if not line.isascii() for cell in _CELL_END.split(line))
        # A price with a pound sign is told once, not once for each price.
        strange = (_DIGITS.sub(b"", cell) for cell in cells if not cell.isascii())
        return b"\n".join(dict.fromkeys(islice(strange, _CELLS)))


def _of_one_byte(cells: bytes) -> str:
    """The code page under which most words with a strange character are words of one of its languages."""
    text = cells.decode(_LIKELY, errors="replace")
    if not any(character.isalpha() and not character.isascii() for character in text):
        return _LIKELY  # signs alone, such as a pound's, tell nothing
    words = [word for word in re.split(rb"[\s-]+", cells) if not word.isascii()]
    explained = {page: _explained(words, page, languages) for page, languages in _LANGUAGES_OF.items()}
    best = max(explained, key=lambda page: explained[page])  # the first of equals
    if best in _OWN_SCRIPT and explained[_HEBREW] >= explained[best] and _is_hebrew(words):
        best = _HEBREW
    if explained[best] >= _MOSTLY:
        return best
    found = from_bytes(cells, cp_isolation=_WIDE, threshold=0.5).best()
    return found.encoding if found else best


def _explained(words: list[bytes], page: str, languages: str) -> float:
    """Share of the words that could be words of a language of a code page."""
    alphabets = [
        frozenset(_LETTERS[language] + _LETTERS[language].upper() + _SIGNS) for language in languages.split()
    ]
    good = 0
    for word in words:
        try:
            text = word.decode(page)
        except UnicodeDecodeError:
            continue
        good += any(_is_word(text, alphabet, page) for alphabet in alphabets)
    return good / len(words)


def _is_hebrew(words: list[bytes]) -> bool:
    """Whether words are spelled as Hebrew is, with its final letters at their ends alone.

    The bytes of its letters are small letters of Cyrillic and of Greek in their code pages, so any Hebrew word could
    be one of theirs; one in five of theirs happens to be spelled so.
    """
    texts = (word.decode(_HEBREW, errors="replace").strip("\u200e\u200f׳״־.,;:!?()[]'") for word in words)
    return sum(bool(_HEBREW_SPELLING.fullmatch(text)) for text in texts) >= _MOSTLY * len(words)


def _is_word(text: str, alphabet: frozenset[str], page: str) -> bool:
    """Whether all strange characters are letters or signs of a language, in a case and a script that words have."""
    strange = {character for character in text if not character.isascii()}
    letters = "".join(character for character in text if character.isalpha())
    has_case = (
        letters[1:].islower() or letters.isupper() or len(letters) < _SHORT or not letters[1:].upper().isupper()
    )
    mixes_scripts = page in _OWN_SCRIPT and any(letter.isascii() for letter in letters)
    return strange <= alphabet and has_case and not mixes_scripts
