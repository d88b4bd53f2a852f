"""Jobs about petitions: remind and escalate, tell people of each step, close what is settled, forget what is old."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from bot.hub.models import Draft
from bot.jobs.runner import Result
from bot.jobs.saying import erased_among, say_on_both
from bot.ops.clock import Clock
from bot.ops.news import NewsKind, to_content
from bot.ops.quiet_hours import is_quiet
from bot.petitions.build import PetitionParts
from bot.petitions.telling import Word, buttons, step_of, tell
from bot.petitions.words import mark_number, mark_said, senders, waiting
from bot.store.engine import Database
from knowledge.blocks import to_json, to_text

SEE_INTENT = "ask_petition"
"""The intent that shows a petition with what can be done about it; the conversation needs no proof for its own."""


@dataclass(frozen=True)
class PetitionJobs:
    """The work of the jobs; each may be broken off anywhere and goes on at its next run.

    free: what a petition has to meet before people are taken out of it: no hold keeps it.
    """

    parts: PetitionParts
    database: Callable[[], Database]
    clock: Clock
    free: tuple[Any, ...] = ()

    async def look_at_clocks(self) -> Result:
        """Remind and escalate, remind citizens who were asked, close what can be opened again no more."""
        return {
            "alerts": await self.parts.watch.remind(),
            "citizens": await self.parts.watch.remind_citizens(),
            "closed": await self.parts.watch.close_answered(),
        }

    async def say_words(self) -> Result:
        """Tell people what has happened, in their conversations, outside the quiet hours."""
        await self._cut_erased()
        if is_quiet(self.clock.now()):
            return {}
        words = await self.database().run(waiting, self.parts.views)
        said = 0
        for word in words:
            said += await self.database().write(self._say, word)
        return {"said": said}

    async def forget(self) -> Result:
        """Anonymise old petitions, drop counts of look-ups that are over."""
        anonymised = await self.parts.retention.forget_old(*self.free)
        return {"anonymised": anonymised, "tries": await self.parts.service.forget_tries()}

    async def _cut_erased(self) -> None:
        """Whoever erases a conversation is told nothing there any more; their petitions stay."""
        known = await self.database().run(senders)
        for sender in await self.database().run(erased_among, known) if known else ():
            await self.parts.service.erase(sender)

    def _say(self, connection: Connection, word: Word) -> int:
        """Store the message and mark the word said, both or neither."""
        now = self.clock.now()
        if not mark_said(connection, word.id, now):
            return 0
        message = say_on_both(connection, word.sender, draft_of(word), now)
        if message is None:  # the conversation is erased, or was never there
            return 0
        mark_number(connection, word.id, message.seq)
        return 1


def draft_of(word: Word) -> Draft:
    """Return the message of a word."""
    blocks = tell(word)
    titles = buttons(word)
    content = {
        "text": to_text(blocks),
        "blocks": to_json(blocks),
        "buttons": [{"title": title} for title in titles],
        "answer": {"outcome": "answered_petition_step", "procedure_code": None, "fields": []},
        "news": to_content(
            NewsKind.PETITION_STEP,
            petition_code=word.code,
            step=step_of(word),
            unit=word.unit_name,
            due_on=word.due_answer,
        ),
    }
    payload = f"/{SEE_INTENT}{json.dumps({'petition_code': word.code})}"
    return Draft(content, tuple(payload for _ in titles))
