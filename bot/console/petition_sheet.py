"""A petition as its page shows it: the clock in words and colour, what can be done now, names and contacts hidden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from bot.console.rendering import console_wording
from bot.petitions.drafts import hidden
from bot.petitions.models import OPEN, EventKind, Petition, PetitionState
from bot.petitions.states import state_after
from knowledge.formatting import day_text
from knowledge.working_days import Calendar

SOON_DAYS = 2


class Tone(str, Enum):
    """How urgent a clock is: always said in words too."""

    LATE = "late"
    SOON = "soon"
    CALM = "calm"
    WAITS = "waits"
    OVER = "over"


@dataclass(frozen=True)
class ClockFace:
    """What a clock says."""

    tone: Tone
    words: str


STEPS: dict[str, EventKind] = {
    "receive": EventKind.TAKEN_UP,
    "ask": EventKind.ASKED,
    "answer": EventKind.ANSWERED,
    "transfer": EventKind.TRANSFERRED,
    "refuse": EventKind.REFUSED,
    "close": EventKind.CLOSED,
    "reopen": EventKind.REOPENED,
}


def clock_of(petition: Petition, today: date, calendar: Calendar) -> ClockFace:
    """Return the answer's clock in working days."""
    say, due = console_wording(), petition.due_answer
    if petition.state not in OPEN:
        return ClockFace(Tone.OVER, "")
    if petition.state is PetitionState.ASKED_FOR_MORE and petition.asked_on is not None:
        return ClockFace(Tone.WAITS, say("clock.waits", day=day_text(petition.asked_on)))
    if due < today:
        late = max(calendar.between(due, today).days, 1)
        return ClockFace(Tone.LATE, say("clock.late", count=late, day=day_text(due)))
    if due == today:
        return ClockFace(Tone.SOON, say("clock.today"))
    left = calendar.between(today, due).days
    tone = Tone.SOON if left <= SOON_DAYS else Tone.CALM
    return ClockFace(tone, say("clock.left", count=left, day=day_text(due)))


def steps_now(petition: Petition, by: str) -> list[str]:
    """Return what can be done with a petition in its state."""
    possible = [name for name, kind in STEPS.items() if state_after(kind, petition.state) is not None]
    mine = petition.person == by and petition.state is PetitionState.IN_PROGRESS
    return [name for name in possible if not (name == "receive" and mine)]


def hidden_name(name: str) -> str:
    """Return the first letters of a name: enough to know it again, too little to know the person."""
    return " ".join(f"{part[0]}." for part in name.split() if part)


def hidden_contact(petition: Petition) -> str:
    """Return a contact as it is shown without a reason."""
    return hidden(petition.contact) if petition.contact else ""


def opening(text: str, most: int = 90) -> str:
    """Return the beginning of a text, in one line."""
    line = " ".join(text.split())
    return f"{line[: most - 1]}…" if len(line) > most else line
