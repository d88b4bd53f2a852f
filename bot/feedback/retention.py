"""How long people's own words are kept with feedback: for a while after nobody has to act on them any more.

Erased are the words, the question before the answer, and the tie to the conversation; of anonymous survey answers the
words. What stays tells of records, not of people: thumb, reason, record and version, bottleneck, states and dates,
and what an officer wrote came of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

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

    async def forget_old(self, *only: Any) -> tuple[int, int]:
        """Erase what is old; how many items, and how many survey answers, lost their words."""
        return await self.database().write(self.forget_in, *only)

    def forget_in(self, connection: Connection, *only: Any) -> tuple[int, int]:
        """As `forget_old`, within a transaction. only: conditions that an item has to meet besides."""
        kept = timedelta(days=self.tuning.read(connection).feedback_kept_days)
        return self._forget_items(connection, kept, only), self._forget_surveys(connection, kept)

    def due_in(self, connection: Connection, most: int, *only: Any) -> int:
        """Return how many items and survey answers would lose their words, `most` of each at most; only reads."""
        kept = timedelta(days=self.tuning.read(connection).feedback_kept_days)
        items = self._due_items(kept).where(*only)
        # An answer's words go with those of its item, so an item that is due keeps nothing.
        surveys = select(SURVEY_ANSWER.c.id).where(self._due_surveys(kept, FEEDBACK.c.id.notin_(items)))
        due = [query.limit(most).subquery() for query in (items, surveys)]
        return sum(connection.execute(select(func.count()).select_from(one)).scalar_one() for one in due)

    def _due_items(self, kept: timedelta) -> Any:
        """An item that is open stays, however old; the time begins with its last change or its being closed."""
        now, joined = self.clock.now(), FEEDBACK_FOLLOW_UP.c.feedback_id == FEEDBACK.c.id
        last = func.coalesce(FEEDBACK_FOLLOW_UP.c.closed_at, FEEDBACK.c.updated_at)
        is_over = or_(
            FEEDBACK_FOLLOW_UP.c.feedback_id.is_(None),
            FEEDBACK_FOLLOW_UP.c.state.in_([state.value for state in CLOSED]),
        )
        holds = or_(FEEDBACK.c.words != "", FEEDBACK.c.question != "", FEEDBACK.c.conversation_id.isnot(None))
        old = and_(FEEDBACK.c.updated_at < now - kept, last < now - kept)
        items = select(FEEDBACK.c.id).select_from(FEEDBACK.outerjoin(FEEDBACK_FOLLOW_UP, joined))
        return items.where(is_over, holds, old)

    def _due_surveys(self, for_so_long: timedelta, *and_item: Any) -> Any:
        """An answer whose writer may be written to is an item as well: its words stay as long as the item's."""
        kept = select(FEEDBACK.c.id).where(FEEDBACK.c.words != "", *and_item)
        is_over = or_(SURVEY_ANSWER.c.feedback_id.is_(None), SURVEY_ANSWER.c.feedback_id.notin_(kept))
        before = city_date(self.clock.now()) - for_so_long
        return and_(SURVEY_ANSWER.c.words != "", SURVEY_ANSWER.c.answered_on < before, is_over)

    def _forget_items(self, connection: Connection, kept: timedelta, only: tuple[Any, ...]) -> int:
        now = self.clock.now()
        query = self._due_items(kept).where(*only).order_by(FEEDBACK.c.id)
        found = connection.execute(query.limit(_AT_ONCE)).all()
        for row in found:
            add_event(connection, now, row.id, BY_JOB, Happening.FORGOTTEN)
            values = {"words": "", "question": "", "conversation_id": None, "message_seq": 0}
            connection.execute(update(FEEDBACK).where(FEEDBACK.c.id == row.id).values(**values))
        return len(found)

    def _forget_surveys(self, connection: Connection, for_so_long: timedelta) -> int:
        old = self._due_surveys(for_so_long)
        return int(connection.execute(update(SURVEY_ANSWER).where(old).values(words="")).rowcount)
