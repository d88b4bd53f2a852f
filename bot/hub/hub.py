"""The hub as channels see it: enter, say, press, read on, end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.errors import TokenInvalidError
from bot.hub.conversations import PAGE, ConversationStore, Read
from bot.hub.delivery import Delivery, Ended, Event, MessageStored, Subscription
from bot.hub.ending import Endings
from bot.hub.handing import LEAVE_CONTACT, STOP_WAITING, WAIT_ON
from bot.hub.handoff_effects import offered_reply, stops_waiting
from bot.hub.intake import accept, refuse
from bot.hub.limits import RateLimiter
from bot.hub.models import Answerer, Conversation, Draft, Gift, Message, Refusal, Said
from bot.hub.ownership import Ownership, topic_of
from bot.hub.side_notes import SideNotes
from bot.hub.tokens import Tokens
from bot.hub.turns import Turns
from bot.ops.logging import EventLog
from bot.ops.screening.screening import Matter, Screened, as_content, read_before, screen

log = EventLog("hub")

IN_DANGER = (Matter.EMERGENCY, Matter.VIOLENCE, Matter.DISTRESS)


@dataclass(frozen=True)
class Entry:
    """A citizen who has come in: the conversation, a fresh token, and whether it is a new conversation."""

    conversation: Conversation
    token: str
    new: bool


class Hub:
    """What every channel does with conversations."""

    def __init__(
        self,
        store: ConversationStore,
        tokens: Tokens,
        delivery: Delivery,
        turns: Turns,
        pace: RateLimiter,
        notes: SideNotes,
        ownership: Ownership,
        endings: Endings,
    ) -> None:
        self._endings = endings
        self._store = store
        self._tokens = tokens
        self._delivery = delivery
        self._turns = turns
        self._pace = pace
        self._notes = notes
        self.ownership = ownership

    async def enter(self, channel: str, token: str | None) -> Entry:
        """Go on with the token's conversation, or begin a new one when there is none, or it is not ours any more."""
        known = await self._find(channel, token) if token else None
        conversation = known or await self._store.open(channel)
        return Entry(conversation, self._tokens.issue(conversation), new=known is None)

    async def say(self, conversation_id: str, client_id: str, text: str) -> tuple[Message, bool]:
        """Store what may be stored of the citizen's words and have them answered; the flag is False when this id was
        stored before.

        Raises `MessageRefusedError` with a `Refusal` as its reason.
        """
        words = accept(text)
        if stops_waiting(words) and (stopped := await self._stop_waiting(conversation_id, client_id, words)):
            return stopped
        found: list[Screened] = []

        def read(last: dict[str, Any] | None) -> Said:
            screened = screen(words, read_before(last))
            found.append(screened)
            return Said(as_content(screened), screened.payload or offered_reply(last, words))

        message, new = await self._hear(conversation_id, client_id, read)
        for screened in found:
            if screened.dropped or screened.masked:
                kinds = [kind.value for kind in screened.masked]
                log.info("message_screened", conversation=conversation_id[:8], masked=kinds, dropped=screened.dropped)
            if new and screened.matter in IN_DANGER:
                await self.ownership.warn(conversation_id)
        return message, new

    async def press(self, conversation_id: str, client_id: str, seq: int, button: int) -> tuple[Message, bool]:
        """Store that a button was pressed, as if its title had been said; Rasa is told its payload."""
        found = await self._store.find_button(conversation_id, seq, button)
        if found is None:
            raise refuse(Refusal.BUTTON_GONE)
        title, payload = found
        if payload == LEAVE_CONTACT:
            await self.ownership.stop_waiting(conversation_id)
        elif payload in (STOP_WAITING, WAIT_ON):
            return await self._choose_while_waiting(conversation_id, client_id, title, payload)
        return await self._add(conversation_id, client_id, {"text": title}, payload)

    async def find_button(self, conversation_id: str, seq: int, button: int) -> tuple[str, str] | None:
        """Title and payload of a button; None where there is none."""
        return await self._store.find_button(conversation_id, seq, button)

    async def give(self, conversation_id: str, client_id: str, gift: Gift) -> tuple[Message, bool]:
        """Store that the citizen handed something over (photos); Rasa is told its payload, which nobody can type."""
        return await self._add(conversation_id, client_id, gift.content, gift.payload)

    async def _choose_while_waiting(
        self, conversation_id: str, client_id: str, title: str, payload: str
    ) -> tuple[Message, bool]:
        stored = await self._store.find_by_client_id(conversation_id, client_id)
        if stored is not None:
            return stored, False
        if payload == WAIT_ON:
            if (await self.ownership.standing(conversation_id)).who != Answerer.WAITING.value:
                raise refuse(Refusal.BUTTON_GONE)
            return await self._add(conversation_id, client_id, {"text": title}, None)
        stopped = await self._stop_waiting(conversation_id, client_id, title)
        if stopped is None:
            raise refuse(Refusal.BUTTON_GONE)
        return stopped

    async def _stop_waiting(self, conversation_id: str, client_id: str, words: str) -> tuple[Message, bool] | None:
        """Leave the queue, with the words that were said for it; None where nobody waits."""
        if not await self.ownership.stop_waiting(conversation_id, (client_id, words)):
            return None
        stored = await self._store.find_by_client_id(conversation_id, client_id)
        return (stored, True) if stored is not None else None

    async def delivered(self, conversation_id: str, seq: int) -> None:
        """An officer's message has been sent to one of the citizen's windows."""
        await self._store.mark_delivered(conversation_id, seq)
        self.ownership.changed(topic_of(conversation_id))

    async def said(self, conversation_id: str, client_id: str) -> Message | None:
        """Return the message that a sender's id stands for."""
        return await self._store.find_by_client_id(conversation_id, client_id)

    async def find(self, channel: str, token: str) -> Conversation | None:
        """The conversation that the token was made for, if it is still there."""
        return await self._find(channel, token)

    async def note(
        self, conversation_id: str, client_id: str, content: dict[str, Any] | None, reply: Draft | None
    ) -> None:
        """Store something that came without words (`content`) and what the city says at once, once for this id."""
        try:
            stored = await self._notes.add(conversation_id, client_id, content, reply)
        except TokenInvalidError as error:
            raise refuse(Refusal.ENDED) from error
        for message in stored:
            self._delivery.publish(conversation_id, MessageStored(message))

    async def last_answer(self, conversation_id: str) -> dict[str, Any] | None:
        """Return the content of the city's newest message; None where there is none."""
        return await self._store.last_answer(conversation_id)

    async def changed_since(self, channel: str, since: datetime) -> list[tuple[str, int]]:
        """Return a channel's conversations with news since then: id, number of the city's newest message."""
        return await self._notes.changed_since(channel, since)

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """Return a conversation, also an erased one."""
        return await self._store.find(conversation_id)

    async def read_on(self, conversation_id: str, after: int) -> list[Message]:
        """All messages with `seq > after`, in order."""
        messages: list[Message] = []
        while True:
            page = await self._store.messages_after(conversation_id, messages[-1].seq if messages else after)
            messages += page
            if len(page) < PAGE:
                return messages

    async def end(self, conversation_id: str) -> str:
        """Erase the transcript, and have the assistant forget it as soon as it can.

        Returns why nothing was erased, where it has to be kept; the conversation then says so and goes on.
        """
        found = await self._endings.end(conversation_id)
        for message in found.said:
            self._delivery.publish(conversation_id, MessageStored(message))
        if found.kept:
            return found.kept
        if found.erased:
            log.info("conversation_erased", conversation=conversation_id[:8])
        self._delivery.publish(conversation_id, Ended())
        self._turns.notify(conversation_id)
        return ""

    def listen(self, conversation_id: str) -> Subscription:
        """Hear what is new from now on."""
        return self._delivery.subscribe(conversation_id)

    def overhear(self, heard: Callable[[str, Event], None]) -> None:
        """Have `heard` called with whatever becomes known in this process, at once; it must not wait."""
        self._delivery.overhear(heard)

    def leave(self, subscription: Subscription) -> None:
        """Hear nothing more."""
        self._delivery.unsubscribe(subscription)

    async def _find(self, channel: str, token: str) -> Conversation | None:
        try:
            conversation_id, version = self._tokens.read(token)
        except TokenInvalidError as error:
            log.info("token_invalid", code=error.code, reason=str(error))
            return None
        conversation = await self._store.find(conversation_id)
        if conversation is None or conversation.erased or conversation.channel != channel:
            return None
        return conversation if conversation.token_version == version else None

    async def _add(
        self, conversation_id: str, client_id: str, content: dict[str, Any], payload: str | None
    ) -> tuple[Message, bool]:
        return await self._hear(conversation_id, client_id, lambda _: Said(content, payload))

    async def _hear(self, conversation_id: str, client_id: str, read: Read) -> tuple[Message, bool]:
        if not self._pace.take(conversation_id):
            # What is stored already is confirmed, never refused: the sender only did not see the confirmation.
            stored = await self._store.find_by_client_id(conversation_id, client_id)
            if stored is not None:
                return stored, False
            raise refuse(Refusal.TOO_FAST)
        try:
            with self._turns.beginning(conversation_id) as beginning:
                heard = await self._store.hear(conversation_id, client_id, read, beginning.take)
        except TokenInvalidError as error:
            raise refuse(Refusal.ENDED) from error
        except Exception:
            # The widget sends it again until there is a disk or a database: never "too fast" for that.
            self._pace.give_back(conversation_id)
            raise
        if not heard.new:
            self._pace.give_back(conversation_id)
            return heard.message, False
        self._delivery.publish(conversation_id, MessageStored(heard.message))
        self.ownership.changed(topic_of(conversation_id))
        return heard.message, True
