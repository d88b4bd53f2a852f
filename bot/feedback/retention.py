"""How long people's own words are kept with feedback: for a while after nobody has to act on them any more.

Erased are the words, the question before the answer, and the tie to the conversation; of anonymous survey answers the
words. What stays tells of records, not of people: thumb, reason, record and version, bottleneck, states and dates,
and what an officer wrote came of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.engine import Connection

from bot.feedback.follow_ups import add_event
from bot.feedback.models import CLOSED, Happening
from bot.feedback.tables import FEEDBACK, FEEDBACK_FOLLOW_UP, SURVEY_ANSWER
from bot.ops.clock import Clock, city_date
from bot.store.engine import Database
from bot.tuning.reading import Tuning

BY_JOB = "job"
_AT_ONCE = 200


@dataclass(frozen=True)
class FeedbackRetention:
    """Takes people's words out of old feedback. tuning: says for how long they are kept."""

    database: Callable[[], Database]
    clock: Clock
    tuning: Tuning

    async def forget_old(self) -> tuple[int, int]:
        """Erase what is old; how many items, and how many survey answers, lost their words."""
        return await self.database().write(self.forget_in)

    def forget_in(self, connection: Connection) -> tuple[int, int]:
        """As `forget_old`, within a transaction."""
        kept = timedelta(days=self.tuning.read(connection).feedback_kept_days)
        return self._forget_items(connection, kept), self._forget_surveys(connection, kept)

    def _forget_items(self, connection: Connection, kept: timedelta) -> int:
        """An item that is open stays, however old; the time begins with its last change or its being closed."""
        now, joined = self.clock.now(), FEEDBACK_FOLLOW_UP.c.feedback_id == FEEDBACK.c.id
        last = func.coalesce(FEEDBACK_FOLLOW_UP.c.closed_at, FEEDBACK.c.updated_at)
        is_over = or_(
            FEEDBACK_FOLLOW_UP.c.feedback_id.is_(None),
            FEEDBACK_FOLLOW_UP.c.state.in_([state.value for state in CLOSED]),
        )
        holds = or_(FEEDBACK.c.words != "", FEEDBACK.c.question != "", FEEDBACK.c.conversation_id.isnot(None))
        old = and_(FEEDBACK.c.updated_at < now - kept, last < now - kept)
        query = select(FEEDBACK.c.id).select_from(FEEDBACK.outerjoin(FEEDBACK_FOLLOW_UP, joined))
        found = connection.execute(query.where(is_over, holds, old).order_by(FEEDBACK.c.id).limit(_AT_ONCE)).all()
        for row in found:
            add_event(connection, now, row.id, BY_JOB, Happening.FORGOTTEN)
            values = {"words": "", "question": "", "conversation_id": None, "message_seq": 0}
            connection.execute(update(FEEDBACK).where(FEEDBACK.c.id == row.id).values(**values))
        return len(found)

    def _forget_surveys(self, connection: Connection, for_so_long: timedelta) -> int:
        """An answer whose writer may be written to is an item as well: its words stay as long as the item's."""
        kept = select(FEEDBACK.c.id).where(FEEDBACK.c.words != "")
        is_over = or_(SURVEY_ANSWER.c.feedback_id.is_(None), SURVEY_ANSWER.c.feedback_id.notin_(kept))
        before = city_date(self.clock.now()) - for_so_long
        old = and_(SURVEY_ANSWER.c.words != "", SURVEY_ANSWER.c.answered_on < before, is_over)
        return int(connection.execute(update(SURVEY_ANSWER).where(old).values(words="")).rowcount)
