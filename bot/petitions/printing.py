"""Petitions as lines of text for officers at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.ops.clock import CITY_TIME
from bot.petitions.drafts import hidden
from bot.petitions.models import OPEN, EventKind, Petition, PetitionEvent, PetitionState
from bot.petitions.telling import petition_wording
from knowledge.formatting import day_text


def short_line(petition: Petition, today: date) -> str:
    """One line of a list."""
    say = petition_wording()
    marks = [say("line.urgent")] if petition.urgent else []
    waits = petition.state is PetitionState.ASKED_FOR_MORE
    late = petition.state in OPEN and not waits and petition.due_answer < today
    due = f"{day_text(petition.due_answer)}{' ' + say('line.late') if late else ''}"
    parts = [
        petition.code,
        *marks,
        say(f"state.{petition.state.value}"),
        due,
        petition.unit_name,
        petition.person or say("line.nobody"),
        petition.procedure_title,
        _opening(petition.content),
    ]
    return " · ".join(part for part in parts if part)


def sheet(petition: Petition, history: list[PetitionEvent]) -> Iterator[str]:
    """All lines about one petition; contacts are hidden."""
    say = petition_wording()
    marks = f"{say('line.urgent')} · " if petition.urgent else ""
    yield f"{petition.code} · {marks}{say(f'kind.{petition.kind.value}')} · {say(f'state.{petition.state.value}')}"
    yield from _desk_lines(petition)
    if petition.anonymised_at:
        yield say("line.anonymised")
    elif petition.contact:
        yield say("line.sender", name=petition.sender_name, contact=hidden(petition.contact))
    for name, text in (
        ("content", petition.content),
        ("wish", petition.wish),
        ("place", petition.unit_said),
        ("paper", petition.paper),
    ):
        if text:
            yield say(f"line.{name}", text=text)
    if petition.procedure_code or petition.procedure_title:
        yield say("line.procedure", code=petition.procedure_code, title=petition.procedure_title)
    if petition.case_code:
        yield say("line.case", code=petition.case_code)
    if petition.attachments:
        yield say("line.photos", count=len(petition.attachments))
    yield say("line.history")
    yield from map(event_line, history)


def event_line(event: PetitionEvent) -> str:
    """One line of the history."""
    say = petition_wording()
    moment = f"{event.at.astimezone(CITY_TIME):%d/%m/%Y %H:%M}"
    moved = f"{event.unit_from} → {event.unit_to}" if event.kind is EventKind.TRANSFERRED else ""
    person = f"→ {event.person}" if event.person and event.kind is EventKind.TRANSFERRED else ""
    late = say("line.late") if event.was_late else ""
    rest = " ".join(part for part in (moved, person, event.reason, event.place, event.text, late) if part)
    return f"  {moment} {say(f'event.{event.kind.value}')} ({event.by}){': ' + rest if rest else ''}"


def _desk_lines(petition: Petition) -> Iterator[str]:
    say = petition_wording()
    yield say("line.unit", unit=petition.unit_name)
    if petition.contact_unit_code != petition.unit_code:
        yield say("line.contact_unit", unit=petition.contact_unit_name)
    yield say("line.person", person=petition.person or say("line.nobody"))
    days = {"refuse": petition.due_refuse, "ask": petition.due_ask, "answer": petition.due_answer}
    yield say("line.due", **{name: day_text(day) for name, day in days.items()})
    if petition.asked_on:
        yield say("line.waits", day=day_text(petition.asked_on))
    if petition.supporters:
        yield say("line.supporters", count=petition.supporters)


def _opening(text: str) -> str:
    line = " ".join(text.split())
    return f"{line[:57]}…" if len(line) > 58 else line
