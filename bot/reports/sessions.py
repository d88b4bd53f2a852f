"""Sessions: runs of questions without a long pause, and how each ended. Pure; the definitions are docs/metrics.md's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from bot.ops.clock import city_date
from bot.ops.outcomes import Outcome
from bot.reports.facts import TurnFact

PAUSE = timedelta(minutes=30)
RETURN_WITHIN = timedelta(days=7)
_OFFSET = timedelta(hours=7)
ASIDE = frozenset(
    outcome.value
    for outcome in (
        Outcome.ANSWERED_SMALLTALK,
        Outcome.ANSWERED_TIPS,
        Outcome.ANSWERED_REMARK_SENT,
        Outcome.ANSWERED_CASE_RATING,
        Outcome.CLARIFIED_CASE_RATING,
        Outcome.ANSWERED_HANDOFF,
    )
)
"""Turns that ask for nothing: they neither solve a matter nor leave it open."""
_NOT_SOLVED = frozenset((Outcome.ANSWERED_NOT_SOLVED.value, Outcome.CLARIFIED_NOT_SOLVED.value))


class Result(str, Enum):
    """How a session ended; the cells of `sessions_by_result`."""

    CONTAINED = "contained"
    RETURNED = "returned"
    HANDED_OVER = "handed_over"
    DISLIKED = "disliked"
    UNANSWERED = "unanswered"
    UNFINISHED = "unfinished"
    ELSEWHERE = "elsewhere"
    NO_QUESTION = "no_question"


UNSOLVED = frozenset((Result.RETURNED, Result.HANDED_OVER, Result.DISLIKED, Result.UNANSWERED, Result.UNFINISHED))
_BY_PREFIX = {
    "answered": Result.CONTAINED,
    "clarified": Result.UNFINISHED,
    "refused": Result.ELSEWHERE,
    "handed_off": Result.HANDED_OVER,
}
_FIRST = {
    Result.CONTAINED: "answered",
    Result.UNFINISHED: "asked_back",
    Result.ELSEWHERE: "elsewhere",
    Result.HANDED_OVER: "handed_over",
    Result.UNANSWERED: "unanswered",
}


class Session(NamedTuple):
    """facts: its questions in order, at least one. day: on which it began, in the city."""

    facts: tuple[TurnFact, ...]
    result: Result
    day: date

    @property
    def channel(self) -> str:
        return self.facts[0].channel

    @property
    def procedures(self) -> frozenset[str]:
        return _procedures(self.facts)

    @property
    def first_answer(self) -> str:
        """How its first question ended: a cell of `first_answers`; "" without a question."""
        asked = _asked(self.facts)
        if not asked:
            return ""
        if asked[0].disliked or asked[0].outcome in _NOT_SOLVED:
            return "disliked"
        return "handed_over" if asked[0].handed_over else _FIRST[_of_question(asked[0])]


@lru_cache(maxsize=512)
def group_of(outcome: str) -> str:
    """Return the prefix that an outcome is counted under."""
    names = ("answered", "clarified", "unanswered", "refused", "handed_off", "error")
    return next((name for name in names if outcome.startswith(f"{name}_")), "unstated")


def sessions_of(facts: Iterable[TurnFact]) -> Iterator[Session]:
    """Yield the sessions of `facts`, which come by conversation and time; later ones say whether somebody returned."""
    for _, own in groupby(facts, key=attrgetter("conversation")):
        runs = list(_runs(own))
        for place, run in enumerate(runs):
            yield Session(run, _result(run, runs[place + 1 :]), city_date(run[0].at))


def _runs(facts: Iterable[TurnFact]) -> Iterator[tuple[TurnFact, ...]]:
    run: list[TurnFact] = []
    for fact in facts:
        if run and (fact.at - run[-1].at > PAUSE or _month(fact) != _month(run[-1])):
            yield tuple(run)
            run = []
        run.append(fact)
    if run:
        yield tuple(run)


def _result(run: tuple[TurnFact, ...], later: list[tuple[TurnFact, ...]]) -> Result:
    asked = _asked(run)
    if any(fact.handed_over or group_of(fact.outcome) == "handed_off" for fact in run):
        return Result.HANDED_OVER
    if any(fact.disliked or fact.outcome in _NOT_SOLVED for fact in run):
        return Result.DISLIKED
    if not asked:
        return Result.NO_QUESTION
    last = _of_question(asked[-1])
    return Result.RETURNED if last is Result.CONTAINED and _returns(run, later) else last


def _of_question(fact: TurnFact) -> Result:
    return _BY_PREFIX.get(group_of(fact.outcome), Result.UNANSWERED)


def _returns(run: tuple[TurnFact, ...], later: list[tuple[TurnFact, ...]]) -> bool:
    """A session that a new month cut in two is no return, so a pause is looked for."""
    ended, about = run[-1].at, _procedures(run)
    soon = (other for other in later if PAUSE < other[0].at - ended <= RETURN_WITHIN)
    return any(about & _procedures(other) for other in soon)


def _asked(run: tuple[TurnFact, ...]) -> list[TurnFact]:
    return [fact for fact in run if fact.outcome not in ASIDE]


def _procedures(run: tuple[TurnFact, ...]) -> frozenset[str]:
    return frozenset(fact.procedure_code for fact in run if fact.procedure_code)


def _month(fact: TurnFact) -> int:
    """The month in the city, for questions that are less than an hour apart; the offset never changes there."""
    return (fact.at + _OFFSET).month
