"""Lodging a petition: from the first word, or a button, to the summary (R-08, R-25). Sending: petition_sending.py."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.petition_anonymous import offer_anonymous, send_anonymous
from actions.petition_asking import ask, ask_next, dropped
from actions.petition_beginning import begin, last_story
from actions.petition_off import needs_feature, put_aside
from actions.petition_place import placed, told_where
from actions.petition_sending import join, send
from actions.petition_talk import (
    NAME,
    PetitionTalk,
    button,
    plain_button,
    remember,
    typed,
    wording,
    writing_of,
)
from actions.procedure import ActionAnswerProcedure
from actions.switching import when_off
from bot.nlu import petition_reading as reading
from bot.nlu.open_question import OPEN_QUESTION, read_open_question
from bot.nlu.petition_draft import AGREED, Item, Writing
from bot.nlu.petition_kind import guess_kind, is_urgent
from bot.nlu.petition_place import doubt_in
from bot.nlu.petition_step import PetitionStep, StepKind
from bot.nlu.petition_turn import plan_petition, read_petition_turn
from bot.ops.outcomes import Outcome
from bot.ops.screening.denunciations import is_denunciation
from bot.services import Services, default_services
from bot.staff.models import Feature


class ActionLodgePetition(Action):
    """Takes every turn of a petition that is being written."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    def name(self) -> str:
        return NAME

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        services, writing = self._services or default_services(), writing_of(tracker)
        opened = read_open_question(tracker.get_slot(OPEN_QUESTION))
        ours = opened if opened is not None and opened.action == NAME else None
        turn = read_petition_turn(tracker.latest_message or {}, typed(tracker), writing, ours)
        talk, step = PetitionTalk(services, dispatcher, tracker, turn), plan_petition(turn)
        off = await when_off(services, Feature.PETITIONS)
        if step.kind is StepKind.DIGRESS and writing is not None:
            events = await ActionAnswerProcedure(self._services).run(dispatcher, tracker, domain)
            if off is not None:
                return [*events, *(await put_aside(talk, step, writing, off))]
            if reading.asked_instead(talk.turn.text):
                return [*events, *(await ask(talk, writing, Item.CANCEL) if writing.content else remember(None))]
            talk.say("back_to_it", Outcome.CLARIFIED_PETITION)
            return [*events, *(await ask(talk, writing, step.item))]
        if off is not None and needs_feature(step, writing):
            return await put_aside(talk, step, writing, off)
        return await _carry_out(talk, step, writing)


async def _carry_out(talk: PetitionTalk, step: PetitionStep, writing: Writing | None) -> list[EventType]:
    """Steps that need nothing that was begun first."""
    if step.kind in (StepKind.START, StepKind.START_ANEW):
        return await begin(talk, step.value)
    if step.kind is StepKind.SEND:
        return await send(talk, writing)
    if step.kind is StepKind.ANONYMOUS:
        return await send_anonymous(talk, writing)
    if step.kind is StepKind.STALE:
        talk.say("stale", Outcome.CLARIFIED_PETITION, [plain_button("lodge", "lodge_petition")])
        return remember(writing, closed=True)
    if step.kind is StepKind.NEVER_MIND:
        talk.say("never_mind", Outcome.ANSWERED_PETITION_CANCELLED)
        return remember(None)
    if writing is None or step.kind is StepKind.NOTHING_BEGUN:
        talk.say("nothing_begun", Outcome.CLARIFIED_PETITION, [plain_button("lodge", "lodge_petition")])
        return remember(None)
    if step.kind is StepKind.BEGUN_ALREADY:
        return await ask(talk, replace(writing, missed=0), Item.RESUME)
    if step.kind is StepKind.JOIN:
        return await join(talk, writing, step.value)
    return await _go_on(talk, step, writing)


_ON: Mapping[StepKind, Mapping[str, Any]] = {
    StepKind.AGREE: {"consent": AGREED},
    StepKind.ALONE: {"alone": True},
    StepKind.RESUME: {},
}
"""What these steps change, before the talk goes on."""


