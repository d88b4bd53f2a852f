"""Several wishes in one message: "khai tử rồi xóa thường trú luôn" is two procedures, each named by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from knowledge.search.asked import facts_in
from knowledge.search.deciding import Certainty, decide
from knowledge.search.index import Hit, Ranked
from knowledge.search.life_events import linked_for, told_event
from knowledge.search.normalise import subject_words
from knowledge.text import fold, without_invisible, words

Rank = Callable[[str], Ranked]

_THEN = r"(?:\s+(?:sau do|thi|con|moi|luon|ca|them|san|tien the|lam|muon))*"
_JOINT = re.compile(
    r"\s*(?<!\w)(?:xong roi|roi(?!\s+(?:gio|nay|ma|thi|a|hay|bay))|xong|voi lai|voi|va|dong thoi|tien the|sau do)(?!\w)"
    rf"(?!\s*[,.;?!]){_THEN}\s*"
)
_LISTED = re.compile(rf"\s*[,;+&]{_THEN}\s*|{_JOINT.pattern}")
_AT_ONCE = re.compile(
    r"\b(?:cung luc|luon|(?:mot|1) (?:luot|the)|lam (?:chung |gop )?(?:mot|1) lan|lam chung|ca hai|ca ba|dong thoi"
    r"|vua .+ vua)\b"
)
"""Only who wants things done together joins them with a comma; others tell their story with it."""
_AHEAD, _INSIDE = 0.5, 0.8
_FEWEST, _MOST_PARTS, _FEWEST_WORDS, _LONGEST_PART = 2, 4, 2, 9


def wishes_in(text: str, rank: Rank) -> tuple[Hit, ...]:
    """Return the procedures that the parts of `text` name, in its order; none where there are not two.

    A part that names nothing for certain is passed over only where a linked procedure covers the others.
    """
    typed = without_invisible(text)
    folded = fold(typed)
    if len(folded) != len(typed):
        return ()
    parts = _parts(typed, folded)
    if not _FEWEST <= len(parts) <= _MOST_PARTS or any(len(part.split()) > _LONGEST_PART for part in parts):
        return ()
    found: dict[str, Hit] = {}
    unnamed = False
    for left, part in zip(range(len(parts), 0, -1), parts, strict=True):
        if len(found) + left < _FEWEST:  # whatever the rest is, two will not be named
            return ()
        ranked = rank(part)
        if _named(ranked):
            found.setdefault(ranked.hits[0].code, ranked.hits[0])
        else:
            unnamed = True
    if len(found) < _FEWEST or (unnamed and not linked_for(list(found))):
        return ()
    return tuple(found.values())


def _parts(typed: str, folded: str) -> Sequence[str]:
    """The parts between words of joining that can name a matter, without what happened before ("cha vừa mất, …")."""
    parts, begin = [], 0
    for match in (_LISTED if _AT_ONCE.search(folded) else _JOINT).finditer(folded):
        parts.append(typed[begin : match.start()])
        begin = match.end()
    if not parts:  # one part is never several wishes: what it names is not looked at
        return ()
    parts.append(typed[begin:])
    return [part for part in parts if _names_matter(part)]


def _names_matter(part: str) -> bool:
    said = words(part)
    if len(subject_words(facts_in(said).rest.split())) < _FEWEST_WORDS:
        return False
    told = told_event(said)
    return not (told and told.alone)


def _named(ranked: Ranked) -> bool:
    """A bare name ("xóa thường trú") is sure of little, but its procedure is far ahead of the others."""
    ahead = bool(ranked.hits) and ranked.hits[0].score >= _AHEAD and ranked.inside >= _INSIDE
    return ahead or decide(ranked) is Certainty.CLEAR
