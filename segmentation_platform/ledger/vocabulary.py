"""Product types told from a ledger's own descriptions, in any language and script.

A category is a word that many descriptions share, a type of it two words that stand together. Categories are picked
one after the other: the one that covers the most revenue that none before covers. What a product is decides its price
more than its colour or its pattern does, so words whose products cost about the same come before words whose products
cost anything; words that seldom begin or end a description, such as prepositions, name nothing.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

ENOUGH: Final = 0.75
"""Share of the revenue that types must cover, as far as it has descriptions."""
_PLENTY: Final = 0.92
_MOST: Final = 40
_FEWEST: Final = 3
"""Descriptions that must share a type, unless too much would be without one."""
_SHARE: Final = 0.001
_EDGE: Final = 0.3
"""Share of its places at the beginning or the end of a description that a word must have to name a product."""
_COMMON: Final = 0.2
_TELLING: Final = 30
"""Descriptions from which on it tells something how many of them share a word."""
_ANY_PRICE: Final = 0.2
_UNLIKE: Final = 0.1
_CLEARLY: Final = 0.05
Floats: TypeAlias = npt.NDArray[np.float64]
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]{2,}"
)
"""Scripts that write words without a space between them: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
_PLURALS: Final = ("S", "ES", "N", "EN", "E", "X", "I", "Ы", "И", "А", "Я")


@dataclass(frozen=True)
class Vocabulary:
    """Words that name a ledger's products.

    Attributes:
        categories: words in upper case, the first that a description has counts
        types: pairs of words, one of which is a category; likewise

    """

    categories: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    def kind_of(self, description: str) -> tuple[str, str] | None:
        """Category and type of a description; None where no word of it names one."""
        words = [self._singular.get(word, word) for word in _words(description)]
        there = set(words)
        category = next((each for each in self.categories if each in there), None)
        if category is None:
            return None
        pairs = {pair for pair in map(" ".join, pairwise(words)) if category in pair.split(" ")}
        return category, next((each for each in self.types if each in pairs), category)

    @cached_property
    def _singular(self) -> dict[str, str]:
        """The category that another form of its word stands for."""
        forms = {each + ending: each for each in self.categories for ending in _PLURALS}
        return {form: each for form, each in forms.items() if form not in self.categories}


@dataclass(frozen=True)
class Sold:
    """What a description sold.

    Attributes:
        revenue: of all its sales
        price: usual price of a unit

    """

    revenue: float
    price: float = 1.0


def learn(sold: Mapping[str, Sold], before: Vocabulary | None = None) -> Vocabulary:
    """Learn what a ledger's products are called.

    Args:
        sold: what each description sold
        before: what was learned before; it stays, and as long as it covers enough nothing is added

    """
    known = before or Vocabulary()
    left = {text: each for text, each in sold.items() if known.kind_of(text) is None}
    total, without = (sum(each.revenue for each in some.values()) for some in (sold, left))
    if before is not None and without <= (1 - ENOUGH) * total:
        return before
    candidates = _Candidates(left)
    picked = _pick(candidates, total, without)
    return Vocabulary((*known.categories, *picked), (*known.types, *candidates.pairs_with(picked)))


class _Candidates:
    """Words and pairs of descriptions, with the descriptions that have them."""

    def __init__(self, sold: Mapping[str, Sold]) -> None:
        self.revenue = [each.revenue for each in sold.values()]
        prices = np.log([max(each.price, 1e-9) for each in sold.values()])
        words = _without_common(_singular([_words(text) for text in sold]), prices)
        edge = _head_edge(words, prices)
        self.heads = [each[edge] if each else "" for each in words]
        edges, places = Counter(self.heads), Counter[str]()
        self.texts: dict[str, list[int]] = defaultdict(list)
        self.pairs: Counter[str] = Counter()
        for number, each in enumerate(words):
            places.update(each)
            self.pairs.update(set(map(" ".join, pairwise(each))))
            for word in dict.fromkeys(each):
                self.texts[word].append(number)
        # Pairs of letters stand anywhere in a description without spaces.
        at_edge = {word: 1.0 if _UNSPACED.fullmatch(word) else edges[word] / places[word] for word in self.texts}
        self.names = {
            word: at_edge[word] * _alike(prices[numbers], prices)
            for word, numbers in self.texts.items()
            if at_edge[word] >= _EDGE
        }

    def weight(self, word: str, is_left: Sequence[bool]) -> float:
        """Revenue without a category that a word would cover, weighed by how well it names what a product is."""
        if word not in self.names:
            return 0.0
        return self.names[word] * sum(self.revenue[number] for number in self.texts[word] if is_left[number])

    def pairs_with(self, categories: Sequence[str]) -> list[str]:
        """Pairs that enough descriptions share, with one of the categories; those that most share first."""
        chosen = set(categories)
        return [
            pair
            for pair, texts in sorted(self.pairs.items(), key=lambda item: (-item[1], item[0]))
            if texts >= _FEWEST and not chosen.isdisjoint(pair.split(" "))
        ]


