"""A citizen's steps on a petition that is theirs, each inside one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from bot.ops.clock import city_date
from bot.ops.satisfaction import Satisfaction
from bot.petitions.clocks import after_waiting, begin
from bot.petitions.models import CITIZEN, OPEN, EventKind, PetitionState, Step, StepKind
from bot.petitions.photos import Photos
from bot.petitions.store import (
    Facts,
    hash_of_key,
    history_of,
    new_id,
    owner_of,
    party_by_code,
    petition_row,
    take_step,
)
from bot.petitions.tables import EVENT, PARTY, RATING, VIEWER, WORD
from bot.petitions.views import Views, is_asked, last_answer
from knowledge.working_days import Calendar

LONGEST_REASON = 600
MOST_ATTACHMENTS = 20


@dataclass(frozen=True)
class CitizenSteps:
    """Steps of one who lodged, joined, or has proven that the petition is theirs."""

    views: Views
    photos: Photos

    def add_message(
        self,
        connection: Connection,
        code: str,
        sender: str,
        text: str,
        key: str,
        attachments: tuple[str, ...],
        now: datetime,
    ) -> Step:
        """Add words and photos; once a key. What was asked for counts as given, and the clock goes on."""
        party = party_of(connection, code, sender)
        if party is None:
            return Step(StepKind.NOT_YOURS)
        row = petition_row(connection, party.petition_id, lock=True)
        key_hash = hash_of_key(f"message:{key}")
        known = connection.execute(select(EVENT.c.party_id).where(EVENT.c.key_hash == key_hash)).first()
        if known is not None:
            same = known.party_id == party.id
            return self._step(connection, StepKind.AGAIN if same else StepKind.NOT_NOW, party, now)
        if party.ended_at is not None or PetitionState(row.state) not in OPEN:
            return self._step(connection, StepKind.NOT_NOW, party, now)
        kind = EventKind.MESSAGE
        changes = self._with_photos(connection, row, attachments, sender)
        facts = Facts(CITIZEN, text, party.id, key_hash=key_hash)
        if row.state == PetitionState.ASKED_FOR_MORE.value:
            if not is_asked(connection, party):
                kind = EventKind.NOTE
            else:
                changes |= _clock_on(self.views, row, now)
                facts = Facts(CITIZEN, text, party.id, key_hash=key_hash, due_on=changes.get("due_answer"))
        try:
            with connection.begin_nested():
                done = take_step(connection, row, kind, facts, now, changes)
        except IntegrityError:  # the same message in another window, under another petition's lock
            return self._step(connection, StepKind.AGAIN, party, now)
        return self._step(connection, StepKind.DONE if done else StepKind.NOT_NOW, party, now)

    def rate(
        self, connection: Connection, code: str, sender: str, satisfaction: Satisfaction, reason: str, now: datetime
    ) -> Step:
        """Keep a rating, once an answer; its reason may follow."""
        party = party_of(connection, code, sender)
        if party is None:
            return Step(StepKind.NOT_YOURS)
        row = petition_row(connection, party.petition_id, lock=True)
        answer_id = last_answer(history_of(connection, row.id))
        if answer_id is None or PetitionState(row.state) not in (PetitionState.ANSWERED, PetitionState.CLOSED):
            return self._step(connection, StepKind.NOT_NOW, party, now)
        mine = (RATING.c.party_id == party.id, RATING.c.event_id == answer_id)
        known = connection.execute(select(RATING).where(*mine)).first()
        if known is not None:
            explains = reason and not known.reason and satisfaction.value == known.rating
            if explains:
                connection.execute(update(RATING).where(*mine).values(reason=reason[:LONGEST_REASON]))
            return self._step(connection, StepKind.DONE if explains else StepKind.AGAIN, party, now)
        rating = {"id": new_id(), "petition_id": row.id, "party_id": party.id, "event_id": answer_id, "rated_at": now}
        values = {"rating": satisfaction.value, "reason": reason[:LONGEST_REASON]}
        connection.execute(insert(RATING).values(**rating, **values))
        facts = Facts(CITIZEN, party_id=party.id, reason=satisfaction.value)
        take_step(connection, row, EventKind.RATED, facts, now, {})
        return self._step(connection, StepKind.DONE, party, now)

    def reopen(self, connection: Connection, code: str, sender: str, why: str, now: datetime) -> Step:
        """Open it again, in time; the answer that stood is kept in the history, and all clocks begin anew."""
        party = party_of(connection, code, sender)
        if party is None:
            return Step(StepKind.NOT_YOURS)
        row = petition_row(connection, party.petition_id, lock=True)
        if row.state == PetitionState.REOPENED.value:
            return self._step(connection, StepKind.AGAIN, party, now)
        until = self.views.last_reopen_day(row)
        if until is None or party.ended_at is not None:
            return self._step(connection, StepKind.NOT_NOW, party, now)
        if until < city_date(now):
            return self._step(connection, StepKind.TOO_LATE, party, now)
        changes = reopening(self.views.calendar, now)
        facts = Facts(CITIZEN, why, party.id, unit_to=row.unit_name, due_on=changes["due_answer"])
        done = take_step(connection, row, EventKind.REOPENED, facts, now, changes)
        return self._step(connection, StepKind.DONE if done else StepKind.NOT_NOW, party, now)

    def withdraw(self, connection: Connection, code: str, sender: str, now: datetime) -> Step:
        """End what this party wants; the petition goes on where others stand behind it."""
        party = party_of(connection, code, sender)
        if party is None:
            return Step(StepKind.NOT_YOURS)
        row = petition_row(connection, party.petition_id, lock=True)
        if party.ended_at is not None or row.state == PetitionState.WITHDRAWN.value:
            return self._step(connection, StepKind.AGAIN, party, now)
        if PetitionState(row.state) not in OPEN:
            return self._step(connection, StepKind.NOT_NOW, party, now)
        connection.execute(update(PARTY).where(PARTY.c.id == party.id).values(ended_at=now))
        facts = Facts(CITIZEN, party_id=party.id)
        if self._is_last(connection, row.id):
            take_step(connection, row, EventKind.WITHDRAWN, facts, now, {"ended_at": now})
        else:
            take_step(connection, row, EventKind.LEFT, facts, now, {})
        return self._step(connection, StepKind.DONE, party, now)

    def follow(self, connection: Connection, code: str, sender: str, now: datetime) -> Step:
        """Tell further steps in this conversation only."""
        party = party_of(connection, code, sender)
        if party is None:
            return Step(StepKind.NOT_YOURS)
        mine = VIEWER.c.party_id == party.id
        before = connection.execute(select(VIEWER.c.follows).where(mine, VIEWER.c.sender == sender)).scalar()
        others = connection.execute(
            select(VIEWER.c.sender).where(mine, VIEWER.c.follows.is_(True), VIEWER.c.sender != sender)
        ).first()
        connection.execute(update(VIEWER).where(mine).values(follows=VIEWER.c.sender == sender))
        return self._step(connection, StepKind.AGAIN if before and not others else StepKind.DONE, party, now)

    def _with_photos(
        self, connection: Connection, row: Row, attachments: tuple[str, ...], sender: str
    ) -> dict[str, Any]:
        if not attachments:
            return {}
        code = owner_of(connection, row.id).code
        added = self.photos.attach(connection, attachments, sender, code)
        return {"attachments": [*(row.attachments or ()), *added][:MOST_ATTACHMENTS]}

    def _is_last(self, connection: Connection, petition_id: str) -> bool:
        """Say whether nobody stands behind it any more, neither who lodged it nor a supporter."""
        active = (PARTY.c.petition_id == petition_id, PARTY.c.ended_at.is_(None))
        return connection.execute(select(PARTY.c.id).where(*active)).first() is None

    def _step(self, connection: Connection, kind: StepKind, party: Row, now: datetime) -> Step:
        fresh = connection.execute(select(PARTY).where(PARTY.c.id == party.id)).one()
        return Step(kind, self.views.of(connection, fresh, city_date(now)))


def party_of(connection: Connection, code: str, sender: str) -> Row | None:
    """The party with `code`, where this conversation lodged it or has proven it; else None."""
    party = party_by_code(connection, code)
    if party is None:
        return None
    mine = (VIEWER.c.party_id == party.id, VIEWER.c.sender == sender)
    return party if connection.execute(select(VIEWER.c.since).where(*mine)).first() else None


def reopening(calendar: Calendar, now: datetime) -> dict[str, Any]:
    """What changes where a petition is opened again: new clocks, no answer, nobody named yet."""
    nothing = {"answer": "", "answered_by": "", "answered_at": None, "ended_at": None, "refusal_reason": ""}
    ended = {"right_place": "", "due_publish": None, "published_at": None, "asked_on": None}
    return {**nothing, **ended, **vars(begin(calendar, now))}


def erase_links(connection: Connection, sender: str, now: datetime) -> int:
    """Forget in which conversation petitions were lodged; what waits to be said there is not said."""
    links = connection.execute(select(VIEWER.c.party_id).where(VIEWER.c.sender == sender)).all()
    if links:
        connection.execute(delete(WORD).where(WORD.c.sender == sender, WORD.c.sent_at.is_(None)))
        connection.execute(update(WORD).where(WORD.c.sender == sender).values(sender=""))
        connection.execute(delete(VIEWER).where(VIEWER.c.sender == sender))
        for link in links:
            party = connection.execute(select(PARTY).where(PARTY.c.id == link.party_id)).one()
            row = petition_row(connection, party.petition_id, lock=True)
            take_step(connection, row, EventKind.LINK_CUT, Facts(CITIZEN, party_id=party.id), now, {})
    return len(links)


def _clock_on(views: Views, row: Row, now: datetime) -> dict[str, Any]:
    """The citizen has replied: the answer's day moves by the working days that it waited."""
    asked_on = row.asked_on or city_date(now)
    due = after_waiting(views.calendar, row.due_answer, asked_on, city_date(now))
    return {"asked_on": None, "due_answer": due}
