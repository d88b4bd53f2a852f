"""Names of people that are typed in small letters, with or without diacritics; rules, measured in tests/unit/console.

A family name alone says little ("hồ sơ", "lê phí"): a name is taken for one after "tên", after "là", or where a middle
name such as "văn", "thị" follows. In a text without any diacritics "là" is no sign, since "la do" is no name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from knowledge.curated import read_yaml
from knowledge.text import fold

WORDS_FILE = Path(__file__).with_name("small_names.yml")
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_REST = 3
_JOINS = (" ", ": ", ":")


@dataclass(frozen=True)
class _Words:
    """The lists, as they are typed in one of the two ways."""

    families: frozenset[str]
    middles: frozenset[str]
    tellers: frozenset[str]
    between: frozenset[str]
    stops: frozenset[str]
    pairs: frozenset[str]


@dataclass(frozen=True)
class _Text:
    """A text's words. marked: whether it has diacritics; joins: what stands behind each word but the last."""

    words: tuple[str, ...]
    joins: tuple[str, ...]
    marked: bool

    @property
    def lists(self) -> _Words:
        return _lists(self.marked)


def small_names(text: str) -> list[tuple[int, int]]:
    """Return where names in small letters begin and end."""
    spans = [found.span() for found in _WORD.finditer(text)]
    words = tuple(text[begins:until] for begins, until in spans)
    joins = tuple(text[one[1] : other[0]] for one, other in pairwise(spans))
    read, found, first = _Text(words, joins, fold(text) != text.lower()), [], 0
    while first < len(words):
        count = _length(read, first) if words[first].islower() else 0
        if count:
            found.append((spans[first][0], spans[first + count - 1][1]))
        first += max(1, count)
    return found


def _length(text: _Text, first: int) -> int:
    """How many words the name that begins here has; 0 where none does."""
    lists, word, rest = text.lists, text.words[first], list(_rest(text, first))
    named, is_family = len(_named(lists, rest)), word in lists.families
    if is_family and named >= 2 and rest[0] in lists.middles:
        return 1 + named
    if " ".join(text.words[first : first + 2]) in lists.pairs:
        return 0
    if _is_told(text, first):
        if is_family and rest:
            return 1 + max(1, named)
        return 0 if word in lists.stops else 1 + min(named, 2)
    after_is = text.marked and first > 0 and text.words[first - 1] == "là" and text.joins[first - 1] == " "
    return 1 + named if after_is and is_family and named >= 2 else 0


def _rest(text: _Text, first: int) -> Iterator[str]:
    """The words behind, as long as only a blank stands between."""
    for place in range(first + 1, min(first + 1 + _LONGEST_REST, len(text.words))):
        if text.joins[place - 1] != " " or not text.words[place].islower():
            return
        yield text.words[place]


def _named(lists: _Words, rest: list[str]) -> list[str]:
    """The part of what follows that belongs to the name: a middle name may look like a common word."""
    kept: list[str] = []
    for place, word in enumerate(rest):
        if word in lists.stops and not (place == 0 and word in lists.middles):
            break
        kept.append(word)
    return kept


def _is_told(text: _Text, first: int) -> bool:
    """Whether "tôi tên (là) …", "tên: …", "họ tên …" stands before."""
    lists, place = text.lists, first - 1
    while place >= 0 and text.words[place].lower() in lists.between:
        place -= 1
    if place < 0 or text.words[place].lower() not in ("tên", "ten") or first - place > 3:
        return False
    if any(join not in _JOINS for join in text.joins[place:first]):
        return False
    owner = text.words[place - 1].lower() if place else ""
    return first - place > 1 or ":" in text.joins[first - 1] or owner in lists.tellers


@lru_cache(maxsize=2)
def _lists(marked: bool) -> _Words:
    data = read_yaml(WORDS_FILE)
    typed = (lambda text: text) if marked else fold
    lists = {name: frozenset(typed(data[name]).split()) for name in _Words.__dataclass_fields__ if name != "pairs"}
    pairs = frozenset(pair.strip() for line in data["pairs"] for pair in typed(line).split(","))
    if not marked:
        lists["stops"] -= frozenset(data["names_too"].split())
    return _Words(**lists, pairs=pairs)
