"""Names of procedures taken apart: words, level, acts. The words that matter are data: content/coverage/words.yml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from knowledge.curated import read_yaml
from knowledge.settings import CONTENT_DIR
from knowledge.text import clean_line, fold, marked_words

_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_CODE = re.compile(r"\d\.\d{6,}")
_LATE_TONE = re.compile(r"(?<!q)(o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ])(?!\w)")
_TONES = {
    **dict(zip("àáảãạ", ("òa", "óa", "ỏa", "õa", "ọa"), strict=True)),
    **dict(zip("èéẻẽẹ", ("òe", "óe", "ỏe", "õe", "ọe"), strict=True)),
    **dict(zip("ỳýỷỹỵ", ("ùy", "úy", "ủy", "ũy", "ụy"), strict=True)),
}


@dataclass(frozen=True)
class Name:
    """A name taken apart: its words, the level its brackets name, the acts it speaks of."""

    text: str
    words: tuple[str, ...]
    folded: tuple[str, ...]
    level: str

    @cached_property
    def acts(self) -> frozenset[str]:
        return _acts(self.words, self.folded)

    @property
    def key(self) -> str:
        return " ".join(self.words)

    @property
    def plain(self) -> str:
        return " ".join(self.folded)


@lru_cache(maxsize=1)
def vocabulary() -> Mapping[str, Any]:
    """Return the words of content/coverage/words.yml."""
    return dict(read_yaml(CONTENT_DIR / "coverage" / "words.yml"))


@lru_cache(maxsize=16_384)
def name_of(text: str) -> Name:
    """Take a name apart."""
    line = _LATE_TONE.sub(lambda found: _TONES[found.group()[1]], clean_line(text).lower())
    level, line = _without_remarks(line)
    words = _spelled(" ".join(marked_words(line)))
    for lead in vocabulary()["leads"]:
        if words.startswith(f"{lead} "):
            words = words[len(lead) + 1 :]
            break
    parts = tuple(words.split())
    folded = tuple(fold(part) for part in parts)
    return Name(text, parts, folded, level)


def _without_remarks(line: str) -> tuple[str, str]:
    """Take remarks in brackets out; return the level that one of them names, and what is left."""
    level = ""

    def keep(found: re.Match[str]) -> str:
        nonlocal level
        inside = " ".join(marked_words(found.group(1)))
        named = vocabulary()["levels"].get(inside) or _level_of_power(inside)
        level = named or level
        about_list = named or _CODE.search(found.group(1)) or any(word in inside for word in vocabulary()["remarks"])
        return " " if about_list else found.group()

    rest = _BRACKETS.sub(keep, line)
    return level, rest


def _level_of_power(inside: str) -> str:
    """The level in a remark such as "thẩm quyền của UBND cấp xã"."""
    if not inside.startswith(("thẩm quyền", "thuộc thẩm quyền")):
        return ""
    return next((level for phrase, level in vocabulary()["levels"].items() if inside.endswith(f" {phrase}")), "")


def _spelled(words: str) -> str:
    padded = f" {words} "
    for other, usual in vocabulary()["spellings"].items():
        padded = padded.replace(f" {other} ", f" {usual} ")
    return padded.strip()


@lru_cache(maxsize=1)
def _act_phrases() -> list[tuple[tuple[str, ...], tuple[str, ...], str]]:
    """Phrases with and without diacritics and the act each is, empty where it is none; the longest first."""
    known = vocabulary()
    acts = known["acts"] | dict.fromkeys(known["no_acts"], "")
    phrases = [(tuple(phrase.split()), tuple(fold(phrase).split()), act) for phrase, act in acts.items()]
    return sorted(phrases, key=lambda item: len(item[0]), reverse=True)


def _acts(words: tuple[str, ...], folded: tuple[str, ...]) -> frozenset[str]:
    found, place, marked = set(), 0, words != folded
    while place < len(folded):
        for phrase, plain, act in _act_phrases():
            end = place + len(plain)
            if folded[place:end] == plain and (len(plain) > 1 or not marked or words[place] == phrase[0]):
                found.add(act)
                place = end
                break
        else:
            place += 1
    return frozenset(found - {""})


_CUT = re.compile(r"…|\.{3,}")
_LEAST_WORDS_OF_CUT = 8


def segments(text: str) -> list[Name]:
    """Return the parts of a name that was cut short with "…", empty where it was not, or too little is left."""
    parts = [name_of(part) for part in _CUT.split(text)] if _CUT.search(text) else []
    parts = [part for part in parts if part.words]
    return parts if sum(len(part.words) for part in parts) >= _LEAST_WORDS_OF_CUT else []
