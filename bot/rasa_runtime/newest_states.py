"""Of a conversation, the last few states: all that the longest rule can ask about (see `speedups.py`).

Rasa replays the session onto a tracker with all slots, twice a turn, and makes a state of it before each action.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from rasa.shared.constants import DEFAULT_SENDER_ID
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
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


Facts = tuple[Any, ...]
"""Of a moment all that a state shows but for a message's words and entities: alike in equal states."""


def newest_facts(tracker: Any, count: int) -> tuple[Facts, ...] | None:
    """What the last `count` states are made of, the newest first; None where it takes the events to know."""
    events = tracker.events
    if isinstance(tracker.slots, AnySlotDict) or tracker.active_loop or not _PLAIN.issuperset(map(type, events)):
        return None
    showing = {name: slot for name, slot in tracker.slots.items() if slot.influence_conversation}
    slots = tuple((name, type(slot.value), slot.value, slot.has_been_set) for name, slot in showing.items())
    newest = (_said(tracker.latest_message), _did(tracker.latest_action))
    before = [] if count == 1 else _facts_before(events, showing, count)
    return None if before is None else tuple((said, did, slots) for said, did in (newest, *before))


def _facts_before(events: Any, showing: Mapping[str, Slot], count: int) -> list[Facts] | None:
    """The message and the action before each of the newest actions, going back no further than needed.

    None where a slot that shows was set after one of these moments.
    """
    found: list[list[Any]] = []
    changed = False
    for event in takewhile(_is_of_session, reversed(events)):
        kind = type(event)
        if kind is ActionExecuted:
            _fill(found, 1, _did(event.as_sub_state()))
            if len(found) + 1 < count:
                if changed:
                    return None
                found.append([None, None])
        elif kind is UserUttered:
            _fill(found, 0, _said(event))
        elif kind is SlotSet:
            changed = changed or event.key in showing
        if len(found) + 1 == count and None not in found[-1]:
            break
    return [(said or _said(None), did or _did(None)) for said, did in found]


def _is_of_session(event: Event) -> bool:
    return type(event) not in BEGINNINGS


def _fill(moments: list[list[Any]], place: int, facts: Facts) -> None:
    for moment in moments:
        if moment[place] is None:
            moment[place] = facts


def _said(message: UserUttered | None) -> Facts:
    if message is None or message.is_empty():
        return (None, None)
    return (message.intent_name, message.use_text_for_featurization)


def _did(action: Mapping[str, Any] | None) -> Facts:
    return tuple((action or {}).items())


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
