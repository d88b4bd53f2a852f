"""Asking for what is missing of a petition, one question a turn, and showing the whole of it before it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rasa_sdk.events import EventType

from actions.petition_photos import can_send_photos
from actions.petition_place import which_buttons, which_facts
from actions.petition_talk import PERSONAL, Button, PetitionTalk, answer, button, remember, wording
from actions.switching import say_off, when_off
from bot.attachments.models import PHOTOS
from bot.errors import StoreDownError
from bot.nlu import petition_reading as reading
from bot.nlu.petition_draft import Item, Writing
from bot.nlu.replies import Choice
from bot.ops.outcomes import Outcome
from bot.petitions.models import PetitionKind, Similar
from bot.staff.models import Feature
from knowledge import blocks as b
from knowledge.formatting import day_text, short_title

PATIENCE = 2
"""Replies in a row that were not understood, from which leaving it is offered."""
_SHOWN = 700
"""Characters of the content in the summary."""
_EXPECTED: dict[Item, Sequence[str]] = {
    Item.NAME: PERSONAL,
    Item.CONTACT: PERSONAL,
    Item.SUMMARY: PERSONAL,
    Item.PHOTOS: (PHOTOS,),
}


async def ask_next(talk: PetitionTalk, writing: Writing) -> list[EventType]:
    """Ask what is missing, or show the summary."""
    return await ask(talk, writing, writing.next_item)


async def ask(talk: PetitionTalk, writing: Writing, item: Item, again: bool = False) -> list[EventType]:
    """Ask for `item`. again: the last reply was not understood."""
    if item is Item.PHOTOS and (off := await when_off(talk.services, Feature.PHOTOS)) is not None:
        say_off(talk.dispatcher, off)
        return await ask_next(talk, writing)
    writing = writing.waits_for(item, writing.missed + 1 if again else 0)
    if item is Item.SUMMARY:
        return await show_summary(talk, writing, again)
    buttons = [*_answers(writing, item), *_ways_out(writing, item, again)]
    here, total = writing.progress(item)
    step = wording()("lines.step", here=here, total=total) if item.value in writing.asked else ""
    facts: dict[str, Any] = {"step": step, "paper": writing.paper, "case_code": writing.case_code}
    facts |= which_facts(writing) if item is Item.WHICH else {}
    talk.say(_moment(writing, item, again), Outcome.CLARIFIED_PETITION, buttons, _EXPECTED.get(item, ()), **facts)
    return remember(writing, _choices(buttons))


def _moment(writing: Writing, item: Item, again: bool) -> str:
    if again:
        return f"again_{item.value}"
    if item is Item.CONTENT and not writing.content:
        return "ask_content_paper" if writing.paper else "ask_content_case" if writing.case_code else "ask_content"
    if item is Item.WHICH and writing.place_former:
        return "ask_which_split"
    if item is Item.NAME and writing.asks_both:
        return "ask_name_contact"
    return f"ask_{item.value}"


def _answers(writing: Writing, item: Item) -> list[Button]:
    """What can be tapped as an answer to `item`."""
    key = writing.key
    if item is Item.CONTENT and not writing.content:
        return _ready_words(writing)
    if item is Item.KIND:
        likely = [kind for kind in (writing.kind, writing.second_kind) if kind]
        kinds = [*likely, *(kind.value for kind in PetitionKind if kind.value not in likely)]
        return [button(f"kind_{kind}", f"kind:{kind}", key) for kind in kinds]
    if item is Item.PLACE:
        return [button("no_place", reading.NO_PLACE, key)]
    if item is Item.WHICH:
        return which_buttons(writing)
    if item is Item.CONSENT:
        return [button("agree", reading.AGREE, key), button("refuse", reading.REFUSE, key)]
    if item in (Item.WISH, Item.MORE, Item.PHOTOS):
        return [button("skip", reading.SKIP, key)]
    if item is Item.CANCEL:
        return [button("cancel_sure", "cancel_sure", key), button("later", reading.LATER, key)]
    if item is Item.RESUME:
        return [button("resume", reading.RESUME, key), button("new", "new")]
    return _edits(writing) if item is Item.EDIT else []


def _ready_words(writing: Writing) -> list[Button]:
    """For those who write little: what the conversation already shows, in words that can be taken over."""
    ready = []
    if writing.aside:
        ready.append(button("say_said", "say:said", writing.key))
    if writing.case_code:
        ready.append(button("say_late", "say:late", writing.key))
    if writing.paper:
        ready.append(button("say_paper", "say:paper", writing.key))
    return ready


def _edits(writing: Writing) -> list[Button]:
    key = writing.key
    edits = [Item.CONTENT, *([Item.PLACE] if writing.needs_place else []), Item.NAME, Item.CONTACT, Item.KIND]
    buttons = [button(f"edit_{item.value}", f"edit:{item.value}", key) for item in edits]
    for name, known in (("procedure", writing.procedure_code), ("case", writing.case_code), ("paper", writing.paper)):
        buttons += [button(f"drop_{name}", f"drop:{name}", key)] if known else []
    return [*buttons, button("resume", reading.RESUME, key)]


def _ways_out(writing: Writing, item: Item, again: bool) -> list[Button]:
    """Back, and after a few misses leaving it for later; said in words they always work."""
    if item in (Item.CANCEL, Item.RESUME, Item.EDIT):
        return []
    back = writing.before(item) is not None and item in (Item.PLACE, Item.WHICH, Item.KIND, Item.NAME, Item.CONTACT)
    ways = [button("back", reading.BACK, writing.key)] if back else []
    if again and writing.missed >= PATIENCE:
        ways += [button("later", reading.LATER, writing.key), button("cancel", reading.CANCEL, writing.key)]
    return ways


def _choices(buttons: Sequence[Button]) -> tuple[Choice, ...]:
    """Return buttons as options that can be typed; the id is the step that the button carries."""
    steps = (one["payload"].partition('"petition_step": "')[2].partition('"')[0] for one in buttons)
    return tuple(Choice(step, (one["title"],)) for step, one in zip(steps, buttons, strict=True) if step)


async def show_summary(talk: PetitionTalk, writing: Writing, again: bool = False) -> list[EventType]:
    """Show all that will be sent, what can be corrected, and a petition that others have lodged about the same."""
    say = wording()
    alike = await _similar(talk, writing)
    shown: list[b.Block] = [b.heading(say("lines.summary")), b.ItemList(tuple(_lines(writing)))]
    if alike is not None:
        day = day_text(alike.received_on)
        shown.append(b.notice(say("lines.similar", unit=alike.unit_name, day=day, others=alike.supporters + 1)))
    official = "official" if talk.services.petitions.official else "record"
    shown.append(b.paragraph(say(f"lines.what_{official}")))
    shown.append(b.paragraph(say("lines.ask_again" if again else "lines.ask_send")))
    key = writing.key
    buttons = [button("send", reading.SEND, key)]
    buttons += [button("join", f"join:{alike.ref}", key)] if alike is not None else []
    buttons += [button("edit", "edit", key)]
    buttons += [] if writing.wish else [button("wish", "edit:wish", key)]
    buttons += [button("photos", "edit:photos", key)] if await can_send_photos(talk.services) else []
    buttons += [button("later", reading.LATER, key), button("cancel", reading.CANCEL, key)]
    talk.dispatcher.utter_message(
        text=b.to_text(shown),
        buttons=buttons,
        json_message={**answer(Outcome.CLARIFIED_PETITION_SUMMARY, PERSONAL), "blocks": b.to_json(shown)},
    )
    return remember(writing, _choices(buttons))


def _lines(writing: Writing) -> list[b.Item]:
    say = wording()
    contact = writing.contact.partition(":")[2]
    content = writing.content if len(writing.content) <= _SHOWN else f"{writing.content[:_SHOWN].rstrip()} …"
    known = [
        ("kind", say(f"kinds.{writing.kind}")),
        ("content", " ".join(content.split())),
        ("wish", " ".join(writing.wish.split())),
        ("procedure", f"{short_title(writing.procedure_title)}" if writing.procedure_title else ""),
        ("case", writing.case_code),
        ("paper", writing.paper),
        ("place", writing.place or (say("lines.no_place") if writing.needs_place else "")),
        ("name", writing.name),
        ("contact", contact),
        ("photos", str(len(writing.attachments)) if writing.attachments else ""),
        ("urgent", say("lines.urgent_yes") if writing.urgent else ""),
    ]
    return [b.Item(say(f"lines.{name}", value=value)) for name, value in known if value]


async def _similar(talk: PetitionTalk, writing: Writing) -> Similar | None:
    """The most alike of the open petitions; none where that cannot be found out just now."""
    if writing.alone:
        return None
    try:
        found = await talk.services.petitions.similar(talk.draft_of(writing))
    except StoreDownError:  # logged where it was met; sending will tell the citizen, if it is still away then
        return None
    return found[0] if found else None


def dropped(writing: Writing, name: str) -> Writing:
    """Return `writing` without what was taken over from the conversation."""
    if name == "procedure":
        return replace(writing, procedure_code="", procedure_title="")
    return replace(writing, case_code="") if name == "case" else replace(writing, paper="")
