"""Where the citizen lives, as the conversation knows it: for every feature that needs the ward."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from knowledge.places import Unit, unit

COMMUNE_CODE, COMMUNE_NAME = "commune_code", "commune_name"
PLACE_WORDS = "place__words"
"""What the citizen said of street or khu phố where the unit stayed open; kept for an officer."""


def commune_of(tracker: Tracker) -> Unit | None:
    """Return the unit of today that was told for certain; None where none was, or the slot holds no unit's code."""
    return unit(str(tracker.get_slot(COMMUNE_CODE) or ""))


def commune_slots(one: Unit | None) -> list[EventType]:
    """Return the slots that remember `one`, or forget what was there."""
    return [SlotSet(COMMUNE_CODE, one.code if one else None), SlotSet(COMMUNE_NAME, one.name if one else None)]
