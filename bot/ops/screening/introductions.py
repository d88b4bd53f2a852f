"""Who somebody says to be: "toi ten la Hoang Anh", "Lê Văn Tám đây", "nguoi lien he: tran thi bich".

To the classifiers a name is a handful of strange syllables, and without marks many of them are words of danger, too
("đạo" and "dao", "Hương" and "hướng"): one in six introductions was taken for an emergency, a crime or despair. So a
name that is introduced is no word for them. What the rules find goes first as ever. Lists: introductions.yml.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields
from enum import Enum
from functools import lru_cache
from itertools import pairwise

from bot.ops.screening.clauses import FOLDER, typed_with_marks
from knowledge.plain_yaml import plain_yaml
from knowledge.text import fold

FILE = "introductions.yml"
_WORD = re.compile(r"[^\W\d_]+")
_CLAUSE_END = re.compile(r"[.,;!?\n()]")
_LONGEST_NAME, _MOST_WORDS = 5, 14
_BARE = 3
"""Words that a name has at least where nothing before it says that it is one."""


class _How(str, Enum):
    """TOLD: "toi ten la …". ENDED: "… day". BARE: nothing but the name."""

    TOLD = "told"
    ENDED = "ended"
    BARE = "bare"


@dataclass(frozen=True)
class _Lists:
    """The lists of the file, as they are typed in one of the two ways."""

    families: frozenset[str]
    families_marked: frozenset[str]
    names: frozenset[str]
    never: frozenset[str]
    before: frozenset[str]
    telling: frozenset[str]
    behind: frozenset[str]
    telling_behind: frozenset[str]
    telling_pairs: frozenset[str]
    middles: frozenset[str]
    pairs: frozenset[str]


_TEXTS_KEPT = 16
"""A message and its clauses are asked about by screening and by two classifiers."""


def says_only_who(text: str) -> bool:
    """Whether `text` is a name and nothing else, introduced or not."""
    return _how(text) is not None


def without_introduction(text: str) -> str:
    """Return `text` without the clauses that only say who somebody is; as it is where nothing would be left."""
    given = unicodedata.normalize("NFC", text)
    ends = [0, *(found.end() for found in _CLAUSE_END.finditer(given)), len(given)]
    parts = [given[begins:until] for begins, until in pairwise(ends)]
    kept = "".join(part for part in parts if _how(part) is not _How.TOLD).strip()
    return kept if len(parts) > 1 and _WORD.search(kept) else text


@lru_cache(maxsize=_TEXTS_KEPT)
def _how(text: str) -> _How | None:
    """How `text` is a name; None where it is none, or says anything else."""
    given = unicodedata.normalize("NFC", text).lower()
    typed = _WORD.findall(given)
    if not 2 <= len(typed) <= _MOST_WORDS or any(char.isdigit() for char in given):
        return None
    marks = typed_with_marks(" ".join(typed))
    lists = _lists(marks)
    words = typed if marks else [fold(word) for word in typed]
    found = (_name_from(words, first, lists, marks) for first in range(len(words) - 1))
    return next((how for how in found if how), None)


def _name_from(words: list[str], first: int, lists: _Lists, marks: bool) -> _How | None:
    """How a name begins at `first`, with nothing around it but what may stand there."""
    before, name = words[:first], words[first:]
    told = _is_told(before, lists)
    plain = marks or name[1] in lists.middles
    families = lists.families | lists.families_marked if told or plain else lists.families
    if not lists.before.issuperset(before) or name[0] not in families or " ".join(name[:2]) in lists.pairs:
        return None
    ended = False
    while len(name) > 2 and name[-1] in lists.behind:
        ended |= name.pop() in lists.telling_behind
    strange = [word for word in name[1:] if word not in lists.names | lists.families]
    if not 2 <= len(name) <= _LONGEST_NAME or lists.never.intersection(strange):
        return None
    if told:
        return _How.TOLD if len(strange) <= min(1, len(name) - 2) else None
    if len(name) < _BARE or (before and not ended) or len(strange) > (name[1] in lists.middles):
        return None
    return _How.ENDED if ended else _How.BARE if plain else None


def _is_told(before: list[str], lists: _Lists) -> bool:
    """Whether what stands before a name says that it is one."""
    pairs = {" ".join(pair) for pair in pairwise(before)}
    return bool(lists.telling.intersection(before) or lists.telling_pairs.intersection(pairs))


@lru_cache(maxsize=2)
def _lists(marks: bool) -> _Lists:
    data = plain_yaml((FOLDER / FILE).read_text("utf-8"))
    typed = str if marks else fold
    return _Lists(*(_listed(typed(data[one.name]), "," if "pairs" in one.name else None) for one in fields(_Lists)))


def _listed(text: str, between: str | None) -> frozenset[str]:
    return frozenset(" ".join(part.split()) for part in text.split(between))
