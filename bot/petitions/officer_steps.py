"""An officer's steps on a petition, each inside one transaction; what is not possible raises and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection, Row

from bot.errors import PetitionStepError
from bot.ops.clock import city_date
from bot.petitions.citizen_steps import reopening
from bot.petitions.clocks import publish_by, take_up_by
from bot.petitions.drafts import written
from bot.petitions.models import EventKind, PetitionState
from bot.petitions.photos import Photos
from bot.petitions.refusals import Refusals
from bot.petitions.routing import Routing
from bot.petitions.store import Facts, owner_of, take_step
from bot.petitions.tables import EVENT, PARTY, TEXT
from bot.petitions.templates import has_blanks
from knowledge.working_days import Calendar

LONGEST_TEXT = 4000
LONGEST_NAME = 80
LONGEST_PLACE = 600
SHORTEST_ANSWER = 20


class StepFault(str, Enum):
    """Why a step is not possible; what the officer reads is in wording.yml."""

    UNKNOWN_CODE = "unknown_code"
    NO_NAME = "no_name"
    NO_TEXT = "no_text"
    SHORT_ANSWER = "short_answer"
    BLANKS_LEFT = "blanks_left"
    TOO_LONG = "too_long"
    NOT_NOW = "not_now"
    TAKEN = "taken"
    UNKNOWN_UNIT = "unknown_unit"
    SAME_UNIT = "same_unit"
    UNKNOWN_REASON = "unknown_reason"
    NO_PLACE = "no_place"
    PUBLISHED = "published"
    UNKNOWN_TEMPLATE = "unknown_template"
    NO_CONTACT = "no_contact"
    NOTHING_NEW = "nothing_new"
    NOBODY_LEFT = "nobody_left"
    """People were taken out of the petition; there is nobody to correct."""
    CHANGED = "changed"
    """Something has happened that the officer had not seen when they decided."""


@dataclass(frozen=True)
class OfficerSteps:
    """Steps of the desk. Each takes the petition's row, locked, the officer's name and the moment."""

    calendar: Calendar
    routing: Routing
    refusals: Refusals
    photos: Photos

    def receive(self, connection: Connection, row: Row, by: str, now: datetime, take_over: bool) -> None:
        """The officer becomes answerable for it."""
        if row.person and row.person != by and not take_over:
            raise fault_of(StepFault.TAKEN, person=row.person)
        if row.person == by and row.state not in (PetitionState.RECEIVED.value, PetitionState.REOPENED.value):
            return  # taken up before
        facts = Facts(by, person=by, unit_to=row.unit_name)
        self._take(connection, row, EventKind.TAKEN_UP, facts, now, {"person": by})

    def ask(self, connection: Connection, row: Row, by: str, now: datetime, text: str) -> None:
        """The clock of the answer waits from the first question on."""
        words = _text_of(text)
        late = city_date(now) > row.due_ask
        changes = {"asked_on": row.asked_on or city_date(now), "person": row.person or by}
        self._take(connection, row, EventKind.ASKED, Facts(by, words, was_late=late), now, changes)

    def answer(self, connection: Connection, row: Row, by: str, now: datetime, text: str) -> None:
        """An answer that comes while the citizen is asked for more is not late."""
        words = _text_of(text)
        if len(words) < SHORTEST_ANSWER:
            raise fault_of(StepFault.SHORT_ANSWER, least=SHORTEST_ANSWER)
        waits = row.state == PetitionState.ASKED_FOR_MORE.value
        late = not waits and city_date(now) > row.due_answer
        changes = {
            "answer": words,
            "answered_by": by,
            "answered_at": now,
            "due_publish": publish_by(self.calendar, now),
            "asked_on": None,
            "person": row.person or by,
        }
        facts = Facts(by, words, unit_from=row.unit_name, due_on=row.due_answer, was_late=late)
        self._take(connection, row, EventKind.ANSWERED, facts, now, changes)

    def close(self, connection: Connection, row: Row, by: str, now: datetime) -> None:
        """Only what is answered is closed."""
        self._take(connection, row, EventKind.CLOSED, Facts(by), now, {"ended_at": now})

    def refuse(
        self, connection: Connection, row: Row, by: str, now: datetime, reason: str, text: str, place: str
    ) -> None:
        """With the reason's words and the right place."""
        refusal = self.refusals.find(reason)
        if refusal is None:
            raise fault_of(StepFault.UNKNOWN_REASON, reasons=", ".join(self.refusals.names()))
        where, words = written(place)[:LONGEST_PLACE] or refusal.place, _text_of(text) if text.strip() else ""
        if refusal.needs_text and not words:
            raise fault_of(StepFault.NO_TEXT)
        if refusal.needs_place and not where:
            raise fault_of(StepFault.NO_PLACE)
        late = city_date(now) > row.due_refuse
        changes: dict[str, Any] = {"refusal_reason": refusal.name, "right_place": where, "ended_at": now}
        changes |= {"asked_on": None, "person": row.person or by}
        if refusal.drops_words:
            changes |= {"content": "", "wish": "", "attachments": []}
            drop_words(connection, row.id)
            self.photos.erase(connection, owner_of(connection, row.id).code, now)
        facts = Facts(by, words, reason=refusal.name, place=where, due_on=row.due_refuse, was_late=late)
        self._take(connection, row, EventKind.REFUSED, facts, now, changes)

    def transfer(
        self, connection: Connection, row: Row, by: str, now: datetime, to_unit: str, reason: str, person: str
    ) -> None:
        """Nothing of the clock changes; whoever is named at the new unit is answerable."""
        unit = self.routing.unit(to_unit)
        if unit is None:
            raise fault_of(StepFault.UNKNOWN_UNIT, unit=to_unit)
        if unit.code == row.unit_code:
            raise fault_of(StepFault.SAME_UNIT, unit=unit.name)
        receiver = " ".join(written(person)[:LONGEST_NAME].split()) or unit.person
        changes = {"unit_code": unit.code, "unit_name": unit.name, "person": receiver, "unit_since": now}
        facts = Facts(
            by,
            _text_of(reason),
            unit_from=row.unit_name,
            unit_to=unit.name,
            person=receiver,
            due_on=take_up_by(self.calendar, now),
        )
        self._take(connection, row, EventKind.TRANSFERRED, facts, now, changes)

    def reopen(self, connection: Connection, row: Row, by: str, now: datetime, why: str) -> None:
        """All clocks begin anew."""
        changes = reopening(self.calendar, now)
        facts = Facts(by, _text_of(why), unit_to=row.unit_name, due_on=changes["due_answer"])
        self._take(connection, row, EventKind.REOPENED, facts, now, changes)

    def publish(self, connection: Connection, row: Row, by: str, now: datetime, place: str) -> None:
        """Once, with the place."""
        if row.published_at is not None:
            raise fault_of(StepFault.PUBLISHED)
        where = written(place)[:LONGEST_PLACE]
        if not where:
            raise fault_of(StepFault.NO_PLACE)
        late = row.due_publish is not None and city_date(now) > row.due_publish
        facts = Facts(by, place=where, due_on=row.due_publish, was_late=late)
        self._take(connection, row, EventKind.PUBLISHED, facts, now, {"published_at": now})

    def _take(
        self, connection: Connection, row: Row, kind: EventKind, facts: Facts, now: datetime, changes: dict[str, Any]
    ) -> None:
        if take_step(connection, row, kind, facts, now, changes) is None:
            raise fault_of(StepFault.NOT_NOW, state=row.state)


