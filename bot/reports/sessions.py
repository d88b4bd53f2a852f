"""Sessions: runs of questions without a long pause, and how each ended. Pure; the definitions are docs/metrics.md's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from bot.ops.clock import city_date
from bot.ops.outcomes import Outcome
from bot.reports.facts import TurnFact

PAUSE = timedelta(minutes=30)
RETURN_WITHIN = timedelta(days=7)
_OFFSET = timedelta(hours=7)
"""The city's, which never changes."""
MIDNIGHT_UTC = 17
"""The hour at which a day begins in the city."""
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


_CONVERSATION = itemgetter(TurnFact._fields.index("conversation"))
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
    def procedures(self) -> set[str]:
        return _procedures(self.facts)

    @property
    def first_answer(self) -> str:
        """How its first question ended: a cell of `first_answers`; "" without a question."""
        for first in self.facts:
            if first.outcome in ASIDE:
                continue
            if first.disliked or first.outcome in _NOT_SOLVED:
                return "disliked"
            return "handed_over" if first.handed_over else _FIRST[_of_question(first.outcome)]
        return ""


@lru_cache(maxsize=512)
def group_of(outcome: str) -> str:
    """Return the prefix that an outcome is counted under."""
    names = ("answered", "clarified", "unanswered", "refused", "handed_off", "error")
    return next((name for name in names if outcome.startswith(f"{name}_")), "unstated")


def sessions_of(facts: Iterable[TurnFact]) -> Iterator[Session]:
    """Yield the sessions of `facts`, which come by conversation and time; later ones say whether somebody returned."""
    for _, own in groupby(facts, key=_CONVERSATION):
        runs = list(_runs(own))
        for place, run in enumerate(runs):
            yield Session(run, _result(run, runs[place + 1 :]), city_date(run[0].at))


def _runs(facts: Iterable[TurnFact]) -> Iterator[tuple[TurnFact, ...]]:
    run: list[TurnFact] = []
    last: datetime | None = None
    for fact in facts:
        at = fact.at
        if last is not None and (at - last > PAUSE or (at.hour == MIDNIGHT_UTC and _is_new_month(last, at))):
            yield tuple(run)
            run = []
        run.append(fact)
        last = at
    if run:
        yield tuple(run)


def _result(run: tuple[TurnFact, ...], later: list[tuple[TurnFact, ...]]) -> Result:
    last, disliked = None, False
    for _, _, _, _, outcome, _, _, thumb_down, handed_over in run:
        if handed_over or group_of(outcome) == "handed_off":
            return Result.HANDED_OVER
        if thumb_down or outcome in _NOT_SOLVED:
            disliked = True
        if outcome not in ASIDE:
            last = outcome
    if disliked:
        return Result.DISLIKED
    if last is None:
        return Result.NO_QUESTION
    found = _of_question(last)
    return Result.RETURNED if found is Result.CONTAINED and later and _returns(run, later) else found


@lru_cache(maxsize=512)
def _of_question(outcome: str) -> Result:
    return _BY_PREFIX.get(group_of(outcome), Result.UNANSWERED)


def _returns(run: tuple[TurnFact, ...], later: list[tuple[TurnFact, ...]]) -> bool:
    """A session that a new month cut in two is no return, so a pause is looked for."""
    ended, about = run[-1].at, _procedures(run)
    soon = (other for other in later if PAUSE < other[0].at - ended <= RETURN_WITHIN)
    return any(about & _procedures(other) for other in soon)


def _procedures(run: tuple[TurnFact, ...]) -> set[str]:
    return {fact.procedure_code for fact in run if fact.procedure_code}


def _is_new_month(before: datetime, at: datetime) -> bool:
    """Whether the city's month changed between two questions (UTC) that no pause parts: at 17 o'clock, never else."""
    crosses = before.hour == MIDNIGHT_UTC - 1 and at.hour == MIDNIGHT_UTC
    return crosses and (before + _OFFSET).month != (at + _OFFSET).month
