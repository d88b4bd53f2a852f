"""Volumes and answers: sections "volumes" and "answers"."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ops.outcomes import Outcome
from bot.reports.periods import Span
from bot.reports.sessions import Session, group_of
from bot.reports.tallies import Values, partition, spread

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


def count_talks(sessions: Sequence[Session], span: Span) -> Values:
    """Count the sessions of a period."""
    facts = [fact for session in sessions for fact in session.facts]
    days = {f"{day:%Y-%m-%d}": 0 for day in span.days()}
    for session in sessions:
        days[f"{session.day:%Y-%m-%d}"] += 1
    unanswered = [fact.outcome for fact in facts if group_of(fact.outcome) == "unanswered"]
    waited = [fact.milliseconds / 1000 for fact in facts if fact.milliseconds is not None]
    return {
        "sessions_by_channel": partition("sessions_by_channel", (one.channel for one in sessions)),
        "sessions_by_day": days,
        "questions_by_channel": partition("questions_by_channel", (fact.channel for fact in facts)),
        "answer_time": spread(waited),
        "sessions_by_result": partition("sessions_by_result", (one.result.value for one in sessions)),
        "first_answers": partition("first_answers", filter(None, (one.first_answer for one in sessions))),
        "questions_by_outcome": partition("questions_by_outcome", (group_of(fact.outcome) for fact in facts)),
        "unanswered_by_reason": partition("unanswered_by_reason", (REASONS[outcome] for outcome in unanswered)),
    }
