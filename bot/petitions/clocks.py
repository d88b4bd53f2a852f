"""The clocks of QĐ 766 in working days (law brief A.4, 5.2): refuse within 2, ask for more within 5, answer within 15,
publish within 2 of the answer.

They begin on the working day on which the petition counts as received, which is not counted itself: lodged on a Friday
evening or a Sunday, they begin on that Friday or on Monday. While the citizen is asked for more the answer's clock
waits: on the day they reply, it is moved by the working days from the day of the question to the day of the reply.
Opened again, all clocks begin anew. A transfer moves nothing: the citizen's days go on while units pass it round.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.ops.clock import city_date
from knowledge.working_days import Calendar

REFUSE_WITHIN, ASK_WITHIN, ANSWER_WITHIN, PUBLISH_WITHIN = 2, 5, 15, 2
TAKE_UP_WITHIN = 1
"""A unit that was given a petition has somebody named for it within one working day (R-32)."""


@dataclass(frozen=True)
class Dues:
    """clock_from: the day that counts as day 0; then the last days."""

    clock_from: date
    due_refuse: date
    due_ask: date
    due_answer: date


def begin(calendar: Calendar, moment: datetime) -> Dues:
    """Return the clocks of a petition that was lodged or opened again at `moment`."""
    start = calendar.received_day(moment)
    return Dues(start, *(calendar.add(start, days).day for days in (REFUSE_WITHIN, ASK_WITHIN, ANSWER_WITHIN)))


def after_waiting(calendar: Calendar, due: date, asked_on: date, replied_on: date) -> date:
    """Return the day until which it is answered, now that the citizen has replied."""
    waited = calendar.between(asked_on, replied_on).days
    return calendar.add(due, waited).day if waited > 0 else due


def publish_by(calendar: Calendar, answered_at: datetime) -> date:
    """Return the last day of publishing an answer."""
    return calendar.add(city_date(answered_at), PUBLISH_WITHIN).day


def take_up_by(calendar: Calendar, given_at: datetime) -> date:
    """Return the day until which the unit names who is at work on it."""
    return calendar.add(calendar.received_day(given_at), TAKE_UP_WITHIN).day


def reopen_until(calendar: Calendar, ended_at: datetime, days: int) -> date:
    """Return the last day on which a petition can be opened again: `days` working days after its answer."""
    return calendar.add(city_date(ended_at), days).day
