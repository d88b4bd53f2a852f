"""What an answer brings about beside being said: a follow-up with its reference, the survey at the end of a topic.

It happens in the transaction that stores the answer. So whoever has read a reference finds it on disk, and an answer
that Rasa is asked for twice has its effect once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection, Row

from bot.feedback.models import RatedTurn, Reason
from bot.feedback.store import add_to, forget_conversation, open_not_solved
from bot.feedback.surveys import SurveyKind, forget_survey, mark_asked
from bot.feedback.words import NOT_SUSPECT, take_words
from bot.hub.models import ANSWERS, Conversation, Draft, Role, Turn
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.ops.clock import city_date
from bot.ops.outcomes import Outcome, is_rateable
from bot.staff.models import Feature
from bot.staff.switches import Switches
from bot.store.prepared import Prepared
from bot.tuning.reading import Tuning

FOLLOW_UP, TOPIC_ENDS = "follow_up", "topic_ends"
EFFECTS = (FOLLOW_UP, TOPIC_ENDS)
"""Keys of Rasa's custom objects: `{"follow_up": {"reference": …, "opens": true, "reason": …, "words": true}}` and
`{"topic_ends": true}`."""
SURVEY = "survey"
"""Key of a message's content: the survey is shown under it."""
UNRATED = "unrated"
"""Key of a message's content: it was made while ratings were switched off, so no thumbs are shown under it."""
_LOOKED_BACK = 60
_ANSWERS = Prepared(
    select(MESSAGE)
    .where(MESSAGE.c.conversation_id == bindparam("the_id"), MESSAGE.c.role == Role.ASSISTANT.value)
    .where(MESSAGE.c.seq < bindparam("the_seq"))
    .order_by(MESSAGE.c.seq.desc())
    .limit(bindparam("the_number"))
)
_ANSWERED = "answered_"


def with_feedback(
    connection: Connection,
    turn: Turn,
    drafts: tuple[Draft, ...],
    at: datetime,
    tuning: Tuning | None = None,
    switches: Switches | None = None,
) -> tuple[Draft, ...]:
    """Do what the drafts bring about; return them as they are to be stored.

    tuning: says whether the survey is on. switches: whether anything may be rated now; without it all may.
    """
    drafts = tuple(_with_follow_up(connection, turn, draft, at) for draft in drafts)
    sender, day = turn.conversation.rasa_sender, city_date(at)
    if any(_outcome(draft.content) == Outcome.CLARIFIED_CASE_RATING.value for draft in drafts):
        mark_asked(connection, sender, SurveyKind.CASE, day)
    if switches is not None and switches.off_within(connection, Feature.RATINGS) is not None:
        return tuple(_unrated(draft) for draft in drafts)
    ends = any(draft.effects.get(TOPIC_ENDS) for draft in drafts) and (tuning or Tuning()).read(connection).survey
    if ends and _has_finished_topic(connection, turn) and mark_asked(connection, sender, SurveyKind.TOPIC, day):
        drafts = (*drafts[:-1], replace(drafts[-1], content={**drafts[-1].content, SURVEY: True}))
    return drafts


def erase_feedback(connection: Connection, conversation_id: str, at: datetime) -> None:
    """Forget an erased conversation."""
    forget_conversation(connection, at, conversation_id)
    sender = select(CONVERSATION.c.rasa_sender).where(CONVERSATION.c.id == conversation_id)
    forget_survey(connection, str(connection.execute(sender).scalar()))


def turn_of(connection: Connection, conversation: Conversation, row: Row) -> RatedTurn:
    """Return the answer in `row`, with the question before it, as feedback knows it."""
    answer: Mapping[str, Any] = row.content.get("answer") or {}
    asked = (
        select(MESSAGE.c.content)
        .where(MESSAGE.c.conversation_id == conversation.id, MESSAGE.c.role == Role.CITIZEN.value)
        .where(MESSAGE.c.seq <= int(row.content.get(ANSWERS) or row.seq))
        .order_by(MESSAGE.c.seq.desc())
    )
    question = connection.execute(asked.limit(1)).scalar() or {}
    return RatedTurn(
        conversation_id=conversation.id,
        message_seq=row.seq,
        channel=conversation.channel,
        procedure_code=str(answer.get("procedure_code") or "")[:32],
        record_version=str(answer.get("record_version") or "")[:128],
        fields=tuple(map(str, answer.get("fields") or ())),
        decision_number=str(answer.get("decision_number") or "")[:128],
        outcome=str(answer.get("outcome") or "")[:48],
        question=str(question.get("text") or ""),
    )


def may_be_rated(content: Mapping[str, Any]) -> bool:
    """Say whether a message of the assistant is one that people can find right or wrong."""
    return not content.get(UNRATED) and _says_something(content)


def _says_something(content: Mapping[str, Any]) -> bool:
    answer = content.get("answer")
    return isinstance(answer, Mapping) and not answer.get("goes_on") and is_rateable(str(answer.get("outcome")))


def _unrated(draft: Draft) -> Draft:
    return replace(draft, content={**draft.content, UNRATED: True}) if may_be_rated(draft.content) else draft


def last_answer(connection: Connection, conversation: Conversation, before: int) -> RatedTurn | None:
    """Return the newest answer that people can find right or wrong with a number below `before`."""
    for row in _answers(connection, conversation.id, before):
        if _says_something(row.content):
            return turn_of(connection, conversation, row)
    return None


def _with_follow_up(connection: Connection, turn: Turn, draft: Draft, at: datetime) -> Draft:
    wanted = draft.effects.get(FOLLOW_UP)
    if not isinstance(wanted, Mapping) or not wanted.get("reference"):
        return draft
    reference = str(wanted["reference"])
    # The intent is known: had the words been an accusation, another answer would have come.
    words = take_words(turn.text, NOT_SUSPECT).text if wanted.get("words") and turn.payload is None else ""
    if not wanted.get("opens"):
        reason = Reason(wanted["reason"]) if wanted.get("reason") in list(Reason) else None
        add_to(connection, at, turn.conversation.id, reference, reason, words)
        return draft
    about = last_answer(connection, turn.conversation, turn.seq)
    known = open_not_solved(connection, at, about or _without_answer(turn), words, reference)
    text = str(draft.content["text"]).replace(reference, known)
    return replace(draft, content={**draft.content, "text": text})


def _without_answer(turn: Turn) -> RatedTurn:
    return RatedTurn(turn.conversation.id, turn.seq, turn.conversation.channel)


def _has_finished_topic(connection: Connection, turn: Turn) -> bool:
    """Say whether something was answered before: nobody is asked how it went after a mere greeting."""
    found = (_outcome(row.content) for row in _answers(connection, turn.conversation.id, turn.seq))
    return any(outcome.startswith(_ANSWERED) and is_rateable(outcome) for outcome in found)


def _answers(connection: Connection, conversation_id: str, before: int) -> list[Row]:
    return _ANSWERS.all(connection, the_id=conversation_id, the_seq=before, the_number=_LOOKED_BACK)


def _outcome(content: Mapping[str, Any]) -> str:
    answer = content.get("answer")
    return str(answer.get("outcome")) if isinstance(answer, Mapping) else ""
