"""A query as people type it → folded words to search with. Deeper understanding builds on this module."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from unicodedata import normalize

from knowledge.curated import read_yaml
from knowledge.search.foreign import ForeignWords, load_foreign_words
from knowledge.search.life import load_life, meanings
from knowledge.search.phrases import PhraseFinder
from knowledge.settings import CONTENT_DIR
from knowledge.text import bigrams, fold, typed_words

LEXICON_DIR = CONTENT_DIR / "lexicon"
_AGE = re.compile(r" (\d{1,2}) tu[oi]{1,2} ")
_GROWN_AT, _ADULT_AT = 14, 18


@dataclass(frozen=True)
class Lexicon:
    """What knowledge/content/lexicon says, folded.

    abbreviations: one word → words, folded. readings: the same, and several where a word is ambiguous, with marks
    where known. phrases: phrase → official words added beside it. foreign: how people tell of other countries.
    small: words that carry the conversation; asking: these and the words of asking.
    pairs: two words of which neither is small beside the other ("khai tử", "sổ đỏ", "sao y").
    """

    abbreviations: dict[str, str]
    readings: dict[str, tuple[str, ...]]
    phrases: tuple[tuple[str, str], ...]
    small: frozenset[str]
    asking: frozenset[str]
    pairs: frozenset[str]
    foreign: ForeignWords

    @cached_property
    def finder(self) -> PhraseFinder:
        """The phrases by their first word; the label of each is its official words."""
        by_official: dict[str, list[str]] = {}
        for phrase, official in self.phrases:
            by_official.setdefault(official, []).append(phrase)
        return PhraseFinder(by_official)

    def saying(self, phrases: Iterable[tuple[str, str]]) -> Lexicon:
        """Return this lexicon with `phrases` → official words, as typed, in place of its own.

        A phrase is met as it is written and with its abbreviations written out, as those of a question are.
        """
        folded: dict[str, str] = {}
        for phrase, official in phrases:
            words_of = fold(official)
            folded |= {fold(phrase): words_of, " ".join(expand_abbreviations(phrase, self)): words_of}
        return replace(self, phrases=tuple(folded.items()))


@lru_cache(maxsize=1)
def load_lexicon(folder: Path = LEXICON_DIR) -> Lexicon:
    """Read the lexicon files once."""
    readings = {
        normalize("NFC", str(key).lower()): tuple(map(str, value if isinstance(value, list) else [value]))
        for key, value in read_yaml(folder / "abbreviations.yml").items()
    }
    short = {key: fold(value[0]) for key, value in readings.items()}
    words_of = read_yaml(folder / "small_words.yml")
    small = frozenset(map(str, words_of["small"]))
    asking = small | frozenset(map(str, words_of["asking"]))
    pairs = frozenset(map(str, words_of["pairs"]))
    foreign = load_foreign_words(folder / "countries.yml")
    return Lexicon(short, readings, (), small, asking, pairs, foreign).saying(meanings(load_life(folder / "life.yml")))


def expand_abbreviations(text: str, lexicon: Lexicon) -> list[str]:
    """Return the folded words of `text`, abbreviations written out. Codes and numbers stay as typed.

    An abbreviation counts as it is typed: "hông" is "không", "hồng" is not; nor is "hong" after "so".
    """
    expanded: list[str] = []
    for typed in typed_words(text):
        word = _folded(typed)
        protected = bool(expanded) and f"{expanded[-1]} {word}" in lexicon.pairs
        expanded += [word] if protected else lexicon.abbreviations.get(typed, word).split()
    return expanded


@lru_cache(maxsize=20_000)
def _folded(typed: str) -> str:
    """Titles are made of some thousand words: each is folded once."""
    return fold(typed)


def added_words(tokens: list[str], lexicon: Lexicon) -> list[str]:
    """Return the official words that the everyday phrases in `tokens` stand for, and those of an age."""
    added = _age_words(f" {' '.join(tokens)} ")
    for official in dict.fromkeys(match.label for match in lexicon.finder.find(tokens)):
        added += official.split()
    return added + lexicon.foreign.means.split() if lexicon.foreign.stand_in(tokens) else added


def _age_words(text: str) -> list[str]:
    """Procedures tell younger from older children at 14 ("15 tuổi" → "từ đủ 14 tuổi trở lên"); adults need no word."""
    age = _AGE.search(text)
    if age is None or int(age.group(1)) >= _ADULT_AT:
        return []
    words_of = "duoi 14 tuoi" if int(age.group(1)) < _GROWN_AT else "tu du 14 tuoi tro len"
    return words_of.split()


def content_words(tokens: list[str]) -> list[str]:
    """Return `tokens` without small words, or all of them when nothing else is left."""
    lexicon = load_lexicon()
    return _without(tokens, lexicon.small, lexicon.pairs) or tokens


def subject_words(tokens: list[str]) -> list[str]:
    """Return the words that can name a matter; none in a question that leans on the one before."""
    lexicon = load_lexicon()
    return _without(tokens, lexicon.asking, lexicon.pairs)


def _without(tokens: list[str], dropped: frozenset[str], pairs: frozenset[str]) -> list[str]:
    kept = []
    for place, token in enumerate(tokens):
        before = f"{tokens[place - 1]} {token}" if place else ""
        after = f"{token} {tokens[place + 1]}" if place + 1 < len(tokens) else ""
        if token not in dropped or before in pairs or after in pairs:
            kept.append(token)
    return kept


def terms(tokens: list[str]) -> list[str]:
    """Return words and neighbouring pairs: what the word index counts."""
    return [*tokens, *bigrams(tokens)]
