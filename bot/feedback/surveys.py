"""The short survey: asked at most once in a conversation, answered without a name (R-24)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from bot.feedback.bottlenecks import bottleneck_in
from bot.feedback.models import Reason
from bot.feedback.tables import SURVEY_ANSWER, SURVEY_ASKED
from bot.ops.satisfaction import Satisfaction
from bot.store.engine import Database
from bot.store.prepared import Prepared

_ASKED = Prepared(select(SURVEY_ASKED).where(SURVEY_ASKED.c.sender == bindparam("the_sender")))
_ASK = Prepared(insert(SURVEY_ASKED), "sender", "kind", "state", "asked_on")


class SurveyKind(str, Enum):
    """How the talk went, or how a dossier was handled (bot/cases/ratings.py)."""

    TOPIC = "topic"
    CASE = "case"


class SurveyState(str, Enum):
    """What became of the question in this conversation."""

    UNASKED = "unasked"
    ASKED = "asked"
    ANSWERED = "answered"
    SKIPPED = "skipped"
    CLOSED = "closed"
    """The other survey was asked here."""


@dataclass(frozen=True)
class SurveyAnswer:
    """What somebody answered. words: screened. feedback_id: only where they may be written to."""

    id: str
    satisfaction: Satisfaction
    reason: Reason | None = None
    words: str = ""
    dropped: bool = False
    feedback_id: str | None = None


class Surveys:
    """For those who ask a survey of their own and must know of this one."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database

    async def was_asked(self, sender: str) -> bool:
        """Say whether the conversation, by the name that Rasa knows it under, has had its survey, of either kind."""
        return await self._database().run(state_of, sender) is not SurveyState.UNASKED


def state_of(connection: Connection, sender: str) -> SurveyState:
    """Return what became of the survey on how the talk went."""
    row = _ASKED.first(connection, the_sender=sender)
    if row is None:
        return SurveyState.UNASKED
    return SurveyState(row.state) if row.kind == SurveyKind.TOPIC.value else SurveyState.CLOSED


def mark_asked(connection: Connection, sender: str, kind: SurveyKind, day: date) -> bool:
    """Note that a survey is asked; False where one was. The caller holds the conversation's row."""
    if state_of(connection, sender) is not SurveyState.UNASKED:
        return False
    _ASK.run(connection, sender=sender, kind=kind.value, state=SurveyState.ASKED.value, asked_on=day)
    return True


def give_answer(connection: Connection, sender: str, channel: str, day: date, answer: SurveyAnswer) -> bool:
    """Keep an answer, or a change of it under the same id; False where this conversation has given another.

    The row of the answer and that of the conversation have nothing in common: not the name, not the moment.
    """
    mark_asked(connection, sender, SurveyKind.TOPIC, day)
    state = state_of(connection, sender)
    if state is SurveyState.CLOSED:
        return False
    if answer.satisfaction is Satisfaction.SKIPPED:
        return state is SurveyState.ANSWERED or _settle(connection, sender, SurveyState.SKIPPED)
    values = {
        "satisfaction": answer.satisfaction.value,
        "reason": answer.reason.value if answer.reason else None,
        "words": answer.words,
        "words_dropped": answer.dropped,
        "bottleneck": bottleneck_in(answer.words),
    }
    if answer.feedback_id:
        values["feedback_id"] = answer.feedback_id
    if state is SurveyState.ANSWERED:
        mine = SURVEY_ANSWER.c.id == answer.id
        return bool(connection.execute(update(SURVEY_ANSWER).where(mine).values(**values)).rowcount)
    if connection.execute(select(SURVEY_ANSWER.c.id).where(SURVEY_ANSWER.c.id == answer.id)).first() is not None:
        return False
    connection.execute(insert(SURVEY_ANSWER).values(id=answer.id, channel=channel, answered_on=day, **values))
    return _settle(connection, sender, SurveyState.ANSWERED)


def forget_survey(connection: Connection, sender: str) -> None:
    """Drop what is known of an erased conversation; an anonymous answer stays, nothing leads to it."""
    connection.execute(delete(SURVEY_ASKED).where(SURVEY_ASKED.c.sender == sender))


def _settle(connection: Connection, sender: str, state: SurveyState) -> bool:
    connection.execute(update(SURVEY_ASKED).where(SURVEY_ASKED.c.sender == sender).values(state=state.value))
    return True
