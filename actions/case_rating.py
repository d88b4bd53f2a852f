"""After the result: one question on how the dossier was handled, once, and no harm in leaving it."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet

from actions.case_talk import CaseTalk, button, wait_for, wait_for_nothing
from actions.switching import when_off
from bot.cases.models import CaseStatus
from bot.cases.telling import case_wording
from bot.nlu.case_turn import WaitFor, Waiting
from bot.nlu.replies import Choice
from bot.ops.outcomes import Outcome
from bot.ops.satisfaction import Satisfaction
from bot.staff.models import Feature

ABOUT = "case_status__rated"
"""Slot: the procedure and the office that an answer is about."""


async def ask_rating(talk: CaseTalk, status: CaseStatus) -> list[EventType]:
    """Ask how the dossier was handled, unless that was answered or left out before."""
    if await talk.services.ratings.is_given(talk.services.cases.key_of(status.code)):
        return []
    if await talk.services.surveys.was_asked(talk.person):  # one conversation, one survey
        return []
    if not (await talk.services.tuned()).survey or await when_off(talk.services, Feature.RATINGS) is not None:
        return []
    about = {"procedure_code": status.procedure_code, "unit": status.unit}
    return [*_ask(talk, "ask_rating", (status.code,)), SlotSet(ABOUT, about)]


def ask_again(talk: CaseTalk) -> list[EventType]:
    return _ask(talk, "ask_rating_again", talk.turn.waiting.codes, missed=1)


def _ask(talk: CaseTalk, moment: str, codes: tuple[str, ...], missed: int = 0) -> list[EventType]:
    buttons = [button(one.value, "rate_case", rating=one.value) for one in Satisfaction]
    talk.say(moment, Outcome.CLARIFIED_CASE_RATING, buttons)
    say = case_wording()
    choices = tuple(Choice(one.value, (say(f"buttons.{one.value}"),)) for one in Satisfaction)
    return wait_for(Waiting(WaitFor.RATING, codes, missed=missed), choices)


async def rate(talk: CaseTalk, codes: tuple[str, ...], rating: str) -> list[EventType]:
    """Keep the answer, and offer to say why. A button of an earlier question finds nothing to answer."""
    known = {one.value: one for one in Satisfaction}
    if not codes or rating not in known or codes[0] not in talk.turn.proven:
        talk.say("rating_over", Outcome.ANSWERED_CASE_RATING)
        return wait_for_nothing()
    about = talk.tracker.get_slot(ABOUT) or {}
    key = talk.services.cases.key_of(codes[0])
    new = await talk.services.ratings.give(
        key, known[rating], str(about.get("procedure_code", "")), str(about.get("unit", ""))
    )
    if known[rating] is Satisfaction.SKIPPED:
        talk.say("rating_skipped", Outcome.ANSWERED_CASE_RATING)
        return wait_for_nothing()
    talk.say("rated" if new else "rating_over", Outcome.ANSWERED_CASE_RATING)
    return wait_for(Waiting(WaitFor.REMARK, codes)) if new else wait_for_nothing()


async def remark(talk: CaseTalk, codes: tuple[str, ...]) -> list[EventType]:
    """Keep the reason."""
    for code in codes:
        await talk.services.ratings.explain(talk.services.cases.key_of(code), talk.turn.text)
    talk.say("remarked", Outcome.ANSWERED_CASE_RATING)
    return wait_for_nothing()
