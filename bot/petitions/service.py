"""What a citizen does with petitions: lodge, join, look up, add, rate, reopen, withdraw.

Every step may be repeated, by a message that is delivered twice, by two windows, after a crash at any point: what was
done is done once, and the repeat is answered as the first call was. Whatever a method returns is on disk.

Every method raises `StoreDownError` where the operations store cannot be reached; the same call, repeated with the same
key, goes on from there.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from bot.errors import PetitionRefusedError
from bot.ops.clock import Clock, city_date
from bot.ops.logging import EventLog, current_turn
from bot.ops.petition_codes import parse_petition_code
from bot.ops.satisfaction import Satisfaction
from bot.petitions.citizen_steps import LONGEST_REASON, CitizenSteps, erase_links
from bot.petitions.drafts import clean, cleaned, faults_of, parse_contact, word_faults
from bot.petitions.lodging import Lodging
from bot.petitions.models import (
    ContactKind,
    LookUpKind,
    PetitionDraft,
    PetitionLookUp,
    PetitionView,
    Receipt,
    Similar,
    Step,
)
from bot.petitions.photos import Photos
from bot.petitions.routing import Matter, Routed, Routing
from bot.petitions.similarity import similar_to
from bot.petitions.store import party_by_code
from bot.petitions.tables import PARTY, VIEWER
from bot.petitions.views import Views
from bot.store.engine import Database
from bot.store.reach import ReachableStore
from bot.store.tries import PAIR, Tries
from knowledge.working_days import Calendar

log = EventLog("petitions")

ProcedureFacts = Callable[[str], tuple[tuple[str, ...], str]]
"""A procedure's code → its levels of authority and its sector; ("unknown",) and "" where it is not known."""
_PROOF_DIGITS = 4
_LONGEST_PROOF = 300


@dataclass(frozen=True)
class PetitionPolicy:
    """official: this is the city's PAKN, by its authority; else a record that the support team follows.

    reopen_days: working days after an answer within which it can be opened again.
    """

    official: bool = False
    reopen_days: int = 15


