"""What Rasa finds out about a conversation by replaying it, found without replaying where the outcome is the same.

A turn of Rasa's replays all events of the session seven times, each time onto a tracker with all slots. Each function
here replaces one of Rasa 3.6.21 (see `speedups.py`), or leaves the conversation to it.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rasa.shared.constants import DEFAULT_SENDER_ID
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import AnySlotDict, DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

APPLIED, COPY = DialogueStateTracker.applied_events, DialogueStateTracker.copy
"""Rasa's own."""
KINDS = frozenset((Event, *all_subclasses(Event)))
BEGINNINGS = {kind for kind in KINDS if issubclass(kind, (Restarted, SessionStarted))}
UNDOING = {kind for kind in KINDS if issubclass(kind, (ActionReverted, UserUtteranceReverted, ActiveLoop))}
"""Events that take back others; within a form Rasa hides repeated executions."""


def quicken_trackers() -> None:
    """Put them in place. Calling it again changes nothing."""
    DialogueStateTracker.applied_events = applied_events
    DialogueStateTracker.copy = copied


def applied_events(tracker: DialogueStateTracker) -> list[Event]:
    """The events since the conversation began or began anew, where none of them takes back others."""
    events = list(tracker.events)
    kinds = list(map(type, events))
    if not UNDOING.isdisjoint(kinds) or not KINDS.issuperset(kinds):
        return list(APPLIED(tracker))
    start = next((place for place in range(len(kinds), 0, -1) if kinds[place - 1] in BEGINNINGS), 0)
    return events[start:]


def copied(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """A second tracker in the same state; Rasa replays all events for it, twice a turn."""
    follow_up = _follow_up(tracker.events)
    if tracker._max_event_history is not None or isinstance(tracker.slots, AnySlotDict) or follow_up is _UNKNOWN:
        return COPY(tracker)
    second = _empty(tracker, {name: copy.copy(slot) for name, slot in tracker.slots.items()})
    second.events = deque(tracker.events)
    second.followup_action = follow_up
    second._paused = tracker._paused
    second.latest_action = tracker.latest_action
    second.latest_message = tracker.latest_message
    second.latest_bot_utterance = tracker.latest_bot_utterance
    second.active_loop = replace(tracker.active_loop) if tracker.active_loop else None
    return second


def _empty(tracker: DialogueStateTracker, slots: dict[str, Any]) -> DialogueStateTracker:
    empty = DialogueStateTracker(tracker.sender_id or DEFAULT_SENDER_ID, (), is_rule_tracker=tracker.is_rule_tracker)
    empty.slots = slots
    return empty


_UNKNOWN = object()


def _follow_up(events: Sequence[Event]) -> Any:
    """What is to run next by the events alone. Rasa takes it from the tracker before it copies it, and it is back."""
    for event in reversed(events):
        kind = type(event)
        if kind in (ActionExecuted, UserUttered):
            return None
        if kind is FollowupAction:
            return event.action_name  # type: ignore[attr-defined]
        if kind in BEGINNINGS or kind in UNDOING or kind not in KINDS:
            return _UNKNOWN
    return ACTION_LISTEN_NAME


class NewestStates:
    """Of a tracker, the last few states: all that the longest rule can ask about.

    Rasa makes one for each action of the session, on a tracker with all slots, twice a turn.
    """

    def __init__(self, tracker: DialogueStateTracker, count: int) -> None:
        self._tracker, self._count = tracker, count

    def past_states(self, domain: Domain, **how: Any) -> list[State]:
        """What a tracker's own would end with."""
        if isinstance(self._tracker.slots, AnySlotDict) or how.get("ignore_rule_only_turns"):
            return list(self._tracker.past_states(domain, **how))
        unset = how.get("omit_unset_slots", False)
        return [domain.get_active_state(tracker, omit_unset_slots=unset) for tracker in self._moments()]

    def _moments(self) -> Iterator[DialogueStateTracker]:
        """One tracker as it was before each of the last actions and is now, with the slots that show in a state."""
        slots: Mapping[str, Any] = self._tracker.slots
        showing = {name: copy.copy(slot) for name, slot in slots.items() if slot.influence_conversation}
        moment = _empty(self._tracker, showing)
        moment._reset_slots()
        events = self._tracker.applied_events()
        left = sum(isinstance(event, ActionExecuted) for event in events) + 1
        for event in events:
            if isinstance(event, ActionExecuted):
                if left <= self._count:
                    yield moment
                left -= 1
            if not isinstance(event, SlotSet) or event.key in showing:
                event.apply_to(moment)
        yield moment
