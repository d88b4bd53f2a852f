"""What a citizen may ask about the data of their conversation, and what a person in charge does about it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from bot.cases.follows import stop_follows
from bot.errors import PrivacyStepError
from bot.handoff.contact_rows import cancel_contacts
from bot.hub.conversations import lock_with_linked
from bot.hub.forgetting import part_and_tell
from bot.links.rows import find_link
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.petitions.models import OPEN
from bot.petitions.retention import PetitionRetention
from bot.privacy import requests
from bot.privacy.erasing import held_by
from bot.privacy.finding import (
    Entry,
    Subject,
    conversation_of_sender,
    find_held,
    find_subject,
    petitions_of,
)
from bot.privacy.holds import is_held
from bot.privacy.models import LINK_VALID, DataRequest, Overview, RequestKind, RequestOutcome, RequestState
from bot.privacy.requests import BY_SYSTEM
from bot.privacy.retention import PETITION_IS_FREE
from bot.privacy.tables import EXPORT_LINK
from bot.privacy.telling import tell_conversation
from bot.referrals.climbing import take_back_of
from bot.store.engine import Database
from bot.store.reach import ReachableStore
from bot.zalo.tables import AGREEMENT
from knowledge.working_days import Calendar

log = EventLog("privacy")

_OPEN_STATES = {state.value for state in OPEN}
_FOR_A_PERSON = (RequestState.WAITING, RequestState.ACKNOWLEDGED)


@dataclass(frozen=True)
class Seen:
    """What an address shows: all entries by class, and when it was made."""

    at: datetime
    held: dict[str, list[Entry]]


class PrivacyDesk:
    """`sender` is the name under which Rasa knows the conversation. Raises `StoreDownError`.

    petitions: takes people out of a petition, for those in charge; citizens need none.
    """

    def __init__(
        self,
        database: Callable[[], Database],
        clock: Clock,
        calendar: Calendar,
        petitions: PetitionRetention | None = None,
    ) -> None:
        self._petitions = petitions
        self._store = ReachableStore(database)
        self._clock = clock
        self._calendar = calendar

    async def overview(self, sender: str) -> Overview:
        """Return what is held; an empty one where the conversation is not in the store (a terminal's)."""
        return await self._store.write(self._overview, sender)

    async def ask_erasure(self, sender: str) -> DataRequest | None:
        """Note that a conversation is to be erased; a job does it after a minute. None where there is none."""
        request = await self._store.write(self._begin, sender, RequestKind.ERASE)
        return self._logged(request, "asked")

    async def take_back(self, sender: str) -> DataRequest | None:
        """The citizen has changed their mind; None where nothing waits, or it is too late."""
        return self._logged(await self._store.write(self._take_back, sender), "taken_back")

    async def see(self, sender: str) -> tuple[DataRequest, str] | None:
        """Return a request that is done with it, and the secret of an address that shows everything for a while.

        Asked again meanwhile, or again after a fault, it is the same request, and only the newest address works.
        """
        made = await self._store.write(self._see, sender)
        self._logged(made[0] if made else None, "seen")
        return made

    async def withdraw(self, sender: str) -> tuple[DataRequest, list[str]] | None:
        """Take all consents of a conversation back at once; return the classes that ended with it, None for nothing."""
        made = await self._store.write(self.withdraw_in, sender)
        self._logged(made[0] if made else None, "withdrawn")
        return made

    async def ask_person(self, sender: str, kind: RequestKind) -> list[DataRequest]:
        """Have a person in charge look at the petitions that this conversation has lodged or proven."""
        made = await self._store.write(self._ask_person, sender, kind)
        for request in made:
            self._logged(request, "asked")
        return made

    async def open(self, secret: str) -> Seen | None:
        """Return what an address shows; None where it is over, or never was."""
        return await self._store.read(self._open, secret)

    async def listed(self, with_those_over: bool = False) -> list[DataRequest]:
        """Return the requests for whoever is in charge, the oldest first."""
        return await self._store.read(requests.find_all, *(() if with_those_over else (requests.is_open(),)))

    async def acknowledge(self, receipt: str, by: str) -> DataRequest:
        """A person has it in hand. Raises `PrivacyStepError`."""
        return await self._store.write(self._acknowledge, receipt, by)

    async def done(self, receipt: str, by: str, outcome: RequestOutcome) -> DataRequest:
        """A person is done with a request that waits for one; to have done an erasure erases, in the same transaction.

        Raises `PrivacyStepError`, with `fault` "petition_open" or "petition_held" where it cannot be erased yet.
        """
        return await self._store.write(self._done, receipt, by, outcome)

    def _logged(self, request: DataRequest | None, what: str) -> DataRequest | None:
        if request is not None:
            log.info("data_request", receipt=request.receipt, kind=request.kind.value, what=what)
        return request

    def _overview(self, connection: Connection, sender: str) -> Overview:
        who = self._subject(connection, sender)
        if who is None:
            return Overview({})
        counts = {name: len(entries) for name, entries in find_held(connection, who).items()}
        petitions = tuple((row.code, row.state in _OPEN_STATES) for row in petitions_of(connection, sender))
        erasure = requests.open_erasure(connection, who.conversation_id)
        return Overview(counts, petitions, held_by(connection, who), erasure, self._consents(connection, who))

    def _subject(self, connection: Connection, sender: str) -> Subject | None:
        conversation_id = conversation_of_sender(connection, sender)
        return find_subject(connection, conversation_id) if conversation_id else None

    def _begin(self, connection: Connection, sender: str, kind: RequestKind) -> DataRequest | None:
        who = self._subject(connection, sender)
        if who is None:
            return None
        return requests.begin(connection, self._calendar, kind, who.conversation_id, who.channel, self._clock.now())

    def _take_back(self, connection: Connection, sender: str) -> DataRequest | None:
        who = self._subject(connection, sender)
        waiting = requests.open_erasure(connection, who.conversation_id) if who else None
        if waiting is None:
            return None
        now, over = self._clock.now(), RequestOutcome.TAKEN_BACK
        requests.end(connection, waiting, RequestState.CANCELLED, over, BY_SYSTEM, now)
        return waiting

    def _see(self, connection: Connection, sender: str) -> tuple[DataRequest, str] | None:
        who, now = self._subject(connection, sender), self._clock.now()
        if who is None:
            return None
        mine = EXPORT_LINK.c.conversation_id == who.conversation_id
        until = connection.execute(select(func.max(EXPORT_LINK.c.until)).where(mine)).scalar()
        request = requests.seen_at(connection, until - LINK_VALID) if until is not None and until >= now else None
        if request is None:
            kind = RequestKind.SEE
            request = requests.begin(connection, self._calendar, kind, who.conversation_id, who.channel, now)
        secret = secrets.token_urlsafe(32)
        connection.execute(delete(EXPORT_LINK).where(or_(mine, EXPORT_LINK.c.until < now)))
        row = {"token_hash": _hash(secret), "conversation_id": who.conversation_id, "until": now + LINK_VALID}
        connection.execute(insert(EXPORT_LINK).values(**row))
        requests.end(connection, request, RequestState.DONE, RequestOutcome.DONE, BY_SYSTEM, now)
        return request, secret

    def withdraw_in(self, connection: Connection, sender: str) -> tuple[DataRequest, list[str]] | None:
        """As `withdraw`, in a transaction of the caller's."""
        who, now = self._subject(connection, sender), self._clock.now()
        if who is None:
            return None
        lock_with_linked(connection, who.conversation_id, now)
        done = self._end_consents(connection, who, now)
        if not done:  # nothing stood, or it was ended by this very message before a fault
            return None
        kind = RequestKind.WITHDRAW
        request = requests.begin(connection, self._calendar, kind, who.conversation_id, who.channel, now)
        part_and_tell(connection, who.conversation_id, now)
        requests.end(connection, request, RequestState.DONE, RequestOutcome.DONE, BY_SYSTEM, now)
        return request, done

    def _end_consents(self, connection: Connection, who: Subject, now: datetime) -> list[str]:
        """End all but the link; name it too, where there is one."""
        done = {
            "case_follow": bool(stop_follows(connection, who.sender, now)),
            "contact": bool(cancel_contacts(connection, who.sender, now)),
            "referral": bool(take_back_of(connection, [who.sender], now)),
            "link": find_link(connection, who.conversation_id) is not None,
            "zalo": self._end_agreement(connection, who, now),
        }
        return [name for name, ended in done.items() if ended]

    def _consents(self, connection: Connection, who: Subject) -> tuple[str, ...]:
        """What would end: the ending itself, undone."""
        step = connection.begin_nested()
        try:
            return tuple(self._end_consents(connection, who, self._clock.now()))
        finally:
            step.rollback()

    def _end_agreement(self, connection: Connection, who: Subject, now: datetime) -> bool:
        stands = (AGREEMENT.c.user_id == who.user_id, AGREEMENT.c.agreed_at.isnot(None), AGREEMENT.c.ended_at.is_(None))
        if not who.user_id:
            return False
        return bool(connection.execute(update(AGREEMENT).where(*stands).values(ended_at=now)).rowcount)

    def _ask_person(self, connection: Connection, sender: str, kind: RequestKind) -> list[DataRequest]:
        who = self._subject(connection, sender)
        if who is None:
            return []
        now, calendar = self._clock.now(), self._calendar
        return [
            requests.begin(connection, calendar, kind, who.conversation_id, who.channel, now, petition_code=row.code)
            for row in petitions_of(connection, sender)
        ]

    def _open(self, connection: Connection, secret: str) -> Seen | None:
        now = self._clock.now()
        link = EXPORT_LINK.c
        mine = (link.token_hash == _hash(secret), link.until >= now, link.petition_code.is_(None))
        conversation_id = connection.execute(select(EXPORT_LINK.c.conversation_id).where(*mine)).scalar()
        who = find_subject(connection, str(conversation_id)) if conversation_id else None
        return Seen(now, find_held(connection, who)) if who else None

    def _acknowledge(self, connection: Connection, receipt: str, by: str) -> DataRequest:
        def change(request: DataRequest) -> None:
            values = {"acknowledged_at": self._clock.now(), "by": by}
            if request.state is RequestState.WAITING:
                requests.mark(connection, request, RequestState.ACKNOWLEDGED, **values)
                self._tell(connection, request, "acknowledged")

        return requests.step_of_person(connection, receipt, by, change)

    def _done(self, connection: Connection, receipt: str, by: str, outcome: RequestOutcome) -> DataRequest:
        def change(request: DataRequest) -> None:
            if request.state not in _FOR_A_PERSON:
                raise PrivacyStepError("the system does that one by itself", receipt=receipt[:16])
            erases = (request.kind, outcome) == (RequestKind.PETITION_ERASE, RequestOutcome.DONE)
            if erases and request.petition_code is not None:
                self._forget_petition(connection, request.petition_code)
            self._tell(connection, request, outcome.value)
            requests.end(connection, request, RequestState.DONE, outcome, by, self._clock.now())

        return requests.step_of_person(connection, receipt, by, change)

    def _tell(self, connection: Connection, request: DataRequest, moment: str) -> None:
        """In the conversation that asked, while there is one; else a person in charge reaches the citizen."""
        if request.kind is RequestKind.CORRECT and request.conversation_id is not None:
            facts = {"receipt": request.receipt, "due": f"{request.due_on:%d/%m/%Y}"}
            said = "claimed_acknowledged" if moment == "acknowledged" else "claimed_over"  # the same however it ended
            tell_conversation(connection, request.conversation_id, said, self._clock.now(), **facts)
        if request.conversation_id is not None and request.petition_code is not None:
            facts = {"receipt": request.receipt, "code": request.petition_code, "due": f"{request.due_on:%d/%m/%Y}"}
            tell_conversation(connection, request.conversation_id, moment, self._clock.now(), **facts)

    def _forget_petition(self, connection: Connection, code: str) -> None:
        assert self._petitions is not None  # noqa: S101 - given wherever people in charge work
        if is_held(connection, "petition"):
            raise PrivacyStepError("petitions are on hold; release the hold first", fault="petition_held")
        if not self._petitions.forget_asked(connection, code, PETITION_IS_FREE):
            said = "the petition has not ended, or its conversation is on hold"
            raise PrivacyStepError(said, fault="petition_open")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
