"""Questions that nobody answered, put together by what they are about: the same words but for order and fillers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from knowledge.search.normalise import subject_words
from knowledge.text import words

ALIKE = 0.6
"""Share of common words (Jaccard) from which two questions are about the same."""
MOST = 3000


@dataclass
class Group:
    """Places of questions that are alike, the first one's words standing for all."""

    words: frozenset[str]
    places: list[int] = field(default_factory=list)


def group_alike(texts: Iterable[str]) -> list[list[int]]:
    """Return the places of texts, grouped; the largest group first, of equal ones the earlier."""
    groups: list[Group] = []
    by_word: dict[str, list[Group]] = {}
    for place, text in enumerate(texts):
        if place >= MOST:
            break
        said = frozenset(subject_words(words(text))) or frozenset(words(text))
        found = _nearest(said, by_word)
        if found is None:
            found = Group(said)
            groups.append(found)
            for word in said:
                by_word.setdefault(word, []).append(found)
        found.places.append(place)
    return [group.places for group in sorted(groups, key=lambda group: -len(group.places))]


def _nearest(said: frozenset[str], by_word: dict[str, list[Group]]) -> Group | None:
    best, best_share = None, ALIKE
    for word in sorted(said):
        for group in by_word.get(word, ()):
            share = len(said & group.words) / len(said | group.words)
            if share > best_share or (share == best_share and best is None):
                best, best_share = group, share
    return best
