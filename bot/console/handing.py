"""What pages about handed-over conversations share: whose they are, how long they wait, in words and colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from bot.console.access import hub_of, person_of
from bot.console.people import unit_name
from bot.console.petition_sheet import ClockFace, Tone
from bot.console.rendering import console_wording
from bot.errors import HandoffStepError
from bot.handoff.models import CITY_UNIT, HandoffFault, Officer, Request, RequestState
from bot.handoff.words import handoff_wording
from bot.hub.ownership import LONGEST_REPLY
from bot.staff.models import Person

SOON, LATE = timedelta(minutes=5), timedelta(minutes=10)
"""From these waits on a conversation is shown as pressing, and as late."""


def officer_of(person: Person) -> Officer:
    """Return somebody of the staff as handing over knows them; administrators serve all units."""
    units = (CITY_UNIT, *person.units) if person.is_administrator else person.units
    return Officer(person.id, person.display_name, tuple(dict.fromkeys(units)))


def sees_request(person: Person, handed: Request) -> bool:
    """Say whether a conversation is somebody's to see: of their units, theirs, or offered to them."""
    return officer_of(person).serves(handed.unit) or person.id in (handed.officer_id, handed.offered_to)


async def find_handed(request: web.Request) -> Request:
    """Return the request of the address; not found, too, where it is not the reader's to see."""
    handed = await hub_of(request).ownership.queue.get(request.match_info["id"])
    if handed is None or not sees_request(person_of(request), handed):
        raise web.HTTPNotFound
    return handed


def wait_face(handed: Request, waited: timedelta) -> ClockFace:
    """Return how long somebody waits; the words say what the colour says."""
    say, minutes = console_wording(), max(0, int(waited.total_seconds() // 60))
    if handed.state is not RequestState.WAITING:
        return ClockFace(Tone.OVER, "")
    if handed.urgent or waited >= LATE:
        return ClockFace(Tone.LATE, say("wait.urgent" if handed.urgent else "wait.late", minutes=minutes))
    return ClockFace(*((Tone.SOON, say("wait.soon", minutes=minutes)) if waited >= SOON else _calm(minutes)))


def said_of_step(error: HandoffStepError) -> str:
    """What the reader of a refused step reads."""
    fault = HandoffFault(error.context["fault"])
    return handoff_wording()(f"fault.{fault.value}", most=LONGEST_REPLY)


@dataclass(frozen=True)
class UnitChoice:
    """A unit that somebody may filter by."""

    code: str
    name: str


def units_of(person: Person, rows: Sequence[Request]) -> list[UnitChoice]:
    """Return the units to choose from: one's own, and those that now have conversations."""
    codes = dict.fromkeys((*person.units, *(row.unit for row in rows)))
    return [UnitChoice(code, unit_name(code)) for code in codes]


def _calm(minutes: int) -> tuple[Tone, str]:
    say = console_wording()
    return Tone.CALM, say("wait.calm", minutes=minutes) if minutes else say("wait.new")
