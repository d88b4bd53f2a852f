"""Handing over: who answers a conversation, and every step between citizen, officers and the assistant.

Each step is one transaction: the conversation's row and the request's change by compare-and-set, the history gets its
line, and what the citizen is told is stored with the conversation's next number. Whoever comes second gets a
`HandoffStepError` whose `fault` says why, and nothing has happened.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.engine import Connection

from bot.errors import HandoffStepError, TokenInvalidError
from bot.handoff.models import CLOSING, Asked, HandoffFault, Officer, Outcome, Request, Standing
from bot.handoff.queue import Queue
from bot.hub.delivery import Delivery, MessageStored, StandingChanged
from bot.hub.handing import refuse_step
from bot.hub.handoff_danger import warn_of_danger
from bot.hub.intake import clean
from bot.hub.models import Message
from bot.hub.offer_steps import Stepped
from bot.hub.ownership_steps import NobodyWaits, Steps
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.store.engine import Database

log = EventLog("hub.ownership")
Result = TypeVar("Result")
Care = Callable[[Connection, str], Stepped | None]

LONGEST_REPLY = 4000
LONGEST_REASON = 600
QUEUE_TOPIC = "queue"


def topic_of(conversation_id: str) -> str:
    """The topic under which officers' pages hear that there is news in a conversation."""
    return f"conversation:{conversation_id}"


