"""Rasa's own copy of what a person wrote, as it may be kept: masked, and without accusations (docs/safety.md).

Done when a tracker is saved, before its events go to a broker or a database; so it holds for every way into Rasa.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.ops.outcomes import AFTER_CONTACT, AFTER_PROOF
from bot.ops.screening.case_proofs import hide_proof
from bot.ops.screening.kinds import labels
from bot.ops.screening.masking import mask
from bot.ops.screening.screening import DROPPED, SCREENED, Before, read_before

STORED = "_motcua_stored"
"""Attribute of a tracker that was read from a database or written to it: how many of its events that holds."""
ACCUSATION, CREDENTIALS = "report_corruption", "share_credentials"
SCREENING = "screening"


def scrub(tracker: DialogueStateTracker, stored: int = 0) -> None:
    """Take out of the tracker's events what must not be kept. Doing it again changes nothing.

    stored: how many of the first events are in the database: they were scrubbed then, and are not written again.
    """
    said: Mapping[str, Any] | None = None
    asked = None
    for place, event in enumerate(tracker.events):
        if isinstance(event, BotUttered):
            custom = (event.data or {}).get("custom")
            said = custom if isinstance(custom, Mapping) else said
            if asked is not None and place >= stored:
                _hide_proof(asked, event)
        elif isinstance(event, UserUttered):
            asked = event if event.text and not event.text.startswith("/") else None
            if asked is not None and place >= stored:
                _scrub_message(event, said)


def _scrub_message(event: UserUttered, said: Mapping[str, Any] | None) -> None:
    """Scrub one message; said: what came with the assistant's words before it."""
    parsed = event.parse_data or {}
    if _is_dropped(event, parsed):
        event.text = labels().dropped
        event.entities = []
        event.parse_data = {"text": event.text, "intent": event.intent, "entities": [], "intent_ranking": []}
        return
    sure = event.intent_name == CREDENTIALS
    if sure or not (event.metadata or {}).get(SCREENED):
        before = read_before(said) if said is not None else Before()
        event.text = mask(event.text, before.expected, sure or before.code_spoken_of).text
        if "text" in parsed:
            parsed["text"] = mask(str(parsed["text"]), before.expected, sure).text


def _hide_proof(event: UserUttered, answer: BotUttered) -> None:
    """What proved that a dossier is one's own goes once it was used; so does a telephone number that was asked for."""
    custom = (answer.data or {}).get("custom")
    told = custom.get("answer") if isinstance(custom, Mapping) else None
    outcome = told.get("outcome") if isinstance(told, Mapping) else None
    hide = hide_proof if outcome in AFTER_PROOF else mask if outcome in AFTER_CONTACT else None
    if hide is not None:
        event.text = hide(event.text or "").text
        if event.parse_data and "text" in event.parse_data:
            event.parse_data["text"] = hide(str(event.parse_data["text"])).text


def _is_dropped(event: Event, parsed: Mapping[str, Any]) -> bool:
    return getattr(event, "intent_name", None) == ACCUSATION or bool((parsed.get(SCREENING) or {}).get(DROPPED))


class Scrubbing:
    """Put before a tracker store's class: `class Mine(Scrubbing, SQLTrackerStore)`."""

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Scrub, then save."""
        scrub(tracker, getattr(tracker, STORED, 0))
        await super().save(tracker)  # type: ignore[misc]
