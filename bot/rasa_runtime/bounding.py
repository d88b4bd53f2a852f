"""Long conversations cost no more than short ones: Rasa's view of a conversation is kept to its last turns.

Rasa copies and replays all events of a session several times a turn: without this, turn 200 takes eight times what
turn 10 does (docs/evaluation.md). So a session that has grown long is followed by a new one in which the slots are as
they were, and the newest turns are still there to be read. The transcript is the hub's and stays whole.
"""

from __future__ import annotations

import time

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

LONGEST_SESSION = 12
"""Turns after which a new session begins, as soon as nothing is being asked."""
LONGEST_QUESTION = 24
"""Turns after which it begins even so."""
TURNS_KEPT = 4
"""Actions look back no further than this for what was said."""
OPEN_QUESTION = "open_question"
READ = "_motcua_read"
"""Attribute of a tracker that was read: how many events it had then."""


def begin_anew(tracker: DialogueStateTracker, expires_after_minutes: float) -> bool:
    """Let a new session begin in a tracker that has grown long; False where nothing was done.

    A session that has expired is Rasa's to end. The new session's start bears the time of the oldest turn that is
    kept, because stores read back what is not older than the newest start.
    """
    said = [event for event in tracker.applied_events() if isinstance(event, UserUttered)]
    bound = LONGEST_SESSION if tracker.get_slot(OPEN_QUESTION) is None else LONGEST_QUESTION
    if len(said) < bound or tracker.active_loop_name or tracker.latest_action_name != ACTION_LISTEN_NAME:
        return False
    if time.time() - said[-1].timestamp > expires_after_minutes * 60:
        return False
    since = said[-TURNS_KEPT].timestamp
    kept = [
        SlotSet(slot.name, slot.value, since) for slot in tracker.slots.values() if slot.value != slot.initial_value
    ]
    events: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME, timestamp=since), SessionStarted(since), *kept]
    for event in [*events, ActionExecuted(ACTION_LISTEN_NAME, timestamp=since)]:
        tracker.update(event)
    return True


def newest_session(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """What Rasa's SQL store reads back of a conversation, for stores that hold all of it."""
    starts = [event.timestamp for event in tracker.events if isinstance(event, SessionStarted)]
    if not starts:
        return tracker
    events = [event for event in tracker.events if event.timestamp >= max(starts)]
    return DialogueStateTracker.from_events(tracker.sender_id, events, tracker.slots.values())


class Bounding:
    """Put before a tracker store's class, as `Scrubbing` is."""

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of a conversation. Its new start is stored with the turn, or not at all.

        A broker hears of the turn only: what is told to it begins where the tracker that is read here ends.
        """
        tracker: DialogueStateTracker | None = await super().retrieve(sender_id)  # type: ignore[misc]
        if tracker is not None:
            begin_anew(tracker, self.domain.session_config.session_expiration_time)  # type: ignore[attr-defined]
            setattr(tracker, READ, len(tracker.events))
        return tracker