class Ownership:
    """All steps. changed: told a topic (`QUEUE_TOPIC`, `topic_of(…)`) after each; signals only, nothing private."""

    def __init__(
        self,
        database: Callable[[], Database],
        clock: Clock,
        queue: Queue,
        delivery: Delivery,
        changed: Callable[[str], None] = lambda topic: None,
    ) -> None:
        self._database, self._clock = database, clock
        self.queue, self.steps = queue, Steps(clock, queue)
        self._delivery, self.changed = delivery, changed

    async def ask(self, conversation_id: str, asked: Asked) -> Request | None:
        """Put a conversation of the assistant's into the queue; the request that is open where there is one.

        None where nobody is there to take it, or it is erased.
        """
        return await self._database().write(self.steps.ask, conversation_id, asked)

    async def stop_waiting(self, conversation_id: str, said: tuple[str, str] | None = None) -> Request | None:
        """The citizen waits no longer: the assistant answers. None where nobody waits (any more).

        said: id and words with which the citizen has said so, stored with it; without them nothing is said about it.
        """
        try:
            return await self._step(self.steps.stop_waiting, conversation_id, said)
        except NobodyWaits:
            return None

    async def warn(self, conversation_id: str) -> bool:
        """The citizen tells of danger while no assistant reads: the numbers at once, and first in the queue.

        False where the assistant answers: it says so itself.
        """
        try:
            stepped = await self._database().write(warn_of_danger, conversation_id, self._clock.now())
        except TokenInvalidError:  # erased this very moment
            return False
        if stepped is None:
            return False
        self._publish(stepped)
        await self.show_standing(conversation_id)
        return True

    async def step_in(self, conversation_id: str, officer: Officer, reason: str) -> Request:
        """Take a conversation that nobody has asked an officer for. The reason stands in the history."""
        return await self._step(self.steps.step_in, conversation_id, officer, _needed(reason))

    async def claim(self, request_id: str, officer: Officer) -> Request:
        """Take a waiting conversation. Of all who try at once, one has it; the others get `TAKEN`."""
        return await self._step(self.steps.claim, request_id, officer)

    async def release(self, request_id: str, officer: Officer, reason: str) -> Request:
        """Put it back into the queue, where it keeps the place of its age."""
        return await self._step(self.steps.release, request_id, officer, _needed(reason))

    async def offer(self, request_id: str, officer: Officer, to: Officer, reason: str = "") -> Request:
        """Offer it to a colleague, who has `Tuned.offer_time` to answer; until then it stays with who holds it."""
        return await self._step(self.steps.offer, request_id, officer, to, _short(reason))

    async def withdraw_offer(self, request_id: str, officer: Officer) -> Request:
        """Take an offer back before it is answered."""
        return await self._step(self.steps.end_offer, request_id, officer, "withdrawn")

    async def accept(self, request_id: str, officer: Officer) -> Request:
        """Take what a colleague offers."""
        return await self._step(self.steps.accept, request_id, officer)

    async def decline(self, request_id: str, officer: Officer, reason: str = "") -> Request:
        """Leave it with who offers it."""
        return await self._step(self.steps.decline, request_id, officer, _short(reason))

    async def reply(
        self, request_id: str, officer: Officer, client_id: str, text: str, more: dict[str, Any] | None = None
    ) -> Message:
        """Answer the citizen. Sent again with the same `client_id`, it is the same message.

        more: further content (blocks, attachments, answer) that was put together by the caller.
        """
        words = _words(text)
        stepped = await self._database().write(self.steps.reply, request_id, officer, client_id, words, more or {})
        self._publish(stepped)
        return stepped.messages[-1]

    async def note(self, request_id: str, officer: Officer, text: str, mentions: tuple[str, ...] = ()) -> None:
        """Keep words that only officers see. mentions: ids of colleagues."""
        await self._step(self.steps.note, request_id, officer, _words(text), mentions)

    async def type(self, request_id: str, officer: Officer) -> None:
        """The officer is writing: the citizen sees it for `TYPING_TIME`. Nothing happens where it is not theirs."""
        conversation_id = await self._database().write(self.steps.type, request_id, officer)
        if conversation_id is not None:
            await self.show_standing(conversation_id)

    async def snooze(self, request_id: str, officer: Officer, until: datetime) -> Request:
        """Put it aside until then, or until the citizen writes."""
        return await self._step(self.steps.snooze, request_id, officer, until)

    async def give_back(self, request_id: str, officer: Officer) -> Request:
        """Have the assistant go on; the citizen is told."""
        return await self._step(self.steps.close, request_id, officer, Outcome.GIVEN_BACK, "", "given_back")

    async def close(self, request_id: str, officer: Officer, outcome: Outcome, reason: str) -> Request:
        """End it with what came of it; the citizen is told, and the assistant answers what comes next."""
        if outcome not in CLOSING:
            raise refuse_step(HandoffFault.OUTCOME)
        return await self._step(self.steps.close, request_id, officer, outcome, _needed(reason), "closed")

    async def reopen(self, request_id: str, officer: Officer) -> Request:
        """Go on with one that was ended; whoever reopens it has it."""
        return await self._step(self.steps.reopen, request_id, officer)

    async def standing(self, conversation_id: str) -> Standing:
        """Return where the citizen stands."""
        return await self.queue.standing(conversation_id)

    async def show_standing(self, conversation_id: str) -> None:
        """Tell the citizen's windows where they stand now."""
        self._delivery.publish(conversation_id, StandingChanged(await self.queue.standing(conversation_id)))

    async def read(self, work: Callable[[Connection], Result]) -> Result:
        """Read in one transaction, for who looks after requests."""
        return await self._database().run(work)

    async def care(self, work: Care, request_id: str) -> bool:
        """Do what is due with one request; False where there was nothing, or somebody was faster."""
        try:
            stepped = await self._database().write(work, request_id)
        except HandoffStepError:
            return False
        if stepped is None:
            return False
        self._publish(stepped)
        await self.show_standing(stepped.request.conversation_id)
        return True

    async def _step(self, work: Callable[..., Stepped], *args: Any) -> Request:
        stepped = await self._database().write(work, *args)
        self._publish(stepped)
        await self.show_standing(stepped.request.conversation_id)
        return stepped.request

    def _publish(self, stepped: Stepped) -> None:
        request = stepped.request
        for message in stepped.messages:
            self._delivery.publish(message.conversation_id, MessageStored(message))
        self.changed(QUEUE_TOPIC)
        self.changed(topic_of(request.conversation_id))
        log.info("handoff_step", request=request.id[:8], state=request.state.value, version=request.version)


def _short(reason: str) -> str:
    return " ".join(clean(reason).split())[:LONGEST_REASON]


def _needed(reason: str) -> str:
    words = _short(reason)
    if not words:
        raise refuse_step(HandoffFault.NO_REASON)
    return words


def _words(text: str) -> str:
    words = clean(text).strip()
    if not words:
        raise refuse_step(HandoffFault.NO_WORDS)
    if len(words) > LONGEST_REPLY:
        raise refuse_step(HandoffFault.TOO_LONG)
    return words