async def _go_on(talk: PetitionTalk, step: PetitionStep, writing: Writing) -> list[EventType]:
    kind = step.kind
    if kind in _ON:
        return await ask_next(talk, replace(writing, **_ON[kind]))
    if kind is StepKind.SET:
        return await _set(talk, step, writing)
    if kind is StepKind.ADD:
        return await add(talk, writing, step.value)
    if kind is StepKind.SAY:
        return await _say_for_them(talk, step.value, writing)
    if kind is StepKind.SKIP:
        return await _skip(talk, step.item, writing)
    if kind is StepKind.ASK:
        return await ask(talk, writing, step.item)
    if kind is StepKind.BACK:
        return await _back(talk, step.item, writing)
    if kind is StepKind.WHY:
        talk.say("why_consent", Outcome.CLARIFIED_PETITION)
        return await ask(talk, writing, Item.CONSENT)
    return await _leave(talk, step, writing)


async def _leave(talk: PetitionTalk, step: PetitionStep, writing: Writing) -> list[EventType]:
    """Not agreed, put off, thrown away, not for here, not understood."""
    kind = step.kind
    if kind is StepKind.REFUSE_CONSENT:
        return offer_anonymous(talk, writing)
    if kind is StepKind.LATER:
        buttons = [button("resume", reading.RESUME, writing.key), button("cancel_sure", "cancel_sure", writing.key)]
        talk.say("later", Outcome.CLARIFIED_PETITION, buttons)
        return remember(writing, closed=True)
    if kind is StepKind.CANCEL and writing.content:
        return await ask(talk, writing, Item.CANCEL)
    if kind in (StepKind.CANCEL, StepKind.CANCEL_SURE):
        moment = "cancelled_ask_again" if reading.asked_instead(talk.turn.text) else "cancelled"
        talk.say(moment, Outcome.ANSWERED_PETITION_CANCELLED, [plain_button("lodge", "lodge_petition")])
        return remember(None)
    if kind is StepKind.NOT_HERE:
        buttons = [button("insist", "say:said", writing.key), button("cancel_sure", "cancel_sure", writing.key)]
        talk.dispatcher.utter_message(response=_ELSEWHERE[step.value], buttons=buttons)
        return remember(replace(writing, aside=reading.story_in(talk.turn.text)), closed=False)
    if kind is StepKind.OUTSIDE:
        buttons = [button("place_again", "edit:place", writing.key), button("cancel_sure", "cancel_sure", writing.key)]
        talk.say("outside", Outcome.REFUSED_PETITION_ELSEWHERE, buttons, place=step.value)
        return remember(writing, closed=False)
    return await ask(talk, writing, step.item, again=True)


_ELSEWHERE = {
    "file_complaint": "utter_petition__complaint",
    "ask_legal_advice": "utter_fallback__legal_advice",
    "ask_city_service": "utter_fallback__city_service",
    "ask_divorce_or_court": "utter_fallback__court",
}


async def _set(talk: PetitionTalk, step: PetitionStep, writing: Writing) -> list[EventType]:
    if step.item is Item.MORE:
        return await add(talk, writing, step.value)
    return await ask_next(talk, await filled(talk, step, writing))


async def filled(talk: PetitionTalk, step: PetitionStep, writing: Writing) -> Writing:
    """Return `writing` with the answer to the item of `step`."""
    item, value = step.item, step.value
    if item is Item.CONTENT:
        return await with_content(talk, writing, value)
    if item is Item.KIND:
        writing = replace(writing, kind=value, kind_sure=True, kind_said=True)
    elif item in (Item.PLACE, Item.WHICH):
        writing = told_where(writing, step, talk.turn.text)
    elif item is Item.NAME:
        writing = replace(writing, name=value or writing.name, contact=step.contact or writing.contact)
    elif item is Item.CONTACT:
        writing = replace(writing, contact=value)
    elif item is Item.WISH:
        writing = replace(writing, wish=value)
    elif item is Item.PHOTOS:
        writing = replace(writing, attachments=tuple(dict.fromkeys((*writing.attachments, *talk.turn.photos))))
    elif item is Item.EDIT:
        writing = dropped(writing, value.partition(":")[2])
    return writing


