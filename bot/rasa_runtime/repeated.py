"""A turn that is asked again is done once.

The hub asks again whatever it has no answer for: it was killed, gave Rasa up, or lost the connection. Rasa may have
done the turn all the same, and have stored it. Then what it said is said once more; taken for a new message, the same
"yes" would be the answer to a question that was answered, and the receipt of a petition would never be shown.

A turn is in the tracker whole or not at all: Rasa saves after the last action, in one transaction. What could not be
run anywhere (`observing.note_undone`) is not saved, so that the question is asked again from where it stood.
"""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.ops.logging import EventLog
from bot.rasa_runtime.observing import is_undone

log = EventLog("rasa")

_HANDLE = MessageProcessor.handle_message
_READ = MessageProcessor._handle_message_with_tracker
_SAVE = MessageProcessor.save_tracker


def answer_once() -> None:
    """Put it in place. Calling it again changes nothing."""
    MessageProcessor.handle_message = _handle_message
    MessageProcessor._handle_message_with_tracker = _handle_message_with_tracker
    MessageProcessor.save_tracker = _save_tracker


class _DoneBefore(Exception):
    """The tracker holds the turn already. said: what came after its message."""

    def __init__(self, tracker: DialogueStateTracker, said: list[Event]) -> None:
        super().__init__()
        self.tracker, self.said = tracker, said


async def _handle_message(processor: Any, message: UserMessage) -> Any:
    try:
        return await _HANDLE(processor, message)
    except _DoneBefore as done:
        log.info("turn_said_again", events=len(done.said))
        await processor._send_bot_messages(done.said, done.tracker, message.output_channel)
        return getattr(message.output_channel, "messages", None)


async def _handle_message_with_tracker(processor: Any, message: UserMessage, tracker: DialogueStateTracker) -> None:
    said = said_to(tracker, (message.metadata or {}).get("turn"))
    if said:
        raise _DoneBefore(tracker, said)
    await _READ(processor, message, tracker)


def said_to(tracker: DialogueStateTracker, turn: object) -> list[Event]:
    """Return what followed the newest message, where that is the one of `turn` and something was said to it."""
    if not turn:
        return []
    followed: list[Event] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            same = (event.metadata or {}).get("turn") == turn
            return followed[::-1] if same and any(isinstance(one, BotUttered) for one in followed) else []
        followed.append(event)
    return []


async def _save_tracker(processor: Any, tracker: DialogueStateTracker) -> None:
    if not is_undone():
        await _SAVE(processor, tracker)
