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


# Words in a title that turn a procedure into a special one of its family. Folded; pairs before single words.
_ACTIONS = (
    "gia han", "dieu chinh", "sua doi", "bo sung", "thu hoi", "cham dut", "tam ngung", "tam dung", "sua chua",
    "chuyen doi", "khoi phuc", "cong nhan lai", "lai", "doi", "xoa", "huy",
)  # fmt: skip
_NEAR, _FAMILY, _MARGIN = 0.30, 0.40, 0.12


def prefer_plain(hits: list[Hit], question: str) -> list[Hit]:
    """Drop near candidates that say more than was asked, where a plainer one of the same family is near too.

    "khai sinh" means the ordinary registration: "khai sinh có yếu tố nước ngoài" holds all its words and others,
    none of which was asked for; "cấp lại giấy phép" is not meant where nobody says "lại".
    question: folded words of the question, meanings of everyday phrases included.
    """
    near = [hit for hit in hits if hits[0].score - hit.score <= _NEAR][:8]
    titles = {hit.code: words(hit.title) for hit in near}
    asked = set(question.split())
    dropped = {
        other.code
        for other in near
        for plain in near
        if plain.score > other.score - _MARGIN and _says_more(titles[plain.code], titles[other.code], question, asked)
    }
    return [hit for hit in hits if hit.code not in dropped]


def _says_more(plain: list[str], other: list[str], question: str, asked: set[str]) -> bool:
    """Say whether `other` names something beyond `plain` that was not asked for."""
    ours, theirs = set(plain), set(other)
    if ours < theirs and not (theirs - ours) & asked:
        return True
    unasked = [action for action in _actions(other) if f" {action} " not in f" {question} "]
    alike = len(ours & theirs) / max(1, len(ours | theirs))
    return bool(unasked) and alike >= _FAMILY and not _actions(plain)


def _actions(title: list[str]) -> list[str]:
    text = f" {' '.join(title)} ".replace(" doi voi ", " ")
    return [action for action in _ACTIONS if f" {action} " in text]


_OFFERED_SHARE = 0.6


def choices(hits: list[Hit], count: int = 4, spread: float = 0.30) -> list[Hit]:
    """Return the hits worth offering: near the first and not far weaker, at most `count`; always a second one."""
    least = max(hits[0].score - spread, hits[0].score * _OFFERED_SHARE)
    near = [hit for hit in hits[:count] if hit.score >= least]
    return near if len(near) > 1 else hits[:2]
