"""Volumes and answers: sections "volumes" and "answers"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from operator import itemgetter

from bot.ops.outcomes import Outcome
from bot.reports.facts import TurnFact
from bot.reports.periods import Span
from bot.reports.sessions import UNSOLVED, Result, Session, group_of
from bot.reports.tallies import Values, partition, spread

AT_ONCE = 50
"""Sessions held at once; few, as in `facts.AT_ONCE`."""
_PLACE = {name: place for place, name in enumerate(TurnFact._fields)}
_KIND = itemgetter(_PLACE["channel"], _PLACE["outcome"], _PLACE["procedure_code"])
_WAIT = itemgetter(_PLACE["milliseconds"])
PAPER_CHECK = Outcome.ANSWERED_PAPER_CHECK.value
_O = Outcome
_REASONS = {
    _O.UNANSWERED_NOT_UNDERSTOOD: "not_understood",
    _O.UNANSWERED_NO_MATCH: "not_found",
    _O.UNANSWERED_UNKNOWN_CODE: "not_found",
    _O.UNANSWERED_NOT_YET: "not_found",
    _O.UNANSWERED_OUT_OF_SCOPE: "outside",
    _O.UNANSWERED_OUTSIDE_CITY: "outside",
    _O.UNANSWERED_COURT: "outside",
    _O.UNANSWERED_CITY_ONLY: "outside",
    _O.UNANSWERED_FOREIGN_LANGUAGE: "outside",
    _O.UNANSWERED_CASE_ELSEWHERE: "outside",
    _O.UNANSWERED_CASE_NOT_PROVEN: "not_proven",
    _O.UNANSWERED_PETITION_NOT_PROVEN: "not_proven",
    _O.UNANSWERED_PAPER_UNSURE: "unsure",
    _O.UNANSWERED_PLACE_UNSURE: "unsure",
    _O.UNANSWERED_OFFICE: "unsure",
}
"""Every unanswered_ outcome → its cell; a test compares the keys with the list of outcomes."""
REASONS = {outcome.value: cell for outcome, cell in _REASONS.items()}


@dataclass(frozen=True)
class Tally:
    """What is kept of sessions while they pass by. kinds: questions by channel and outcome. waits: by milliseconds.

    unsolved, papers: sessions that ended without help, and questions about a paper, by procedure.
    """

    channels: Counter[str] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    results: Counter[Result] = field(default_factory=Counter)
    first_answers: Counter[str] = field(default_factory=Counter)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    waits: Counter[int | None] = field(default_factory=Counter)
    unsolved: Counter[str] = field(default_factory=Counter)
    papers: Counter[str] = field(default_factory=Counter)


def tally(sessions: Iterable[Session]) -> Tally:
    """Count sessions as they pass by: a month has a hundred thousand of them, with five times as many questions.

    What is counted of each is counted as one, and taken apart at the end, when there are but a few thousand kinds.
    """
    found, source = Tally(), iter(sessions)
    ends, kinds = Counter[tuple[str, date, Result, str]](), Counter[tuple[str, str, str]]()
    while some := list(islice(source, AT_ONCE)):
        ends.update([(one.channel, one.day, one.result, one.first_answer) for one in some])
        unsolved = [one.procedures for one in some if one.result in UNSOLVED]
        found.unsolved.update(chain.from_iterable(unsolved))
        facts = list(chain.from_iterable([one.facts for one in some]))
        kinds.update(map(_KIND, facts))
        found.waits.update(map(_WAIT, facts))
    for (channel, day, result, first), number in ends.items():
        found.channels[channel] += number
        found.days[day] += number
        found.results[result] += number
        found.first_answers[first] += number
    for (channel, outcome, code), number in kinds.items():
        found.kinds[channel, outcome] += number
        if outcome == PAPER_CHECK and code:
            found.papers[code] += number
    return found


def count_talks(talks: Tally, span: Span) -> Values:
    """Return the figures of a period's sessions."""
    channels, outcomes, reasons = Counter[str](), Counter[str](), Counter[str]()
    for (channel, outcome), number in talks.kinds.items():
        channels[channel] += number
        outcomes[group_of(outcome)] += number
        if group_of(outcome) == "unanswered":
            reasons[REASONS[outcome]] += number
    waited = [wait / 1000 for wait, number in talks.waits.items() if wait is not None for _ in range(number)]
    return {
        "sessions_by_channel": partition("sessions_by_channel", talks.channels),
        "sessions_by_day": {f"{day:%Y-%m-%d}": talks.days[day] for day in span.days()},
        "questions_by_channel": partition("questions_by_channel", channels),
        "answer_time": spread(waited),
        "sessions_by_result": partition("sessions_by_result", {one.value: n for one, n in talks.results.items()}),
        "first_answers": partition("first_answers", {name: n for name, n in talks.first_answers.items() if name}),
        "questions_by_outcome": partition("questions_by_outcome", outcomes),
        "unanswered_by_reason": partition("unanswered_by_reason", reasons),
    }