class PetitionService:
    """Petitions in the operations store."""

    def __init__(
        self,
        database: Callable[[], Database],
        clock: Clock,
        calendar: Calendar,
        routing: Routing,
        tries: Tries,
        procedure_facts: ProcedureFacts,
        policy: PetitionPolicy,
        photos: Photos,
    ) -> None:
        self._store = ReachableStore(database)
        self._clock = clock
        self._routing = routing
        self._tries = tries
        self._procedure_facts = procedure_facts
        self._policy = policy
        self._views = Views(calendar, policy.reopen_days)
        self._steps = CitizenSteps(self._views, photos)
        self._lodging = Lodging(calendar, lambda contact: tries.hash_of("contact", contact), photos)

    @property
    def official(self) -> bool:
        """Whether a petition lodged here is the city's official PAKN, or a record that the support team follows."""
        return self._policy.official

    async def lodge(self, draft: PetitionDraft) -> Receipt:
        """Store a petition and give it to the unit that has to answer; `Receipt.again` where its key is known.

        Raises `PetitionRefusedError`, whose context holds `faults` (names of `DraftFault`), for a draft that cannot be
        one: no content, no contact that can be used, no consent, too long, an accusation.
        """
        fit = self._fit(draft)
        given = await self._store.write(self._lodging.lodge, fit, self._route(fit), self._clock.now())
        log.info("petition_lodged", petition=given.code, again=given.again, kind=fit.kind.value, urgent=fit.urgent)
        return given

    async def receipt_of(self, key: str) -> Receipt | None:
        """Return the receipt of what was lodged or joined with `key`, with `again` set; None where nothing was."""
        return await self._store.read(self._lodging.receipt_of, key)

    async def similar(self, draft: PetitionDraft) -> list[Similar]:
        """Return open petitions about the same (procedure or commune, and near words), the most alike first."""
        return await self._store.read(similar_to, cleaned(draft))

    async def join(self, ref: str, draft: PetitionDraft) -> Receipt:
        """Stand behind a petition that `similar` found, with one's own contact and code; told of each of its steps.

        Raises `PetitionRefusedError` as `lodge` does, with the fault `not_open` where it was answered meanwhile: the
        citizen can lodge their own then, with the same key.
        """
        given = await self._store.write(self._lodging.join, ref, self._fit(draft), self._clock.now())
        log.info("petition_joined", petition=given.code, again=given.again)
        return given

    async def look_up(self, code: str, proof: str, sender: str) -> PetitionLookUp:
        """Return the state of a petition to one who proves that it is theirs; wrong tries are counted and limited.

        code: as the citizen typed it. proof: last four digits of the phone, the whole phone, or the whole e-mail
        address that was given with it. After this, `sender` may add, rate, reopen and withdraw.
        """
        if not _as_code(code):  # a slip of the finger: nothing to guess, nothing to count
            return PetitionLookUp(LookUpKind.NOT_PROVEN, tries_left=PAIR.failures)
        found = await self._store.write(self._look_up, _as_code(code), proof[:_LONGEST_PROOF], sender, current_turn())
        person = self._tries.hash_of("person", sender)[:12]
        log.info("petition_looked_up", petition=_as_code(code), person=person, kind=found.kind.value)
        return found

    async def of(self, sender: str) -> list[PetitionView]:
        """Return the petitions that were lodged, joined or proven in this conversation, the newest first."""
        return await self._store.read(self._of, sender)

    async def add_message(self, code: str, sender: str, text: str, key: str, attachments: tuple[str, ...] = ()) -> Step:
        """Add the citizen's words to an open petition; where more was asked for, its clock goes on.

        key: one for this message, for ever. Raises `PetitionRefusedError` where there is nothing in it, or an
        accusation.
        """
        words = _words(text, required=not attachments)
        return await self._step(self._steps.add_message, code, sender, words, key, attachments)

    async def rate(self, code: str, sender: str, satisfaction: Satisfaction, reason: str = "") -> Step:
        """Keep how the citizen found the handling, once an answer. Its reason may follow, with the same rating."""
        return await self._step(self._steps.rate, code, sender, satisfaction, clean(reason, LONGEST_REASON))

    async def reopen(self, code: str, sender: str, why: str) -> Step:
        """Open an answered, closed or refused petition again, within the set time; its clocks begin anew.

        Raises `PetitionRefusedError` where `why` says nothing.
        """
        return await self._step(self._steps.reopen, code, sender, _words(why, required=True))

    async def withdraw(self, code: str, sender: str) -> Step:
        """Take an open petition back; where others stand behind it, it goes on for them."""
        return await self._step(self._steps.withdraw, code, sender)

    async def follow(self, code: str, sender: str) -> Step:
        """Tell its further steps here instead of where it was lodged; `look_up` has proven it before."""
        return await self._step(self._steps.follow, code, sender)

    async def erase(self, sender: str) -> int:
        """Cut the link between an erased conversation and its petitions, which stay; return how many links."""
        return await self._store.write(erase_links, sender, self._clock.now())

    async def forget_tries(self) -> int:
        """Drop counts of look-ups that are over; return how many."""
        return await self._store.write(self._tries.forget, self._clock.now())

    async def _step(self, work: Callable[..., Step], code: str, sender: str, *args: object) -> Step:
        done = await self._store.write(work, _as_code(code), sender, *args, self._clock.now())
        log.info("petition_step", petition=_as_code(code), step=work.__name__, kind=done.kind.value)
        return done

    def _fit(self, draft: PetitionDraft) -> PetitionDraft:
        fit = cleaned(draft)
        faults = faults_of(fit, draft)
        if faults:
            raise PetitionRefusedError(faults=[fault.value for fault in faults])
        return fit

    def _route(self, draft: PetitionDraft) -> Routed:
        levels, sector = self._procedure_facts(draft.procedure_code)
        text = f"{draft.content}\n{draft.wish}"
        return self._routing.route(
            Matter(draft.kind, self.official, draft.commune_code, draft.procedure_code, levels, sector, text)
        )

    def _look_up(self, connection: Connection, code: str, proof: str, sender: str, turn: str) -> PetitionLookUp:
        now = self._clock.now()
        permit = self._tries.take(connection, code, sender, now, turn)
        if permit.again_at is not None:
            return PetitionLookUp(LookUpKind.TOO_MANY_TRIES, again_at=permit.again_at)
        party = party_by_code(connection, code)
        if not self._is_proven(party, proof) or party is None:
            return PetitionLookUp(LookUpKind.NOT_PROVEN, tries_left=permit.tries_left)
        self._tries.succeeded(connection, code, sender, turn)
        _let_in(connection, party.id, sender, now)
        return PetitionLookUp(LookUpKind.FOUND, self._views.of(connection, party, city_date(now)))

    def _is_proven(self, party: Row | None, proof: str) -> bool:
        """Compare in constant time, also where there is no petition, so that time tells nothing."""
        known = party.contact_value if party is not None else ""
        hashed = party.contact_hash if party is not None else "-"
        by_phone = party is not None and party.contact_kind == ContactKind.PHONE.value and bool(known)
        contact = parse_contact(proof)
        whole = hmac.compare_digest(hashed, self._tries.hash_of("contact", contact.value if contact else ""))
        digits = "".join(char for char in proof if char in "0123456789")
        tail = hmac.compare_digest(known[-_PROOF_DIGITS:].encode(), digits.encode())
        return (whole and contact is not None) or (by_phone and len(digits) == _PROOF_DIGITS and tail)

    def _of(self, connection: Connection, sender: str) -> list[PetitionView]:
        mine = select(PARTY).join(VIEWER, VIEWER.c.party_id == PARTY.c.id).where(VIEWER.c.sender == sender)
        today = city_date(self._clock.now())
        parties = connection.execute(mine.order_by(PARTY.c.joined_at.desc())).all()
        return [self._views.of(connection, party, today) for party in parties]


def _as_code(typed: str) -> str:
    """The code as it is stored, "" for what is none: nothing is stored under it."""
    return parse_petition_code(typed) or ""


def _words(text: str, required: bool) -> str:
    faults = word_faults(clean(text), text, required)
    if faults:
        raise PetitionRefusedError(faults=[fault.value for fault in faults])
    return clean(text)


def _let_in(connection: Connection, party_id: str, sender: str, now: datetime) -> None:
    try:
        with connection.begin_nested():
            connection.execute(VIEWER.insert().values(party_id=party_id, sender=sender, follows=False, since=now))
    except IntegrityError:  # it was let in before
        return