def _alike(some: Floats, all_of_them: Floats) -> float:
    """How much nearer to each other some prices are than all are: from a tenth, for not at all, to 1."""
    spread = float(np.std(all_of_them))
    if len(some) < 2 or spread == 0:
        return _UNLIKE
    return max(_UNLIKE, 1 - float(np.std(some)) / spread)


def _pick(candidates: _Candidates, total: float, without: float) -> list[str]:
    """Types that cover nearly all revenue; each of many descriptions, while enough is covered so."""
    texts = len(candidates.revenue)
    fewest = max(_FEWEST, _SHARE * texts)
    many = [word for word, numbers in candidates.texts.items() if len(numbers) >= fewest]
    is_left = [True] * texts
    picked: list[str] = []
    while len(picked) < _MOST and without > (1 - _PLENTY) * total:
        best = max(many, key=lambda word: (candidates.weight(word, is_left), word), default="")
        if not best or candidates.weight(best, is_left) <= 0:
            break
        picked.append(best)
        without -= _cover(candidates, best, is_left)
    heads = sorted(range(texts), key=lambda number: -candidates.revenue[number])
    for number in heads:
        if without <= (1 - ENOUGH) * total:
            break
        if is_left[number] and candidates.heads[number]:
            picked.append(candidates.heads[number])
            without -= _cover(candidates, candidates.heads[number], is_left)
    return picked


def _cover(candidates: _Candidates, word: str, is_left: list[bool]) -> float:
    covered = 0.0
    for number in candidates.texts[word]:
        if is_left[number]:
            covered += candidates.revenue[number]
            is_left[number] = False
    return covered


def _singular(texts: list[list[str]]) -> list[list[str]]:
    """The words, the shorter form of each of which there are two."""
    counts = Counter(word for words in texts for word in set(words))
    stems = {
        stem + ending: stem for stem in counts if len(stem) > 2 for ending in _PLURALS if stem + ending in counts
    }
    return [[stems.get(word, word) for word in words] for words in texts]


def _without_common(texts: list[list[str]], prices: Floats) -> list[list[str]]:
    """The words without those of many descriptions whose products cost anything, such as sizes: they tell little."""
    if len(texts) < _TELLING:
        return texts
    places: dict[str, list[int]] = defaultdict(list)
    for number, words in enumerate(texts):
        for word in set(words):
            places[word].append(number)
    common = {
        word
        for word, numbers in places.items()
        if len(numbers) > _COMMON * len(texts) and _alike(prices[numbers], prices) <= _ANY_PRICE
    }
    return [[word for word in words if word not in common] or words for words in texts]


def _head_edge(texts: list[list[str]], prices: Floats) -> int:
    """Where descriptions say what a thing is: 0 at their beginning (taza roja), -1 at their end (red mug).

    It is where words explain more of the prices; at the end, where that tells nothing.
    """
    several = [number for number, words in enumerate(texts) if len(words) > 1]
    first, last = (_explained([texts[number][edge] for number in several], prices[several]) for edge in (0, -1))
    return 0 if first > last + _CLEARLY else -1


def _explained(words: list[str], prices: Floats) -> float:
    """Share of the variance of log prices that words explain, adjusted for their number; 0 where nothing tells."""
    frame = pd.DataFrame({"word": words, "price": prices})
    frame = frame[frame.groupby("word")["price"].transform("size") >= _FEWEST]
    rows, kinds = len(frame), frame["word"].nunique()
    if rows <= kinds or rows < 2 or frame["price"].std() == 0:
        return 0.0
    within = ((frame["price"] - frame.groupby("word")["price"].transform("mean")) ** 2).sum() / (rows - kinds)
    return float(1 - within / frame["price"].var())


def _words(text: str) -> list[str]:
    found: list[str] = []
    for word in _WORD.findall(text.upper()):
        found += _pieces(word)
    return [word for word in found if len(word) > 1]


def _pieces(word: str) -> Iterator[str]:
    """A word; of one that is several written together, all pairs of its letters."""
    if _UNSPACED.fullmatch(word):
        yield from (word[place : place + 2] for place in range(len(word) - 1))
    else:
        yield word
