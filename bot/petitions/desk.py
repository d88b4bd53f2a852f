"""What officers do with petitions: take up, ask, answer, close, refuse, transfer, open again, publish.

The commands call it, and the console will. Every step names the officer and raises `PetitionStepError` with a `fault`
(`StepFault`) where it is not possible; then nothing has changed. `seen` is the last step that the officer knew of
(`last_step`): where another has happened since, theirs is not taken, so that a form sent twice counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import case, or_, select
from sqlalchemy.engine import Connection, Row

from bot.ops.clock import Clock, city_date
from bot.ops.logging import EventLog
from bot.ops.petition_codes import parse_petition_code
from bot.petitions.models import OPEN, Contact, EventKind, Petition, PetitionEvent, PetitionState
from bot.petitions.officer_steps import OfficerSteps, StepFault, fault_of, officer_name
from bot.petitions.photos import Photos
from bot.petitions.refusals import load_refusals
from bot.petitions.routing import Routing
from bot.petitions.searching import search_petitions
from bot.petitions.store import (
    Facts,
    contact_of,
    event_of,
    history_of,
    party_by_code,
    petition_row,
    petitions_of,
    take_step,
)
from bot.petitions.tables import PARTY, PETITION
from bot.store.engine import Database
from bot.store.reach import ReachableStore
from bot.store.searching import Page, Place
from knowledge.working_days import Calendar

log = EventLog("petitions.desk")


@dataclass(frozen=True)
class Filter:
    """Which petitions are listed; empty: whichever. overdue: only those whose answer is late.

    units: those that the reader is of; None: all, none at all: no petition.
    """

    states: tuple[PetitionState, ...] = ()
    unit_code: str = ""
    person: str = ""
    overdue: bool = False
    limit: int = 0
    units: tuple[str, ...] | None = None


def last_step(history: Iterable[PetitionEvent]) -> int:
    """Return the number of the last step that an officer has to know of; that somebody looked is none."""
    return max((event.id for event in history if event.kind is not EventKind.CONTACT_SEEN), default=0)


class PetitionDesk:
    """Petitions as officers handle them."""

    def __init__(
        self,
        database: Callable[[], Database],
        clock: Clock,
        calendar: Calendar,
        routing: Routing,
        photos: Photos,
    ) -> None:
        self._store = ReachableStore(database)
        self._clock = clock
        self._steps = OfficerSteps(calendar, routing, load_refusals(), photos)

    async def find(self, which: Filter) -> list[Petition]:
        """Return petitions: urgent ones first, then by the day of their answer."""
        return await self._store.read(self._find_all, which)

    async def search(
        self,
        units: tuple[str, ...] | None,
        words: tuple[str, ...] = (),
        before: Place | None = None,
        most: int = 20,
    ) -> Page[Petition]:
        """Return petitions of `units` (None: of all) that say the words, the last received first."""
        return await self._store.read(search_petitions, units, words, before, most)

    async def get(self, code: str) -> tuple[Petition, list[PetitionEvent]]:
        """Return a petition, by the code of any receipt for it, and its history."""
        return await self._store.read(self._get, code)

    async def receive(self, code: str, by: str, take_over: bool = False, *, seen: int | None = None) -> Petition:
        """Take a petition up: from now on this officer is answerable. take_over: also from somebody else."""
        return await self._step(self._steps.receive, seen, code, by, take_over)

    async def ask(self, code: str, by: str, text: str, *, seen: int | None = None) -> Petition:
        """Ask the citizen for more; the answer's clock waits until they reply."""
        return await self._step(self._steps.ask, seen, code, by, text)

    async def answer(self, code: str, by: str, text: str, *, seen: int | None = None) -> Petition:
        """Answer; everybody who lodged or joined reads it."""
        return await self._step(self._steps.answer, seen, code, by, text)

    async def close(self, code: str, by: str, *, seen: int | None = None) -> Petition:
        """Close an answered petition."""
        return await self._step(self._steps.close, seen, code, by)

    async def refuse(
        self, code: str, by: str, reason: str, text: str = "", place: str = "", *, seen: int | None = None
    ) -> Petition:
        """Refuse, with a reason of refusals.yml and the right place. What a denunciation said is erased."""
        return await self._step(self._steps.refuse, seen, code, by, reason, text, place)

    async def transfer(
        self, code: str, by: str, to_unit: str, reason: str, person: str = "", *, seen: int | None = None
    ) -> Petition:
        """Have another unit answer; the clock goes on, and the first unit stays the citizen's contact (R-37)."""
        return await self._step(self._steps.transfer, seen, code, by, to_unit, reason, person)

    async def reopen(self, code: str, by: str, why: str, *, seen: int | None = None) -> Petition:
        """Open an ended petition again, at any time; its clocks begin anew."""
        return await self._step(self._steps.reopen, seen, code, by, why)

    async def publish(self, code: str, by: str, place: str, *, seen: int | None = None) -> Petition:
        """Note that the answer was made public, and where."""
        return await self._step(self._steps.publish, seen, code, by, place)

    async def see_contact(self, code: str, by: str) -> list[tuple[str, str, Contact | None]]:
        """Return role, name and contact of everybody behind a petition; who looked is kept in the history."""
        return await self._store.write(self._see_contact, code, by)

    async def _step(self, work: Callable[..., None], seen: int | None, code: str, by: str, *args: object) -> Petition:
        return await self._store.write(self._done, work, seen, code, by, args)

    def _done(
        self,
        connection: Connection,
        work: Callable[..., None],
        seen: int | None,
        code: str,
        by: str,
        args: tuple[object, ...],
    ) -> Petition:
        officer = officer_name(by)
        row = self._find(connection, code, lock=True)
        if seen is not None and seen != last_step(event_of(one) for one in history_of(connection, row.id)):
            raise fault_of(StepFault.CHANGED)
        work(connection, row, officer, self._clock.now(), *args)
        (petition,) = petitions_of(connection, [petition_row(connection, row.id)])
        log.info("petition_desk_step", petition=petition.code, step=work.__name__, state=petition.state.value)
        return petition

    def _find(self, connection: Connection, code: str, lock: bool = False) -> Row:
        party = party_by_code(connection, parse_petition_code(code) or "")
        if party is None:
            raise fault_of(StepFault.UNKNOWN_CODE)
        return petition_row(connection, party.petition_id, lock)

    def _find_all(self, connection: Connection, which: Filter) -> list[Petition]:
        query = select(PETITION)
        today = city_date(self._clock.now())
        if which.states:
            query = query.where(PETITION.c.state.in_([state.value for state in which.states]))
        if which.unit_code:
            holds = (PETITION.c.unit_code == which.unit_code, PETITION.c.contact_unit_code == which.unit_code)
            query = query.where(or_(*holds))
        if which.units is not None:
            query = query.where(
                or_(PETITION.c.unit_code.in_(which.units), PETITION.c.contact_unit_code.in_(which.units))
            )
        if which.person:
            query = query.where(PETITION.c.person == which.person)
        if which.overdue:
            running = [state.value for state in OPEN - {PetitionState.ASKED_FOR_MORE}]
            query = query.where(PETITION.c.state.in_(running), PETITION.c.due_answer < today)
        is_open = case((PETITION.c.state.in_([state.value for state in OPEN]), 0), else_=1)
        query = query.order_by(is_open, PETITION.c.urgent.desc(), PETITION.c.due_answer, PETITION.c.received_at)
        rows = connection.execute(query.limit(which.limit) if which.limit else query).all()
        return petitions_of(connection, list(rows))

    def _get(self, connection: Connection, code: str) -> tuple[Petition, list[PetitionEvent]]:
        row = self._find(connection, code)
        (petition,) = petitions_of(connection, [row])
        return petition, [event_of(event) for event in history_of(connection, row.id)]

    def _see_contact(self, connection: Connection, code: str, by: str) -> list[tuple[str, str, Contact | None]]:
        officer = officer_name(by)
        row = self._find(connection, code, lock=True)
        take_step(connection, row, EventKind.CONTACT_SEEN, Facts(officer), self._clock.now(), {})
        query = select(PARTY).where(PARTY.c.petition_id == row.id).order_by(PARTY.c.joined_at)
        return [(one.role, one.name, contact_of(one)) for one in connection.execute(query)]
