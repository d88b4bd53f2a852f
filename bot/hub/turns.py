"""The assistant's turns: one worker for each conversation with something to answer, one question at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from bot.errors import AssistantDownError
from bot.hub.beginning import Beginning
from bot.hub.counting import count_failure, count_turn
from bot.hub.delivery import Delivery, MessageChanged, MessageStored, Typing
from bot.hub.intake import as_words
from bot.hub.memory import Memory
from bot.hub.models import Draft, Message, Role, Settled, ToForget, Turn, Work
from bot.hub.outage import Outage, jitter, may_be_the_question
from bot.hub.patience import SLOW_SECONDS, after
from bot.hub.replies import to_drafts
from bot.hub.turn_store import TurnStore
from bot.hub.wording import Wording
from bot.ops.logging import EventLog, new_reference
from bot.ops.metrics import IN_WORK, Stage, timed
from bot.ops.screening.screening import MASKED, SCREENED

log = EventLog("hub.turns")

SWEEP_SECONDS = 2.5
RETRY_PAUSE_SECONDS = 1.0
LONGEST_RETRY_PAUSE_SECONDS = 30.0
# A question that a living Rasa fails on so often is answered with a sentence, so that the talk goes on.
MOST_ATTEMPTS = 3
STOP_GRACE_SECONDS = 5.0
SWITCH_PAUSE_SECONDS = 1.0


class Assistant(Protocol):
    """Who answers questions; raises `AssistantDownError` when it cannot."""

    async def ask(self, sender: str, text: str, metadata: Mapping[str, Any]) -> list[Mapping[str, Any]]: ...

    async def is_ready(self) -> bool: ...


SwitchedOff = Callable[[], Awaitable[str | None]]
"""The sentence for citizens while the assistant is switched off; None while it is on."""


UNSETTLED, NOTHING = Settled(None), Settled([])
"""Look again for what is to be done; nothing is to be done, and nothing held."""


class Turns:
    """Works off pending turns of all conversations, also those that a stopped process left behind."""

    def __init__(
        self,
        store: TurnStore,
        assistant: Assistant,
        memory: Memory,
        delivery: Delivery,
        wording: Wording,
        sweep_seconds: float = SWEEP_SECONDS,
        retry_pause: float = RETRY_PAUSE_SECONDS,
        switched_off: SwitchedOff | None = None,
        slow_seconds: float = SLOW_SECONDS,
    ) -> None:
        self._store = store
        self._assistant = assistant
        self._memory = memory
        self._delivery = delivery
        self._wording = wording
        self._sweep_seconds = sweep_seconds
        self._retry_pause = retry_pause
        self._switched_off = switched_off or _never
        self._slow_seconds = slow_seconds
        self._outage = Outage(assistant.is_ready)
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._beginning: set[str] = set()
        self._asking: set[str] = set()
        self._sweeper: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Begin with what is pending from before."""
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """Let turns that are being answered finish for a moment, then leave the rest to the next start."""
        self._stopping = True
        if self._sweeper is not None:
            self._sweeper.cancel()
        await self._outage.stop()
        asking = [worker for name, worker in self._workers.items() if name in self._asking]
        if asking:
            await asyncio.wait(asking, timeout=STOP_GRACE_SECONDS)
        left = tuple(self._workers.values())
        for worker in left:
            worker.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._store.release_all()

    def notify(self, conversation_id: str) -> None:
        """There is something to do in this conversation."""
        self._begin(conversation_id, None)

    @contextmanager
    def beginning(self, conversation_id: str) -> Iterator[Beginning]:
        """Around a transaction that stores a message, which may take the conversation at once (`Beginning.take`).

        Meanwhile no worker begins here, so what was taken cannot have been answered by another one when it is begun.
        """
        first = conversation_id not in self._workers and conversation_id not in self._beginning
        beginning = Beginning(self._store if first and not self._stopping else None)
        if first:
            self._beginning.add(conversation_id)
        try:
            yield beginning
        except BaseException:
            self._beginning -= {conversation_id} if first else set()
            if first and conversation_id in self._again:  # others came meanwhile, and were put off
                self.notify(conversation_id)
            raise
        self._beginning -= {conversation_id} if first else set()
        self._begin(conversation_id, beginning.work)

    def _begin(self, conversation_id: str, work: Work | None) -> None:
        if self._stopping:
            return
        if conversation_id in self._workers or conversation_id in self._beginning:
            self._again.add(conversation_id)
            return
        self._workers[conversation_id] = asyncio.create_task(self._work(conversation_id, work))
        IN_WORK.set(len(self._workers))

    async def _sweep(self) -> None:
        while True:
            try:
                await self._store.set_clock()
                await self._store.renew(list(self._workers))
                for conversation_id in await self._store.waiting():
                    if conversation_id not in self._workers:
                        self.notify(conversation_id)
            except Exception as error:  # the sweeper must outlive a database that is away
                log.fault("sweep_failed", error)
            await asyncio.sleep(self._sweep_seconds)

    async def _work(self, conversation_id: str, work: Work | None = None) -> None:
        """Do all that is to be done in one conversation; what is left by a fault is found by the next sweep.

        work: what is held already.
        """
        try:
            while not self._stopping:
                if work is None:
                    self._again.discard(conversation_id)
                    work = await self._store.claim(conversation_id)
                settled = await self._do(work) if work is not None else NOTHING
                work = settled.following
                if work is None and settled.stored is not None and conversation_id not in self._again:
                    return
        except asyncio.CancelledError:
            raise
        except Exception as error:  # last resort of a worker: log it, the sweep tries again
            log.fault("worker_failed", error, conversation=conversation_id[:8])
            await asyncio.sleep(self._retry_pause)
        finally:
            # No await between the last look for work and here, so no `notify` can fall in between.
            self._workers.pop(conversation_id, None)
            IN_WORK.set(len(self._workers))
            self._again.discard(conversation_id)

    async def _do(self, work: Work) -> Settled:
        if isinstance(work, Turn):
            return await self._take(work)
        if isinstance(work, ToForget):
            await self._forget(work)
            return UNSETTLED
        return NOTHING  # whoever holds it goes on with it; should they die, the sweep finds it

    async def _take(self, turn: Turn) -> Settled:
        if await self._is_off(turn):
            return UNSETTLED
        self._delivery.publish(turn.conversation.id, Typing(True))
        self._asking.add(turn.conversation.id)
        try:
            settled = await self._answer(turn)
        except AssistantDownError as error:
            self._asking.discard(turn.conversation.id)
            self._delivery.publish(turn.conversation.id, Typing(False))
            log.warning("assistant_down", turn=turn.id, code=error.code, **error.context)
            count_failure(error)
            return await self._bear(turn, error)
        else:
            self._delivery.publish(turn.conversation.id, Typing(False))
            return settled
        finally:
            self._asking.discard(turn.conversation.id)

    async def _is_off(self, turn: Turn) -> bool:
        """Whether the assistant is switched off: then the citizen is told once, and the turn waits for the switch.

        Goes back to look for other work, such as an erasure, as soon as there may be some.
        """
        sentence = await self._switched_off()
        if sentence is None:
            return False
        await self._say_away(turn, Draft({"text": sentence}))
        name = turn.conversation.id
        while name not in self._again and not self._stopping and await self._switched_off() is not None:  # noqa: ASYNC110
            await asyncio.sleep(SWITCH_PAUSE_SECONDS)
        return True

    async def _answer(self, turn: Turn) -> Settled:
        began = time.monotonic()
        words = turn.payload if turn.payload is not None else as_words(turn.text)
        metadata = {"channel": turn.conversation.channel, "turn": turn.id, SCREENED: True, MASKED: list(turn.masked)}
        with timed(Stage.ASSISTANT), after(self._slow_seconds, lambda: self._say_slow(turn)):
            reply = await self._assistant.ask(turn.conversation.rasa_sender, words, metadata)
        try:
            drafts = to_drafts(reply)
        except Exception as error:  # a reply of unforeseen shape must not hold the talk up
            log.fault("reply_unreadable", error, turn=turn.id)
            drafts = ()
        if not drafts:
            return await self._give_up(turn, "empty_reply")
        return await self._complete(turn, Role.ASSISTANT, drafts, ms=round((time.monotonic() - began) * 1000))

    async def _bear(self, turn: Turn, error: AssistantDownError) -> Settled:
        """The assistant failed: tell the citizen once, wait until it is back. The turn stays pending."""
        if self._stopping:
            return UNSETTLED
        await self._say_away(turn, self._wording.away_draft())
        was_ready = await self._outage.wait_until_back()
        if not may_be_the_question(error, was_ready):
            return UNSETTLED
        attempts = await self._store.count_attempt(turn)
        if attempts >= MOST_ATTEMPTS:
            return await self._give_up(turn, "attempts")
        await asyncio.sleep(min(self._retry_pause * 2**attempts, LONGEST_RETRY_PAUSE_SECONDS) * jitter())
        return UNSETTLED

    async def _say_slow(self, turn: Turn) -> None:
        """The assistant neither answers nor fails: one that hangs, or waits for somebody else. It is waited for."""
        log.info("turn_slow", turn=turn.id)
        await self._say_away(turn, self._wording.slow_draft())
        self._delivery.publish(turn.conversation.id, Typing(True))

    async def _say_away(self, turn: Turn, draft: Draft) -> None:
        said = await self._store.say_away(turn, draft)
        if said is not None:
            self._publish([said])

    async def _give_up(self, turn: Turn, reason: str) -> Settled:
        reference = new_reference()
        log.error("turn_given_up", turn=turn.id, reason=reason, reference=reference)
        return await self._complete(turn, Role.SYSTEM, (self._wording.internal_error_draft(reference),))

    async def _complete(self, turn: Turn, role: Role, drafts: tuple[Draft, ...], **facts: object) -> Settled:
        # What is new from here on may come too late for the store's look at what is next.
        self._again.discard(turn.conversation.id)
        settled = await self._store.complete(turn, role, drafts)
        stored = settled.stored
        if stored is None:
            log.info("turn_not_wanted", turn=turn.id)
            return settled
        self._publish(stored)
        dropped = any(message.content.get("dropped") for message in stored)
        outcomes = [draft.content["answer"].get("outcome") for draft in drafts if "answer" in draft.content]
        facts |= {"messages": len(stored), "outcomes": outcomes, "dropped": dropped}
        log.info("turn_answered", turn=turn.id, role=role.value, **facts)
        count_turn(turn, outcomes, stored)
        return settled

    def _publish(self, messages: list[Message]) -> None:
        for message in messages:
            event = MessageChanged(message) if message.role is Role.CITIZEN else MessageStored(message)
            self._delivery.publish(message.conversation_id, event)

    async def _forget(self, erased: ToForget) -> None:
        try:
            await self._memory.erase(erased.rasa_sender)
        except AssistantDownError as error:
            log.warning("forget_failed", conversation=erased.conversation_id[:8], code=error.code, **error.context)
            if await self._outage.wait_until_back():
                await asyncio.sleep(LONGEST_RETRY_PAUSE_SECONDS)
            return
        await self._store.mark_forgotten(erased.conversation_id)
        log.info("conversation_forgotten", conversation=erased.conversation_id[:8])


async def _never() -> str | None:
    return None
