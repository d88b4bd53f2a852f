"""From ranked procedures to a decision: answer, ask which one, or say that nothing fits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from knowledge.search.index import Hit
from knowledge.text import words


class Certainty(str, Enum):
    """CLEAR: answer. CLOSE: ask which. WEAK: nearest only. NONE: nothing near."""

    CLEAR = "clear"
    CLOSE = "close"
    WEAK = "weak"
    NONE = "none"


@dataclass(frozen=True)
class Thresholds:
    """Scores of `ProcedureIndex`, chosen on tuning questions: docs/evaluation.md has what they give.

    none, weak: below, nothing is near, or only the nearest are named. certain: from here a lead of `margin`
    is enough to answer, below it takes `close`.
    """

    none: float = 0.30
    weak: float = 0.45
    certain: float = 0.60
    margin: float = 0.12
    close: float = 0.18


def decide(hits: list[Hit], limits: Thresholds | None = None) -> Certainty:
    """Say how sure the first of `hits` is."""
    limits = limits or Thresholds()
    if not hits or hits[0].score < limits.none:
        return Certainty.NONE
    if hits[0].score < limits.weak:
        return Certainty.WEAK
    lead = hits[0].score - (hits[1].score if len(hits) > 1 else 0.0)
    needed = limits.margin if hits[0].score >= limits.certain else limits.close
    return Certainty.CLEAR if lead >= needed else Certainty.CLOSE


def prefer_plain(hits: list[Hit], asked: set[str], spread: float = 0.30) -> list[Hit]:
    """Drop near candidates that say more than was asked, where a plainer one is near too.

    "khai sinh" means the ordinary registration: "khai sinh có yếu tố nước ngoài" holds all its words and others,
    none of which was asked for. asked: the folded words of the question.
    """
    near = [hit for hit in hits if hits[0].score - hit.score <= spread][:8]
    named = {hit.code: set(words(hit.title)) for hit in near}
    dropped = {
        longer.code
        for longer in near
        for plainer in near
        if named[plainer.code] < named[longer.code] and not (named[longer.code] - named[plainer.code]) & asked
    }
    return [hit for hit in hits if hit.code not in dropped]


def choices(hits: list[Hit], count: int = 4, spread: float = 0.30) -> list[Hit]:
    """Return the hits worth offering: near the first, two to `count`."""
    near = [hit for hit in hits[:count] if hits[0].score - hit.score <= spread]
    return near if len(near) > 1 else hits[: min(3, len(hits))]
