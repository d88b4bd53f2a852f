"""Whether a question is about a matter of the city's offices at all: what the ranker's `inside` cannot see.

"Mở tài khoản ngân hàng cho con" is made of words that titles hold, but of no title; what it names stands in the list
of matters that no published procedure settles (`lexicon/outside.yml`). Numbers: `content/deciding.json`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema

from knowledge.curated import read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.search.ambiguity import Names
from knowledge.search.found import Ranked
from knowledge.search.normalise import LEXICON_DIR, expand_abbreviations, load_lexicon
from knowledge.search.normaliser import Question
from knowledge.search.phrases import PhraseFinder

OUTSIDE_PATH = LEXICON_DIR / "outside.yml"
_PHRASES = {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string", "minLength": 2}}
_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["matter", "say"],
        "properties": {"matter": {"type": "string", "pattern": r"\S"}, "say": _PHRASES, "but": _PHRASES},
    },
}
_LEAST = 1e-4
_LOOKED_AT = 5


@dataclass(frozen=True)
class OutsideMatter:
    """A matter that is no procedure. say: how people name it; but: longer phrases with these words that are one."""

    matter: str
    say: tuple[str, ...]
    but: tuple[str, ...] = ()


@lru_cache(maxsize=2)
def load_outside(path: Path = OUTSIDE_PATH) -> tuple[OutsideMatter, ...]:
    """Read the list; raise `RecordInvalidError` with the file and the place of the first fault."""
    data = read_yaml(path)
    for fault in list_faults(data):
        raise RecordInvalidError(f"{path}", fault)
    return tuple(_matter(item) for item in data)


def list_faults(data: Any) -> Iterator[str]:
    """Yield what is not as the list must be."""
    for fault in jsonschema.Draft7Validator(_SCHEMA).iter_errors(data):
        place = "/".join(map(str, fault.absolute_path)) or "the whole file"
        yield f"{place}: {fault.message[:160]}"


def _matter(item: dict[str, Any]) -> OutsideMatter:
    return OutsideMatter(item["matter"], tuple(item["say"]), tuple(item.get("but", ())))


class OutsideList:
    """Finds the matters of the list in a question, by words with their diacritics ("thuê bao", not "thuế báo")."""

    def __init__(self, matters: Iterable[OutsideMatter]) -> None:
        self._marked: dict[str, str] = {}
        phrases: dict[str, list[str]] = {_BUT: []}
        for item in matters:
            phrases[_BUT] += [" ".join(expand_abbreviations(text, load_lexicon())) for text in item.but]
            for text in item.say:
                phrases[text] = [" ".join(expand_abbreviations(text, load_lexicon()))]
        self._finder = PhraseFinder(phrases)

    def met(self, question: Question) -> Iterator[str]:
        """Yield the phrases of the list that `question` holds."""
        tokens, marked = question.tokens, question.marked.lower().split()
        for found in self._finder.find(tokens):
            typed = " ".join(marked[found.start : found.end]) if len(marked) == len(tokens) else found.label
            if found.label != _BUT and typed == found.label:
                yield found.label


_BUT = "|"


def features(names: Names, listed: int, asked: Sequence[str], unheard: int, ranked: Ranked) -> dict[str, float]:
    """Return what tells a matter of the city's offices from others.

    listed: phrases of the list met. asked: words that can name a matter; unheard: how many of them stand in no title,
    name or sample question.
    """
    said = frozenset(asked)
    whole = names.weight(said) + 1e-6
    held = [names.held(said, hit.code) / whole for hit in ranked.hits[:_LOOKED_AT]]
    return {
        "inside": _log_odds(ranked.inside),
        "sure": _log_odds(ranked.sure),
        "listed": float(listed > 0),
        "held": max(held, default=0.0),
        "first_held": held[0] if held else 0.0,
        "strange": names.strange(said),
        "unheard": unheard / max(1, len(asked)),
        "words": math.log1p(len(said)),
        "chance": ranked.hits[0].score if ranked.hits else 0.0,
    }


def _log_odds(chance: float) -> float:
    return math.log((chance + _LEAST) / (1.0 - chance + _LEAST))
