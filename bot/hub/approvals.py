"""Officers look at the assistant's answers before they go, and a clock lets go what nobody has looked at in time.

Each step is one transaction over the conversation's row and the answer's; whoever comes second gets an `ApprovalError`
whose `fault` says why, and nothing has happened. What is held is on disk: a process that dies loses none of it, and
whichever hub looks next lets it go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from bot.approval.models import ApprovalFault, HeldAnswer, HeldState
from bot.approval.rows import all_held, dropped_of, find_answer, held_of, revision_of
from bot.approval.switches import refuse_approval
from bot.errors import ApprovalError
from bot.handoff.models import Officer
from bot.hub.delivery import Delivery, MessageStored
from bot.hub.held_answers import Along, let_go, replace, take_answer
from bot.hub.holding import Holding
from bot.hub.intake import clean
from bot.hub.models import Message
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.store.engine import Database

log = EventLog("hub.approvals")

LONGEST_REPLY = 4000
PAUSE_SECONDS = 1.0
Off = Callable[[], Awaitable[str | None]]
"""The sentence for citizens while the assistant is switched off; None while it is on."""


@dataclass(frozen=True)
class Settled:
    """What a step has made."""

    answer: HeldAnswer
    messages: tuple[Message, ...] = ()


class Approvals:
    """All steps on held answers. changed: told a conversation's id after each."""

    def __init__(
        self,
        database: Callable[[], Database],
        clock: Clock,
        holding: Holding,
        along: Along,
        delivery: Delivery,
        changed: Callable[[str], None],
    ) -> None:
        self._database, self._clock = database, clock
        self._holding, self._along = holding, along
        self._delivery, self._changed = delivery, changed

    async def all(self) -> list[HeldAnswer]:
        """Return what is held now, what is due first in front."""
        return await self._database().run(all_held)

    async def revision(self) -> str:
        """Return a mark that is another one after every change."""
        return await self._database().run(revision_of)

    async def of(self, conversation_ids: Sequence[str]) -> list[HeldAnswer]:
        """Return what is held in these conversations, each conversation's in its order."""
        return await self._database().run(held_of, conversation_ids)

    async def dropped(self, conversation_id: str) -> list[HeldAnswer]:
        """Return what the assistant had ready in a conversation, and was not sent because somebody took it over."""
        return await self._database().run(dropped_of, conversation_id)

    async def find(self, answer_id: str) -> HeldAnswer | None:
        """Return an answer, whatever has become of it."""
        return await self._database().run(find_answer, answer_id)

    async def approve(self, answer_id: str, officer: Officer) -> HeldAnswer:
        """Send an answer as it is. Done twice by the same person, it is done once."""
        return await self._step(self._approve, answer_id, officer)

    async def edit(self, answer_id: str, officer: Officer, text: str) -> HeldAnswer:
        """Send other words in its place, as the officer's; the assistant's are kept beside them."""
        return await self._step(self._replace, answer_id, officer, _words(text), HeldState.EDITED)

    async def refuse(self, answer_id: str, officer: Officer, text: str) -> HeldAnswer:
        """Do not send it, and answer in one's own words; the assistant goes on afterwards."""
        return await self._step(self._replace, answer_id, officer, _words(text), HeldState.REFUSED)

    async def look(self) -> int:
        """Let go what is due, or what nobody is there any more to look at; return how many."""
        gone = 0
        for answer in await self.all():
            try:
                settled = await self._database().write(self._let_go_if_due, answer.id)
            except ApprovalError:  # somebody was faster, or an earlier one comes first
                continue
            if settled is not None:
                self._publish(settled)
                gone += 1
        return gone

    def _approve(self, connection: Connection, answer_id: str, officer: Officer) -> Settled:
        if (known := _done_by(connection, answer_id, officer, HeldState.APPROVED)) is not None:
            return known
        now = self._clock.now()
        conversation, answer = take_answer(connection, answer_id, now)
        _demand(officer, answer)
        messages = let_go(connection, conversation, answer, HeldState.APPROVED, now, self._along, officer)
        return Settled(answer, tuple(messages))

    def _replace(
        self, connection: Connection, answer_id: str, officer: Officer, text: str, state: HeldState
    ) -> Settled:
        if (known := _done_by(connection, answer_id, officer, state)) is not None:
            return known
        now = self._clock.now()
        conversation, answer = take_answer(connection, answer_id, now)
        _demand(officer, answer)
        return Settled(answer, tuple(replace(connection, conversation, answer, state, text, officer, now)))

    def _let_go_if_due(self, connection: Connection, answer_id: str) -> Settled | None:
        now = self._clock.now()
        conversation, answer = take_answer(connection, answer_id, now)
        if answer.due_at > now and self._holding.is_looked_at(connection, answer.unit):
            return None
        messages = let_go(connection, conversation, answer, HeldState.UNSEEN, now, self._along)
        return Settled(answer, tuple(messages))

    async def _step(self, work: Callable[..., Settled], *args: object) -> HeldAnswer:
        settled = await self._database().write(work, *args)
        self._publish(settled)
        return settled.answer

    def _publish(self, settled: Settled) -> None:
        for message in settled.messages:
            self._delivery.publish(message.conversation_id, MessageStored(message))
        self._changed(settled.answer.conversation_id)
        log.info("answer_settled", answer=settled.answer.id[:8], messages=len(settled.messages))


class ApprovalWatch:
    """Looks after held answers as long as the hub runs; several hubs may, each answer goes once."""

    def __init__(self, approvals: Approvals, switched_off: Off, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._approvals, self._off, self._pause = approvals, switched_off, pause_seconds
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._pause)
            try:
                # While the assistant is switched off, nothing of it goes without an officer.
                if await self._off() is None:
                    await self._approvals.look()
            except Exception as error:  # must outlive a database that is away
                log.fault("look_failed", error)


def _done_by(connection: Connection, answer_id: str, officer: Officer, state: HeldState) -> Settled | None:
    answer = find_answer(connection, answer_id)
    if answer is not None and answer.state is state and answer.by_id == officer.id:
        return Settled(answer)
    return None


def _demand(officer: Officer, answer: HeldAnswer) -> None:
    if not officer.serves(answer.unit):
        raise refuse_approval(ApprovalFault.OTHER_UNIT)


def _words(text: str) -> str:
    words = clean(text).strip()
    if not words:
        raise refuse_approval(ApprovalFault.NO_WORDS)
    if len(words) > LONGEST_REPLY:
        raise refuse_approval(ApprovalFault.TOO_LONG)
    return words
