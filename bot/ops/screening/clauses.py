"""Phrases, looked for with the marks that were typed: "cháy" is not "chạy", unless the writer leaves marks out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.plain_yaml import plain_yaml
from knowledge.text import fold, has_diacritics, without_invisible

FOLDER = Path(__file__).resolve().parent
_CLAUSE = re.compile(r"[.,;:!?\n…()]+|\s-\s")
_PART = re.compile(r"\{([a-z_]+)\}")
_QUOTES, _BLANKS = re.compile('["“”‘’]'), re.compile(r"[ \t]+")
_TEXTS_KEPT = 8
"""A message is asked about a dozen matters; it is made ready once."""
_FEW_MARKS = 0.25
"""Share of words with marks below which a message counts as typed without them (Vietnamese has about two thirds)."""


@dataclass(frozen=True)
class Phrases:
    """Regular expressions in Vietnamese, and their folded twins for text without marks."""

    marked: re.Pattern[str]
    folded: re.Pattern[str]

    @classmethod
    def of(cls, lines: Iterable[str], marked: Iterable[str] = (), unmarked: Iterable[str] = ()) -> Phrases:
        """`lines` hold with and without marks; `marked` and `unmarked` only for text that has or lacks them."""
        listed = list(lines)
        return cls(_any_of([*listed, *marked]), _any_of([*map(fold, listed), *unmarked]))

    def found_in(self, text: str, marks: bool) -> bool:
        """Whether one of them stands in `text`; `marks`: it was typed with them."""
        return (self.marked.search(text) if marks else self.folded.search(fold(text))) is not None


@lru_cache(maxsize=8)
def load_phrases(name: str) -> Mapping[str, Phrases]:
    """Read a file of phrases in this folder, once; raise `KeyError` where a part is missing."""
    groups = plain_yaml((FOLDER / name).read_text("utf-8"))
    parts: dict[str, str] = groups.pop("parts", {})

    def lines(group: Mapping[str, str], key: str) -> list[str]:
        return [_PART.sub(lambda found: parts[found.group(1)], line) for line in group.get(key, "").splitlines()]

    return {
        title: Phrases.of(lines(group, "phrases"), lines(group, "marked"), lines(group, "unmarked"))
        for title, group in groups.items()
    }


def _any_of(lines: list[str]) -> re.Pattern[str]:
    """What stands before and after each is looked at once for all: inside words, nothing is tried at all."""
    listed = "|".join(f"(?:{line})" for line in lines)
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)" if lines else r"(?!)")


@lru_cache(maxsize=_TEXTS_KEPT)
def normal(text: str) -> str:
    """Return `text` in small letters and NFC, without what nobody sees and without quotation marks, blanks single."""
    return _BLANKS.sub(" ", _QUOTES.sub("", without_invisible(text).lower()))


@lru_cache(maxsize=_TEXTS_KEPT)
def clauses(text: str) -> tuple[str, ...]:
    """Return the clauses of `text` (as `normal` gives it)."""
    return tuple(clause for part in _CLAUSE.split(text) if (clause := " ".join(part.split())))


@lru_cache(maxsize=_TEXTS_KEPT)
def typed_with_marks(text: str) -> bool:
    """Whether the writer sets diacritics."""
    listed = [word for word in text.split() if word.isalpha()]
    marked = sum(has_diacritics(word) for word in listed)
    return marked > _FEW_MARKS * len(listed)
