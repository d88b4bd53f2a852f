"""What a person in charge does about a petition's data beside erasing it: correct it, or give a copy of it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from bot.errors import PrivacyStepError
from bot.ops.clock import CITY_TIME, Clock
from bot.ops.logging import EventLog
from bot.petitions.correcting import CONTACT, NAME, Corrected, PetitionCorrections
from bot.privacy import requests
from bot.privacy.copying import entries_of
from bot.privacy.desk import Seen
from bot.privacy.finding import Entry, conversation_of_sender, find_held, find_subject
from bot.privacy.models import COPY_VALID, DataRequest, Field, RequestKind, RequestOutcome, RequestState
from bot.privacy.tables import EXPORT_LINK, REQUEST
from bot.privacy.telling import tell_conversation, tell_sender
from bot.store.engine import Database
from bot.store.reach import ReachableStore

log = EventLog("privacy")


@dataclass(frozen=True)
class PetitionData:
    """A person's data in a petition. Raises `StoreDownError`."""

    database: Callable[[], Database]
    clock: Clock
    corrections: PetitionCorrections

    async def correct(self, code: str, by: str, name: str, contact: str) -> Corrected:
        """Correct name or contact ("": stays), end what was asked about it, and tell the conversations that know it.

        They are told so that nobody's petition gets another contact without their hearing of it. Raises
        `PetitionStepError`; then nothing has changed.
        """
        done = await ReachableStore(self.database).write(self._correct, code, by, name, contact)
        log.info("petition_corrected", petition=done.code, changed=",".join(done.changed), told=len(done.senders))
        return done

    async def send_copy(self, receipt: str, by: str, address: Callable[[str, str], str]) -> DataRequest:
        """Put the address of a copy into the conversation that asked for it; the request is done with it.

        address: channel and secret → what the citizen opens, "" where that channel has none. Raises
        `PrivacyStepError`, with `fault` "no_conversation" or "no_address" where it has to be given another way.
        """

        def work(connection: Connection) -> DataRequest:
            return requests.step_of_person(
                connection, receipt, by, lambda one: self._send(connection, one, by, address)
            )

        return await ReachableStore(self.database).write(work)

    async def copy(self, receipt: str, by: str) -> tuple[str, Seen]:
        """Return the petition's code and a copy to print for its person; the request stays open.

        For a request about a conversation: its receipt, and all that is held about it.

        Raises `PrivacyStepError`.
        """
        return await ReachableStore(self.database).write(self._copy, receipt, by)

    def _correct(self, connection: Connection, code: str, by: str, name: str, contact: str) -> Corrected:
        now = self.clock.now()
        done = self.corrections.correct(connection, code, by, now, name, contact)
        mine = (REQUEST.c.petition_code == done.code, REQUEST.c.kind == RequestKind.PETITION_CORRECT.value)
        for request in requests.find_all(connection, and_(*mine), requests.is_open()):
            if request.correct_field is not None and _part(request.correct_field) not in done.changed:
                continue  # asked about the other of the two
            requests.end(connection, request, RequestState.DONE, RequestOutcome.DONE, by, now)
        for sender in done.senders:
            tell_sender(connection, sender, f"corrected_{'_'.join(done.changed)}", now, code=done.code)
        return done

    def _send(self, connection: Connection, request: DataRequest, by: str, address: Callable[[str, str], str]) -> None:
        code, now = _code_of(request, connection), self.clock.now()
        who = find_subject(connection, request.conversation_id) if request.conversation_id else None
        if who is None:
            raise PrivacyStepError("the conversation that asked is gone", fault="no_conversation")
        secret, until = secrets.token_urlsafe(32), now + COPY_VALID
        link = address(who.channel, secret)
        if not link:
            raise PrivacyStepError("no address that this channel could open", fault="no_address")
        connection.execute(delete(EXPORT_LINK).where(EXPORT_LINK.c.until < now))
        row = {"conversation_id": who.conversation_id, "until": until, "petition_code": code}
        connection.execute(insert(EXPORT_LINK).values(token_hash=_hash(secret), **row))
        facts = {"code": code, "address": link, "until": f"{until.astimezone(CITY_TIME):%d/%m/%Y}"}
        if not tell_conversation(connection, who.conversation_id, "copy", now, **facts):
            raise PrivacyStepError("the conversation that asked is erased", fault="no_conversation")
        requests.end(connection, request, RequestState.DONE, RequestOutcome.DONE, by, now)

    def _copy(self, connection: Connection, receipt: str, by: str) -> tuple[str, Seen]:
        found: list[tuple[str, dict[str, list[Entry]]]] = []
        requests.step_of_person(connection, receipt, by, lambda one: found.append(_to_print(one, connection)))
        name, held = found[0]
        return name, Seen(self.clock.now(), held)


@dataclass(frozen=True)
class Copies:
    """Copies that wait for their citizen. Raises `StoreDownError`."""

    database: Callable[[], Database]
    clock: Clock

    async def waits(self, secret: str) -> bool:
        """Say whether an address is that of a copy which nobody has fetched yet."""
        return await ReachableStore(self.database).read(waits_for_fetching, secret, self.clock.now())

    async def take(self, secret: str) -> Seen | None:
        """Return a copy and end its address; None where it was fetched, is over, or never was."""
        return await ReachableStore(self.database).write(take_copy, secret, self.clock.now())


def take_copy(connection: Connection, secret: str, now: datetime) -> Seen | None:
    """Return the copy behind an address and end the address; None where it was fetched, is over, or never was."""
    mine = and_(_is_copy(secret), EXPORT_LINK.c.until >= now)
    code = connection.execute(select(EXPORT_LINK.c.petition_code).where(mine)).scalar()
    if code is None or connection.execute(delete(EXPORT_LINK).where(mine)).rowcount == 0:
        return None
    found = entries_of(connection, str(code))
    return Seen(now, found) if found else None  # people were taken out of it meanwhile


def waits_for_fetching(connection: Connection, secret: str, now: datetime) -> bool:
    """Say whether an address is that of a copy which nobody has fetched yet."""
    mine = and_(_is_copy(secret), EXPORT_LINK.c.until >= now)
    return connection.execute(select(EXPORT_LINK.c.token_hash).where(mine)).first() is not None


def _is_copy(secret: str) -> ColumnElement[bool]:
    return and_(EXPORT_LINK.c.token_hash == _hash(secret), EXPORT_LINK.c.petition_code.isnot(None))


def _part(of: Field) -> str:
    return NAME if of is Field.NAME else CONTACT


def _code_of(request: DataRequest, connection: Connection) -> str:
    if request.kind is not RequestKind.PETITION_SEE or request.petition_code is None:
        raise PrivacyStepError("that request asks for no copy", fault="request")
    if not entries_of(connection, request.petition_code):
        raise PrivacyStepError("nothing of a person is left in that petition", fault="nothing_left")
    return request.petition_code


def _to_print(request: DataRequest, connection: Connection) -> tuple[str, dict[str, list[Entry]]]:
    if request.kind is not RequestKind.SEE:
        code = _code_of(request, connection)
        return code, entries_of(connection, code)
    who = find_subject(connection, request.conversation_id) if request.conversation_id else None
    if who is None or conversation_of_sender(connection, who.sender) is None:
        raise PrivacyStepError("the conversation is erased", fault="nothing_left")
    return request.receipt, find_held(connection, who)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
