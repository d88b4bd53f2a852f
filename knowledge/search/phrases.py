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


class PhraseFinder:
    """Finds phrases by label. Built from label → phrases, folded or not."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        self._by_begin: dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]] = {}
        for label, texts in phrases.items():
            for text in texts:
                words = tuple(fold(text).split())
                if words:
                    self._by_begin.setdefault(words[:2], []).append((words, label))
        self._firsts = frozenset(begin[0] for begin in self._by_begin)

    def find(self, tokens: Sequence[str]) -> list[Found]:
        """Return what is found in `tokens`, in reading order."""
        row, begins, firsts = tuple(tokens), self._by_begin, self._firsts
        places = [place for place, word in enumerate(row) if word in firsts]
        found = [
            Found(label, place, place + len(words))
            for place in places
            for begin in {row[place : place + 2], row[place : place + 1]}
            for words, label in begins.get(begin, ())
            if row[place : place + len(words)] == words
        ]
        if len(found) <= 1:
            return found
        taken: list[Found] = []
        for match in sorted(found, key=lambda match: (match.start - match.end, match.start)):
            if all(match.end <= other.start or other.end <= match.start for other in taken):
                taken.append(match)
        return sorted(taken, key=lambda match: match.start)
