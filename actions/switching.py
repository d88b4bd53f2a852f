"""Features that an administrator has switched off: every action of one asks here before it does anything of it.

The administrator's words go out as they are, through no template: nothing in them is filled in.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from bot.errors import StoreDownError
from bot.ops.logging import EventLog
from bot.ops.outcomes import Outcome
from bot.services import Services
from bot.staff.models import Feature
from bot.staff.telling import staff_wording

log = EventLog("actions.switching")


async def when_off(services: Services, feature: Feature) -> str | None:
    """Return what citizens read while a feature is off; None while it is on.

    Where the store is away nobody knows: the feature goes on, and says itself what it cannot do.
    """
    try:
        return await services.switches.is_off(feature)
    except StoreDownError:  # logged where it was met
        log.warning("switch_unread", feature=feature.value)
        return None


def say_off(dispatcher: CollectingDispatcher, sentence: str, kept: Feature | None = None) -> None:
    """Say the sentence. kept: the feature of which something was begun; what becomes of that is said, too."""
    text = f"{sentence}\n\n{staff_wording()(f'kept.{kept.value}')}" if kept else sentence
    answer: dict[str, Any] = {"outcome": Outcome.REFUSED_SWITCHED_OFF.value, "procedure_code": None, "fields": []}
    dispatcher.utter_message(text=text, json_message={"answer": answer})