def _text_of(text: str) -> str:
    """An officer's words, made clean; raises where there are none, or a template's blanks are left."""
    words = written(text)
    if not words:
        raise fault_of(StepFault.NO_TEXT)
    if len(words) > LONGEST_TEXT:
        raise fault_of(StepFault.TOO_LONG, most=LONGEST_TEXT)
    if has_blanks(words):
        raise fault_of(StepFault.BLANKS_LEFT)
    return words


def officer_name(by: str) -> str:
    """An officer's name, made clean; raises where there is none."""
    name = " ".join(written(by)[:LONGEST_NAME].split())
    if not name:
        raise fault_of(StepFault.NO_NAME)
    return name


def fault_of(fault: StepFault, **facts: object) -> PetitionStepError:
    """The error of a step that is not possible."""
    return PetitionStepError("", fault=fault.value, **facts)


def drop_words(connection: Connection, petition_id: str) -> None:
    """Erase what people have written about a petition; that they wrote stays in the history."""
    events = select(EVENT.c.id).where(EVENT.c.petition_id == petition_id)
    connection.execute(update(TEXT).where(TEXT.c.event_id.in_(events), TEXT.c.text != "").values(text=""))
    connection.execute(update(PARTY).where(PARTY.c.petition_id == petition_id).values(content=""))
