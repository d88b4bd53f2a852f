"""Jobs about requests to the digital teams: say what is new, let climb what nobody takes, forget what is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.hub.conversations import add_messages
from bot.hub.models import Draft, Role
from bot.hub.tables import CONVERSATION
from bot.jobs.runner import Result
from bot.ops.clock import Clock
from bot.ops.outcomes import Outcome
from bot.ops.quiet_hours import is_quiet
from bot.referrals.climbing import ReferralClock
from bot.referrals.words import ReferralWord, ReferralWords, mark_number, mark_said, open_senders, saying_of
from bot.store.engine import Database


@dataclass(frozen=True)
class ReferralJobs:
    """The work of the jobs; each may be broken off anywhere and goes on at its next run."""

    ageing: ReferralClock
    words: ReferralWords
    database: Callable[[], Database]
    clock: Clock

    async def climb(self) -> Result:
        """Hand on what is overdue."""
        return await self.ageing.climb()

    async def forget(self) -> Result:
        """Take back what erased conversations have asked for; forget old drafts and hashes."""
        gone = await self.ageing.gone(await self.database().run(_erased))
        return {"gone": gone, **(await self.ageing.forget())}

    async def say_words(self) -> Result:
        """Say what waits to be said, in the citizens' channels, outside the quiet hours."""
        if is_quiet(self.clock.now()):
            return {}
        said = 0
        for word in await self.words.waiting():
            said += await self.database().write(self._say, word, _draft(word))
        return {"said": said}

    def _say(self, connection: Connection, word: ReferralWord, draft: Draft) -> int:
        """Store the message and mark the word said, both or neither. An erased conversation hears nothing more."""
        now = self.clock.now()
        alive = (CONVERSATION.c.rasa_sender == word.sender, CONVERSATION.c.erased_at.is_(None))
        conversation_id = connection.execute(select(CONVERSATION.c.id).where(*alive)).scalar()
        lock = update(CONVERSATION).where(CONVERSATION.c.id == conversation_id, CONVERSATION.c.erased_at.is_(None))
        if conversation_id is None or connection.execute(lock.values(updated_at=now)).rowcount == 0:
            mark_said(connection, word.id, now)
            return 0
        if not mark_said(connection, word.id, now):
            return 0
        (message,) = add_messages(connection, conversation_id, Role.ASSISTANT, (draft,), now)
        mark_number(connection, word.id, message.seq)
        return 1


def _draft(word: ReferralWord) -> Draft:
    saying = saying_of(word)
    content = {
        "text": saying.text,
        "buttons": [{"title": title} for title, _ in saying.buttons],
        "answer": {"outcome": Outcome.ANSWERED_REFERRAL.value, "procedure_code": None, "fields": []},
    }
    return Draft(content, tuple(payload for _, payload in saying.buttons))


def _erased(connection: Connection) -> list[str]:
    senders = open_senders(connection)
    gone = CONVERSATION.c.erased_at.isnot(None)
    query = select(CONVERSATION.c.rasa_sender).where(gone, CONVERSATION.c.rasa_sender.in_(senders))
    return [row.rasa_sender for row in connection.execute(query)]