async def with_content(talk: PetitionTalk, writing: Writing, content: str) -> Writing:
    """Return `writing` with the story, and what the story shows: its kind, the place, whether people are in danger."""
    guess = await asyncio.to_thread(guess_kind, content)
    urgent = is_urgent(content)
    if not writing.kind_said:
        sure = writing.carried or not guess.doubtful
        kind = writing.kind if writing.carried and writing.kind else guess.kind.value
        writing = replace(writing, kind=kind, kind_sure=sure, second_kind=guess.second.value)
    place, code = reading.place_told(content, talk.turn.parsed)
    if place and (code or not writing.place):
        writing = placed(writing, place, code)
    if not writing.commune_code and writing.place == place and not writing.place_settled:
        doubt = doubt_in(content)
        writing = placed(writing, place or doubt.said, "", doubt) if doubt else writing
    if urgent and not writing.told_urgent:
        talk.say("urgent", Outcome.CLARIFIED_PETITION)
    return replace(
        writing, content=content, urgent=urgent, told_urgent=writing.told_urgent or urgent, aside="", alone=False
    )


async def add(talk: PetitionTalk, writing: Writing, more: str) -> list[EventType]:
    """Add to the story, unless with it the story accuses somebody: then what was there before stays as it was."""
    told = with_more(writing, more)
    if told is None:
        talk.say("accused", Outcome.REFUSED_DENUNCIATION, _after_accusation(writing))
        return remember(writing, closed=True)
    writing = await with_content(talk, writing, told)
    talk.say("added", Outcome.CLARIFIED_PETITION)
    return await ask_next(talk, writing)


def with_more(writing: Writing, more: str) -> str | None:
    """Return the story with what was added; None where it accuses somebody only with that."""
    told = f"{writing.content}\n{more}" if writing.content else more
    return None if is_denunciation(told) and not is_denunciation(writing.content) else told[: reading.MOST_CONTENT]


def _after_accusation(writing: Writing) -> list[dict[str, str]]:
    return [button("resume", reading.RESUME, writing.key), button("cancel_sure", "cancel_sure", writing.key)]


async def _say_for_them(talk: PetitionTalk, which: str, writing: Writing) -> list[EventType]:
    """Ready words that the citizen has chosen."""
    if which == "said":
        content = writing.aside or last_story(talk.tracker)
    elif which == "late" and writing.case_code:
        content = wording()("lines.say_late", case_code=writing.case_code)
    elif which == "paper" and writing.paper:
        content = wording()("lines.say_paper", paper=writing.paper)
    else:
        content = ""
    if not content:
        return await ask(talk, writing, Item.CONTENT, again=True)
    return await ask_next(talk, await with_content(talk, writing, content))


async def _skip(talk: PetitionTalk, item: Item, writing: Writing) -> list[EventType]:
    """What need not be told; a question that must be answered is asked once more instead."""
    if item is Item.PLACE:
        return await ask_next(talk, replace(placed(writing, "", ""), no_place=True))
    if item is Item.WHICH:  # the words stay, no unit is guessed
        place = writing.place_former or writing.place_said
        return await ask_next(talk, replace(writing, place=place, commune_code="", place_settled=True))
    if item is Item.KIND:
        return await ask_next(talk, replace(writing, kind_sure=True))
    if item in (Item.WISH, Item.MORE, Item.PHOTOS, Item.EDIT):
        return await ask_next(talk, writing)
    return await ask(talk, writing, item, again=True)


async def _back(talk: PetitionTalk, item: Item, writing: Writing) -> list[EventType]:
    """Ask what was asked before; later answers stay."""
    if item in (Item.EDIT, Item.MORE, Item.WISH, Item.PHOTOS, Item.CANCEL, Item.RESUME):
        return await ask_next(talk, writing)
    before = writing.before(item)
    if before is None:
        talk.say("first", Outcome.CLARIFIED_PETITION)
        return await ask(talk, writing, item)
    return await ask(talk, writing, before)
