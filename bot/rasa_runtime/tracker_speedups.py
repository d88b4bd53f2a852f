"""What Rasa finds out about a conversation by replaying it, found without replaying where the outcome is the same.

A turn of Rasa's replays all events of the session seven times, each time onto a tracker with all slots. Each function
here replaces one of Rasa 3.6.21 (see `speedups.py`), or leaves the conversation to it.
"""

from __future__ import annotations

from abc import ABCMeta
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rasa.shared.constants import DEFAULT_SENDER_ID
from rasa.shared.core import trackers
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import AnySlotDict, DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

APPLIED, COPY = DialogueStateTracker.applied_events, DialogueStateTracker.copy
SET_SLOT, RESET_SLOTS = DialogueStateTracker._set_slot, DialogueStateTracker._reset_slots
"""Rasa's own."""
KINDS = frozenset((Event, *all_subclasses(Event)))
BEGINNINGS = {kind for kind in KINDS if issubclass(kind, (Restarted, SessionStarted))}
UNDOING = {kind for kind in KINDS if issubclass(kind, (ActionReverted, UserUtteranceReverted, ActiveLoop))}
"""Events that take back others; within a form Rasa hides repeated executions."""


def quicken_trackers() -> None:
    """Put them in place. Calling it again changes nothing."""
    DialogueStateTracker.applied_events = applied_events
    DialogueStateTracker.copy = copied
    DialogueStateTracker._set_slot = set_slot
    DialogueStateTracker._reset_slots = reset_slots
    for kind in KINDS:
        kind.__class__ = _ByInheritance
    trackers.copy = _NoCopies


class _ByInheritance(ABCMeta):
    """The metaclass of events: what is an event of which kind is asked hundreds of times a turn, `ABCMeta` is slow."""

    # Nobody registers a class as an event that does not inherit from it.
    __instancecheck__ = type.__instancecheck__  # type: ignore[assignment]


class _NoCopies:
    """In place of the module `copy` in Rasa's module of trackers, which copies all slots whenever it makes a tracker.

    Here trackers share their slots: nothing but the two methods below changes one, and they change a copy.
    """

    @staticmethod
    def copy(slot: Slot) -> Slot:
        return slot


def set_slot(tracker: DialogueStateTracker, key: str, value: Any) -> None:
    """Give the tracker a slot of its own with that value."""
    if key not in tracker.slots:
        SET_SLOT(tracker, key, value)  # says so in the log
        return
    slot = tracker.slots[key] = _copied_slot(tracker.slots[key])
    slot.value = value


def reset_slots(tracker: DialogueStateTracker) -> None:
    """Set all slots to their initial value: those that are not as the domain has them."""
    for name, slot in tracker.slots.items():
        if not _is_as_made(slot):
            slot = tracker.slots[name] = _copied_slot(slot)
            slot.reset()


def _is_as_made(slot: Slot) -> bool:
    """Whether `reset` would change nothing. A list slot turns an initial value that is none into one."""
    if slot._has_been_set or slot._value is not slot.initial_value:
        return False
    return not slot.initial_value or isinstance(slot.initial_value, list) or type(slot).value is Slot.value


def _copied_slot(slot: Slot) -> Slot:
    """What `copy.copy` makes of a slot, without its detour."""
    kind: Any = type(slot)
    copied: Slot = kind.__new__(kind)
    copied.__dict__.update(slot.__dict__)
    return copied


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
    second = DialogueStateTracker.__new__(DialogueStateTracker)  # all that its `__init__` sets, and no more
    second.__dict__.update(
        {name: tracker.__dict__[name] for name in _SHARED},
        sender_id=tracker.sender_id or DEFAULT_SENDER_ID,
        events=deque(tracker.events),
        slots=dict(tracker.slots),
        followup_action=follow_up,
        active_loop=replace(tracker.active_loop) if tracker.active_loop else None,
        sender_source=None,
        model_id=None,
        assistant_id=None,
    )
    return second


_SHARED = (
    "_max_event_history",
    "is_rule_tracker",
    "_paused",
    "latest_action",
    "latest_message",
    "latest_bot_utterance",
)
"""Attributes whose values no tracker changes: it takes others in their place."""
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
