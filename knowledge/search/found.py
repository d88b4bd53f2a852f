"""What a search finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hit:
    """One procedure found. score: its chance among the candidates. name: its everyday name if the title is long."""

    code: str
    title: str
    score: float
    name: str = ""


@dataclass(frozen=True)
class Ranked:
    """hits: best first. sure: probability that the first is right. inside: that some procedure is meant at all.

    several: that the question names several matters alike, so that one must be asked for; 0 where `sure` is too little
    for an answer anyway. bare: it is a bare name of the lexicon, and the first hits are those among which it leaves the
    choice.
    """

    hits: tuple[Hit, ...]
    sure: float
    inside: float
    by_vectors: bool = False
    several: float = 0.0
    bare: bool = False


NOTHING = Ranked((), 0.0, 0.0)
