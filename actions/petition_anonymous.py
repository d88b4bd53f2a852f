"""Consent was refused: what was told may go to the support team without a name. It is no petition, and nobody answers.

The key of what was begun is the remark's too: pressed twice, it is one, with one reference.
"""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk.events import EventType

from actions.petition_talk import PetitionTalk, button, plain_button, remember, wording
from bot.errors import FeedbackRefusedError, StoreDownError
from bot.feedback.remarks import Remark
from bot.nlu import petition_reading as reading
from bot.nlu.petition_draft import REFUSED, Writing
from bot.ops.outcomes import Outcome


def offer_anonymous(talk: PetitionTalk, writing: Writing) -> list[EventType]:
    """Say what is not possible without a contact, and what is."""
    talk.say("no_consent", Outcome.REFUSED_PETITION_NO_CONTACT, _ways(writing))
    return remember(_without_consent(writing), closed=True)


async def send_anonymous(talk: PetitionTalk, writing: Writing | None) -> list[EventType]:
    """Send what was told; a second press brings the same reference."""
    key = talk.turn.key or (writing.key if writing else "")
    try:
        if writing is None or writing.key != key or not writing.content:
            return await _again(talk, key, writing)
        reference = await talk.services.remarks.send(_remark(talk, writing))
    except StoreDownError:  # logged where it was met
        ways = _ways(writing) if writing is not None else []
        talk.say("anonymous_not_sent", Outcome.ERROR_STORE, ways)
        return remember(_without_consent(writing) if writing is not None else None, closed=True)
    except FeedbackRefusedError:  # an accusation is kept nowhere, also not in what was begun
        talk.dispatcher.utter_message(response="utter_safety__denunciation")
        return remember(None)
    return _sent(talk, reference, None)


def _ways(writing: Writing) -> list[dict[str, str]]:
    return [
        button("agree_after_all", reading.AGREE, writing.key),
        button("anonymous", reading.ANONYMOUS, writing.key),
        button("cancel_sure", "cancel_sure"),
    ]


def _without_consent(writing: Writing) -> Writing:
    return replace(writing, consent=REFUSED, name="", contact="")


async def _again(talk: PetitionTalk, key: str, writing: Writing | None) -> list[EventType]:
    """The button of what is sent already, or gone."""
    reference = await talk.services.remarks.find(key) if key else ""
    if reference:
        return _sent(talk, reference, writing)
    talk.say("stale", Outcome.CLARIFIED_PETITION, [plain_button("lodge", "lodge_petition")])
    return remember(writing, closed=True)


def _sent(talk: PetitionTalk, reference: str, kept: Writing | None) -> list[EventType]:
    buttons = [plain_button("lodge", "lodge_petition")]
    talk.say("anonymous_sent", Outcome.ANSWERED_REMARK_SENT, buttons, ends=True, reference=reference)
    return remember(kept, closed=True)


def _remark(talk: PetitionTalk, writing: Writing) -> Remark:
    """What happened, what is wished and where: no name, no contact, no dossier."""
    say = wording()
    place = writing.place if writing.needs_place else ""
    lines = [
        writing.content,
        say("lines.wish", value=writing.wish) if writing.wish else "",
        say("lines.place", value=place) if place else "",
        say("lines.paper", value=writing.paper) if writing.paper else "",
    ]
    words = "\n".join(line for line in lines if line)
    return Remark(writing.key, words, talk.channel, writing.procedure_code)
