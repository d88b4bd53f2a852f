"""From ranked procedures to a decision: answer, ask which one, or say that nothing fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from knowledge.search.found import Hit, Ranked
from knowledge.search.matters import matter_of


class Certainty(str, Enum):
    """CLEAR: answer. CLOSE: ask which. WEAK: nearest only. NONE: nothing near."""

    CLEAR = "clear"
    CLOSE = "close"
    WEAK = "weak"
    NONE = "none"


@dataclass(frozen=True)
class Thresholds:
    """Probabilities, chosen on our own questions (docs/evaluation.md has what they give).

    answer: from here that the first is right, it is answered. near, inside: below `near` that any procedure is meant,
    nothing is; below `inside`, only the nearest are named, unless the first is `certain`. several: from here that the
    question names several matters alike, ask which.
    """

    answer: float = 0.60
    certain: float = 0.85
    inside: float = 0.78
    near: float = 0.27
    several: float = 0.22


def decide(ranked: Ranked, limits: Thresholds | None = None) -> Certainty:
    """Say how sure the first of `ranked` is."""
    limits = limits or Thresholds()
    if ranked.bare:
        return Certainty.CLOSE
    if not ranked.hits or ranked.inside < limits.near:
        return Certainty.NONE
    if ranked.inside < limits.inside and ranked.sure < limits.certain:
        return Certainty.WEAK
    clear = ranked.sure >= limits.answer and ranked.several < limits.several
    return Certainty.CLEAR if clear else Certainty.CLOSE


_OFFERED_SHARE, _MOST_OFFERED = 0.12, 4


def choices(hits: Sequence[Hit], count: int = _MOST_OFFERED) -> list[Hit]:
    """Return the hits worth offering: not far less likely than the first, at most `count`; always a second one.

    Each of another matter where there are several: no record's twin of another level, or older edition, beside it.
    """
    of_matter: dict[str, Hit] = {}
    for hit in hits:
        of_matter.setdefault(matter_of(hit.title), hit)
    apart = list(of_matter.values() if len(of_matter) > 1 else hits)
    near = [hit for hit in apart[:count] if hit.score >= apart[0].score * _OFFERED_SHARE]
    return near if len(near) > 1 else apart[:2]
