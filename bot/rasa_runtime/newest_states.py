"""Of a conversation, the last few states: all that the longest rule can ask about (see `speedups.py`).

Rasa replays the session onto a tracker with all slots, twice a turn, and makes a state of it before each action.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rasa.shared.constants import DEFAULT_SENDER_ID
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    FollowupAction,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import AnySlotDict, DialogueStateTracker

from bot.rasa_runtime.tracker_speedups import BEGINNINGS

SIMPLE = frozenset(
    {
        ActionExecuted,
        ActionExecutionRejected,
        BotUttered,
        DefinePrevUserUtteredFeaturization,  # held by the message itself
        FollowupAction,
        SlotSet,
        UserUttered,
    }
)
"""Events of which a state shows no more than `_Moment` does, where no form is active."""
_PLAIN = SIMPLE | BEGINNINGS
"""With no other events, a tracker is in the state that a replay would end in."""


@dataclass(frozen=True)
class _Moment:
    """What a state is made of, under the names that a tracker has for it. slots: those that show in a state."""

    latest_message: UserUttered
    latest_action: Mapping[str, Any]
    slots: Mapping[str, Slot]
    active_loop: None = None


class NewestStates:
    """Takes the place of a tracker where states are made of it."""

    def __init__(self, tracker: DialogueStateTracker, count: int) -> None:
        self._tracker, self._count = tracker, count

    def past_states(self, domain: Domain, **how: Any) -> list[State]:
        """What a tracker's own would end with."""
        tracker: Any = self._tracker
        if isinstance(tracker.slots, AnySlotDict) or how.get("ignore_rule_only_turns"):
            return list(tracker.past_states(domain, **how))
        unset: bool = how.get("omit_unset_slots", False)
        return [domain.get_active_state(moment, unset) for moment in self._newest(tracker)]

    def _newest(self, tracker: Any) -> Iterable[Any]:
        showing = {name: slot for name, slot in tracker.slots.items() if slot.influence_conversation}
        if self._count == 1 and _PLAIN.issuperset(map(type, tracker.events)):
            return [_Moment(tracker.latest_message, tracker.latest_action, showing)]
        events = tracker.applied_events()
        find = _moments if SIMPLE.issuperset(map(type, events)) else _replayed
        return find(events, {name: _reset(slot) for name, slot in showing.items()}, self._count)


def _moments(events: list[Any], showing: dict[str, Slot], count: int) -> Iterable[Any]:
    """What was so before each of the last actions, and is now."""
    message, executed, slots = UserUttered.empty(), None, showing
    moments: deque[Any] = deque(maxlen=count)
    for event in events:
        kind = type(event)
        if kind is ActionExecuted:
            moments.append((message, executed, slots))
            executed = event
        elif kind is UserUttered:
            message = event
        elif kind is SlotSet and event.key in showing:
            slots = {**slots, event.key: _with_value(slots[event.key], event.value)}
    moments.append((message, executed, slots))
    return [_Moment(said, done.as_sub_state() if done else {}, filled) for said, done, filled in moments]


def _replayed(events: list[Any], showing: dict[str, Slot], count: int) -> Iterable[Any]:
    """The same by replaying, as Rasa does it: one tracker as it was before each of the last actions and is now."""
    moment = DialogueStateTracker(DEFAULT_SENDER_ID, ())
    moment.slots = showing
    left = sum(isinstance(event, ActionExecuted) for event in events) + 1
    for event in events:
        if isinstance(event, ActionExecuted):
            if left <= count:
                yield moment
            left -= 1
        if not isinstance(event, SlotSet) or event.key in showing:
            event.apply_to(moment)
    yield moment


def _reset(slot: Slot) -> Slot:
    own = copy.copy(slot)
    own.reset()
    return own


def _with_value(slot: Slot, value: Any) -> Slot:
    own = copy.copy(slot)
    own.value = value
    return own
