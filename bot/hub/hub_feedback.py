"""What channels do with feedback: rate an answer, take it back, answer the survey, and know what was given before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.errors import AssistantDownError
from bot.feedback.models import Kept, RatedTurn, Rating, Reason, Thumb
from bot.feedback.store import open_from_survey, rate, ratings_of
from bot.feedback.surveys import SurveyAnswer, SurveyState, give_answer, state_of
from bot.feedback.words import NOT_SUSPECT, TakenWords, Understood, take_words
from bot.handoff.models import CITY_UNIT, Trigger
from bot.handoff.queue import Queue
from bot.hub.conversations import add_messages, find_conversation
from bot.hub.delivery import Delivery, MessageRated, MessageStored, Surveyed
from bot.hub.feedback_effects import last_answer, may_be_rated, turn_of
from bot.hub.handoff_effects import offer_draft, was_offered
from bot.hub.intake import accept, refuse
from bot.hub.limits import PER_CONVERSATION, Rate, RateLimiter
from bot.hub.models import Answerer, Conversation, Message, Refusal, Role
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.ops.clock import Clock, city_date
from bot.ops.logging import EventLog
from bot.ops.satisfaction import Satisfaction
from bot.staff.models import Feature
from bot.staff.switches import Switches
from bot.store.engine import Database

log = EventLog("hub.feedback")

RATINGS = Rate(burst=PER_CONVERSATION.burst * 4, per_second=2)
"""A thumb, a reason and words are three; nobody waits for an answer to them."""
CHECK_SECONDS = 5.0
DOWN_UNTIL_OFFERED = 2
"""Answers found wrong in one conversation, from which an officer is offered."""


class Reader(Protocol):
    """Who tells what a text is taken for; raises `AssistantDownError` when it cannot."""

    async def understand(self, text: str, seconds: float) -> Understood: ...


@dataclass(frozen=True)
class GivenRating:
    """A rating as it comes: nothing is screened yet. thumb None: taken back."""

    seq: int
    thumb: Thumb | None = None
    reason: Reason | None = None
    words: str = ""


@dataclass(frozen=True)
class GivenSurvey:
    """A survey's answer as it comes. contact: the citizen agrees that somebody writes to them here."""

    id: str
    satisfaction: Satisfaction
    reason: Reason | None = None
    words: str = ""
    contact: bool = False


@dataclass(frozen=True)
class SurveyTaken:
    """What was done with a survey's answer."""

    words: TakenWords
    contact: bool = False


@dataclass(frozen=True)
class FeedbackGiven:
    """All that a conversation's window has to show again after a reload."""

    ratings: dict[int, Kept] = field(default_factory=dict)
    survey: SurveyState = SurveyState.UNASKED


