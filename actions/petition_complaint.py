"""Whether "trả lời không đúng" is about what an office answered to a petition, and not about the assistant."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.petition_reopening import offer_reopen
from actions.petition_status import WAITING, wait_for
from actions.petition_status_telling import StatusTalk
from actions.petition_talk import LOOK_UP
from bot.errors import StoreDownError
from bot.nlu.open_question import OPEN_QUESTION, read_open_question
from bot.nlu.petition_status_turn import StatusTurn, WaitFor, Waiting, blames_an_office, read_waiting
from bot.petitions.models import PetitionView
from bot.services import Services, default_services


async def complaint_about_petition(
    services: Services | None, dispatcher: CollectingDispatcher, tracker: Tracker, text: str
) -> list[EventType]:
    """Offer to reopen the petition whose answer is meant; nothing where none is, or a button was pressed."""
    if not text or text.startswith("/"):
        return []
    found = services or default_services()
    try:
        mine = await found.petitions.of(str(tracker.sender_id))
    except StoreDownError:  # logged where it was met; then it counts as said of the assistant
        return []
    view = _meant([one for one in mine if one.answer and one.reopen_until], tracker, text)
    if view is None:
        return []
    offer_reopen(StatusTalk(found, dispatcher, tracker, StatusTurn("", text)), view)
    return wait_for(Waiting(WaitFor.REOPEN, view.code))


def _meant(answered: list[PetitionView], tracker: Tracker, text: str) -> PetitionView | None:
    """The petition told last; else the newest that was answered since the last message, or whose office is named."""
    opened, waiting = read_open_question(tracker.get_slot(OPEN_QUESTION)), read_waiting(tracker.get_slot(WAITING))
    if opened is not None and opened.action == LOOK_UP and waiting.kind is WaitFor.TOLD:
        return next((one for one in answered if one.code == waiting.code), None)
    before = _last_message_at(tracker)
    office = blames_an_office(text)
    meant = [one for one in answered if office or (one.answered_at and one.answered_at.timestamp() > before)]
    return max(meant, key=lambda one: one.answered_at or one.state_since, default=None)


def _last_message_at(tracker: Tracker) -> float:
    """When the citizen wrote before this message; of a conversation that begins with it, the beginning of time.

    A petition's answer is told in the conversation as soon as it is given, without a message of the citizen's.
    """
    said = [event for event in tracker.events or [] if event.get("event") == "user"][:-1]
    return float(said[-1].get("timestamp") or 0.0) if said else 0.0
