"""While petitions are switched off: what is told is kept as a draft, and the citizen knows that it was not sent."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk.events import EventType

from actions.petition_beginning import started
from actions.petition_talk import PetitionTalk, remember
from actions.switching import say_off
from bot.nlu.petition_draft import AGREED, Item, Writing
from bot.nlu.petition_step import PetitionStep, StepKind
from bot.staff.models import Feature

_LEAVING = {StepKind.LATER, StepKind.CANCEL, StepKind.CANCEL_SURE, StepKind.STALE}
_LEAVING |= {StepKind.NOTHING_BEGUN, StepKind.NEVER_MIND}
"""A draft can always be thrown away."""


def needs_feature(step: PetitionStep, writing: Writing | None) -> bool:
    """Say whether a step is one of writing or sending. Sending what was sent already only shows its receipt again."""
    return step.kind not in _LEAVING and not (step.kind is StepKind.SEND and writing is None)


async def put_aside(talk: PetitionTalk, step: PetitionStep, writing: Writing | None, sentence: str) -> list[EventType]:
    """Keep what was told, also with this message; say the sentence, and that nothing was sent."""
    kept = await _told(talk, step, writing)
    if kept is None or not (kept.content or kept.asked):
        say_off(talk.dispatcher, sentence)
        return remember(None)
    say_off(talk.dispatcher, sentence, kept=Feature.PETITIONS)
    return remember(kept, closed=True)


async def _told(talk: PetitionTalk, step: PetitionStep, writing: Writing | None) -> Writing | None:
    from actions.petition import filled, with_content, with_more  # the two build on each other

    if writing is None:
        return await started(talk, step.value) if step.kind in (StepKind.START, StepKind.START_ANEW) else None
    if step.kind is StepKind.ADD or (step.kind is StepKind.SET and step.item is Item.MORE):
        more = with_more(writing, step.value)
        return writing if more is None else await with_content(talk, writing, more)
    if step.kind is StepKind.SET:
        return await filled(talk, step, writing)
    return replace(writing, consent=AGREED) if step.kind is StepKind.AGREE else writing
