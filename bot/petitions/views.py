"""What a citizen sees of a petition: their own words, the city's words, and nobody else's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from bot.petitions.clocks import reopen_until
from bot.petitions.models import (
    OPEN,
    EventKind,
    PetitionKind,
    PetitionState,
    PetitionView,
    Told,
)
from bot.petitions.store import Role, history_of, owner_of, petition_row, supporters_of
from bot.petitions.tables import RATING
from knowledge.working_days import Calendar

_SHOWN = frozenset(
    {
        EventKind.TAKEN_UP,
        EventKind.ASKED,
        EventKind.TRANSFERRED,
        EventKind.ANSWERED,
        EventKind.REFUSED,
        EventKind.CLOSED,
        EventKind.REOPENED,
        EventKind.PUBLISHED,
    }
)
_OWN = frozenset(
    {EventKind.LODGED, EventKind.JOINED, EventKind.MESSAGE, EventKind.NOTE, EventKind.WITHDRAWN, EventKind.LEFT}
)
"""Shown to who did it."""
_OF_ALL = frozenset({EventKind.ANSWERED, EventKind.REFUSED})
"""Whose words all that stand behind a petition may read."""
REOPENABLE = (PetitionState.ANSWERED, PetitionState.CLOSED, PetitionState.REFUSED)


@dataclass(frozen=True)
class Views:
    """Makes views; reopen_days: working days within which a petition can be opened again."""

    calendar: Calendar
    reopen_days: int

    def of(self, connection: Connection, party: Row, today: date) -> PetitionView:
        """Return the petition as the party sees it, on the city's day `today`."""
        row = petition_row(connection, party.petition_id)
        events = history_of(connection, row.id)
        state = PetitionState.WITHDRAWN if party.ended_at else PetitionState(row.state)
        is_owner = party.role == Role.OWNER.value
        asked = is_asked(connection, party)
        until = self.last_reopen_day(row) if not party.ended_at else None
        return PetitionView(
            code=party.code,
            kind=PetitionKind(row.kind),
            state=state,
            state_since=party.ended_at or row.state_since,
            received_at=party.joined_at,
            due_answer=row.due_answer,
            overdue=is_overdue(row, today),
            unit_name=row.unit_name,
            contact_unit_name=row.contact_unit_name,
            person_name=row.person,
            content=row.content if is_owner else party.content,
            procedure_code=row.procedure_code,
            procedure_title=row.procedure_title,
            case_code=row.case_code if is_owner else "",
            asked_for=_asked_for(events) if asked and state is PetitionState.ASKED_FOR_MORE else "",
            answer=row.answer,
            answered_at=row.answered_at,
            refusal_reason=row.refusal_reason,
            right_place=row.right_place,
            reopen_until=until if until and until >= today else None,
            can_rate=_can_rate(connection, party, state, events),
            joined=not is_owner,
            supporters=supporters_of(connection, [row.id]).get(row.id, 0),
            steps=tuple(_told(event, party, asked) for event in events if _is_shown(event, party)),
        )

    def last_reopen_day(self, row: Row) -> date | None:
        """Return the last day on which it can be opened again; None for a state from which it cannot."""
        ended_at = row.ended_at or row.answered_at
        if PetitionState(row.state) not in REOPENABLE or ended_at is None:
            return None
        return reopen_until(self.calendar, row.answered_at or ended_at, self.reopen_days)


def is_overdue(row: Row, today: date) -> bool:
    """Say whether the answer is late: the day has passed, and nobody waits for the citizen."""
    state = PetitionState(row.state)
    return state in OPEN and state is not PetitionState.ASKED_FOR_MORE and bool(row.due_answer < today)


def is_asked(connection: Connection, party: Row) -> bool:
    """Say whether questions are for this party: who lodged it, or all supporters once that one has withdrawn."""
    if party.role == Role.OWNER.value:
        return party.ended_at is None
    return party.ended_at is None and owner_of(connection, party.petition_id).ended_at is not None


def last_answer(events: list[Row]) -> int | None:
    """The number of the answer that stands; None where there is none."""
    return next((event.id for event in reversed(events) if event.kind == EventKind.ANSWERED.value), None)


def _can_rate(connection: Connection, party: Row, state: PetitionState, events: list[Row]) -> bool:
    answer_id = last_answer(events)
    if answer_id is None or state not in (PetitionState.ANSWERED, PetitionState.CLOSED):
        return False
    given = select(RATING.c.id).where(RATING.c.party_id == party.id, RATING.c.event_id == answer_id)
    return connection.execute(given).first() is None


def _asked_for(events: list[Row]) -> str:
    return next((str(event.text) for event in reversed(events) if event.kind == EventKind.ASKED.value), "")


def _is_shown(event: Row, party: Row) -> bool:
    kind = EventKind(event.kind)
    if kind in _OWN:
        return bool(event.party_id == party.id)
    return kind in _SHOWN and event.at >= party.joined_at


def _told(event: Row, party: Row, asked: bool) -> Told:
    kind = EventKind(event.kind)
    readable = kind in _OF_ALL or event.party_id == party.id or (kind is EventKind.ASKED and asked)
    text = event.unit_to if kind is EventKind.TRANSFERRED else event.text if readable else ""
    return Told(kind, event.at, text)