class HubFeedback:
    """Every write begins with the conversation's row, as all of the hub's do."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        reader: Reader,
        delivery: Delivery,
        queue: Queue | None = None,
        switches: Switches | None = None,
    ) -> None:
        """queue: by which an officer is offered to who finds two answers wrong; without it nobody is.

        switches: by which ratings, and officers, can be switched off.
        """
        self._switches = switches
        self._database = database
        self._clock = clock
        self._reader = reader
        self._delivery = delivery
        self._queue = queue
        self._pace = RateLimiter(RATINGS)

    async def given(self, conversation_id: str) -> FeedbackGiven:
        """Return what was given in this conversation."""
        return await self._database.run(_given, conversation_id)

    async def rate(self, conversation_id: str, given: GivenRating) -> tuple[Kept, TakenWords]:
        """Store a rating over the one before.

        Raises `MessageRefusedError`: too fast, too long, erased, or no answer that can be rated.
        """
        self._take_place(conversation_id)
        if given.thumb is not None:
            await self._check_switch()
        words = await self._screened(given.words)
        thumb_down = given.thumb is Thumb.DOWN
        rating = Rating(given.thumb, given.reason if thumb_down else None, words.text, words.dropped)
        kept = await self._database.write(self._rate, conversation_id, given.seq, rating)
        thumb, reason = kept.rating.thumb, kept.rating.reason
        log.info("rated", conversation=conversation_id[:8], seq=given.seq, thumb=thumb, reason=reason)
        self._delivery.publish(conversation_id, MessageRated(given.seq, kept))
        if rating.thumb is Thumb.DOWN:
            offer = await self._database.write(self._offer, conversation_id)
            if offer is not None:
                self._delivery.publish(conversation_id, MessageStored(offer))
        return kept, words

    async def answer_survey(self, conversation_id: str, given: GivenSurvey) -> SurveyTaken:
        """Store an answer to the survey, or that it was left out. Raises `MessageRefusedError`."""
        self._take_place(conversation_id)
        if given.satisfaction is not Satisfaction.SKIPPED:
            await self._check_switch()
        words = await self._screened(given.words)
        await self._database.write(self._answer_survey, conversation_id, given, words)
        self._delivery.publish(conversation_id, Surveyed())
        log.info("survey_answered")  # nothing that leads from the conversation to the answer
        return SurveyTaken(words, given.contact)

    async def _check_switch(self) -> None:
        off = await self._switches.is_off(Feature.RATINGS) if self._switches is not None else None
        if off is not None:
            raise refuse(Refusal.SWITCHED_OFF, off)

    def _take_place(self, conversation_id: str) -> None:
        if not self._pace.take(conversation_id):
            raise refuse(Refusal.TOO_FAST)

    async def _screened(self, text: str) -> TakenWords:
        """Have words read as a question is: the classifiers know accusations that no rule does."""
        if not text.strip():
            return TakenWords()
        words = accept(text)
        by_rules = take_words(words, NOT_SUSPECT)
        if by_rules.dropped:
            return by_rules
        try:
            understood = await self._reader.understand(words, CHECK_SECONDS)
        except AssistantDownError as error:
            log.warning("words_unread", code=error.code, **error.context)
            return take_words(words, None)
        return take_words(words, understood)

    def _rate(self, connection: Connection, conversation_id: str, seq: int, rating: Rating) -> Kept:
        conversation, now = self._lock(connection, conversation_id)
        query = select(MESSAGE).where(MESSAGE.c.conversation_id == conversation_id, MESSAGE.c.seq == seq)
        row = connection.execute(query).first()
        if row is None or row.role != Role.ASSISTANT.value or not may_be_rated(row.content):
            raise refuse(Refusal.NOT_RATEABLE)
        return rate(connection, now, turn_of(connection, conversation, row), rating)

    def _answer_survey(
        self, connection: Connection, conversation_id: str, given: GivenSurvey, words: TakenWords
    ) -> None:
        conversation, now = self._lock(connection, conversation_id)
        feedback_id = None
        if given.contact and given.satisfaction is not Satisfaction.SKIPPED:
            turn = last_answer(connection, conversation, conversation.last_seq + 1)
            turn = turn or RatedTurn(conversation.id, 0, conversation.channel)
            rating = Rating(reason=given.reason, words=words.text, dropped=words.dropped)
            feedback_id = open_from_survey(connection, now, turn, rating)
        answer = SurveyAnswer(given.id, given.satisfaction, given.reason, words.text, words.dropped, feedback_id)
        if not give_answer(connection, conversation.rasa_sender, conversation.channel, city_date(now), answer):
            raise refuse(Refusal.SURVEY_OVER)

    def _offer(self, connection: Connection, conversation_id: str) -> Message | None:
        """Store the question whether an officer is wanted, once, when a second answer was found wrong."""
        conversation, now = self._lock(connection, conversation_id)
        down = [one for one in ratings_of(connection, conversation_id).values() if one.rating.thumb is Thumb.DOWN]
        if len(down) < DOWN_UNTIL_OFFERED or conversation.status is not Answerer.ASSISTANT:
            return None
        if self._queue is None or not self._queue.tuning.read(connection).rule_thumbs_down:
            return None
        if not self._queue.desk_of(connection, CITY_UNIT).takes():
            return None
        if self._switches is not None and self._switches.off_within(connection, Feature.HANDOFF) is not None:
            return None
        if was_offered(connection, conversation_id, Trigger.THUMBS_DOWN):
            return None
        return add_messages(connection, conversation_id, Role.SYSTEM, (offer_draft(Trigger.THUMBS_DOWN),), now)[0]

    def _lock(self, connection: Connection, conversation_id: str) -> tuple[Conversation, datetime]:
        now = self._clock.now()
        mine = (CONVERSATION.c.id == conversation_id, CONVERSATION.c.erased_at.is_(None))
        if connection.execute(update(CONVERSATION).where(*mine).values(updated_at=now)).rowcount == 0:
            raise refuse(Refusal.ENDED)
        conversation = find_conversation(connection, conversation_id)
        assert conversation is not None  # noqa: S101 - its row is locked
        return conversation, now


def _given(connection: Connection, conversation_id: str) -> FeedbackGiven:
    conversation = find_conversation(connection, conversation_id)
    if conversation is None:
        return FeedbackGiven()
    return FeedbackGiven(ratings_of(connection, conversation_id), state_of(connection, conversation.rasa_sender))
