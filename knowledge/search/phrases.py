"""Phrases in a row of folded words: the longest first, no overlaps. Plain Python, so that search needs no spaCy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.text import fold


@dataclass(frozen=True)
class Found:
    """`label` found in the words from `start` up to `end`."""

    label: str
    start: int
    end: int


_NOTHING = ""
"""In the place of a second word where a phrase has only one."""


class PhraseFinder:
    """Finds phrases by label. Built from label → phrases, folded or not."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        self._by_begin: dict[str, dict[str, list[tuple[tuple[str, ...], str]]]] = {}
        for label, texts in phrases.items():
            for text in texts:
                words = tuple(fold(text).split())
                if words:
                    second = words[1] if len(words) > 1 else _NOTHING
                    self._by_begin.setdefault(words[0], {}).setdefault(second, []).append((words, label))

    def find(self, tokens: Sequence[str]) -> list[Found]:
        """Return what is found in `tokens`, in reading order."""
        row, by_begin = tuple(tokens), self._by_begin
        found: list[Found] = []
        for place, word in enumerate(row):
            begun = by_begin.get(word)
            if begun is None:
                continue
            following = row[place + 1 : place + 2] or (_NOTHING,)
            for second in {_NOTHING, *following}:
                for words, label in begun.get(second, ()):
                    end = place + len(words)
                    if row[place:end] == words:
                        found.append(Found(label, place, end))
        if len(found) <= 1:
            return found
        taken: list[Found] = []
        for match in sorted(found, key=lambda match: (match.start - match.end, match.start)):
            if all(match.end <= other.start or other.end <= match.start for other in taken):
                taken.append(match)
        return sorted(taken, key=lambda match: match.start)
