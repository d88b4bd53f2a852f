"""What somebody asks about their data by telephone or at a counter, begun for them by a person in charge.

The conversations that it is about are told at once: whoever did not ask for it can say so before anything is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.errors import PrivacyStepError
from bot.hub.tables import CONVERSATION
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.petitions.store import party_by_code
from bot.petitions.tables import VIEWER
from bot.privacy import requests
from bot.privacy.desk import PrivacyDesk
from bot.privacy.finding import conversation_of_sender, find_subject
from bot.privacy.models import DESK_GRACE, DataRequest, RequestKind, RequestOutcome, RequestState
from bot.privacy.telling import tell_conversation
from bot.privacy.words import privacy_wording
from bot.store.engine import Database
from bot.store.reach import ReachableStore
from knowledge.working_days import Calendar

log = EventLog("privacy")

OF_CONVERSATION = (RequestKind.SEE, RequestKind.ERASE, RequestKind.WITHDRAW)
OF_PETITION = (RequestKind.PETITION_SEE, RequestKind.PETITION_CORRECT, RequestKind.PETITION_ERASE)


@dataclass(frozen=True)
class DeskRequests:
    """Raises `StoreDownError`, and `PrivacyStepError` with `fault` "gone", "nothing_agreed" or "request"."""

    database: Callable[[], Database]
    clock: Clock
    calendar: Calendar
    desk: PrivacyDesk

    async def about_conversation(self, kind: RequestKind, conversation_id: str) -> tuple[DataRequest, bool]:
        """Return the request, and whether it is new. To withdraw is done with it; to erase waits `DESK_GRACE`."""
        return self._logged(await self._store.write(self._about_conversation, kind, conversation_id))

    async def about_petition(self, kind: RequestKind, code: str) -> tuple[DataRequest, bool]:
        """Return the open request about a petition, whoever began it, or a new one; and whether it is new."""
        return self._logged(await self._store.write(self._about_petition, kind, code))

    async def take_back(self, receipt: str, by: str) -> DataRequest:
        """End an erasure that is not begun yet: the person has changed their mind, or it was the wrong one."""
        return await self._store.write(self._take_back, receipt, by)

    @property
    def _store(self) -> ReachableStore:
        return ReachableStore(self.database)

    def _logged(self, made: tuple[DataRequest, bool]) -> tuple[DataRequest, bool]:
        request, new = made
        if new:
            log.info("data_request", receipt=request.receipt, kind=request.kind.value, what="begun_at_desk")
        return made

    def _about_conversation(
        self, connection: Connection, kind: RequestKind, conversation_id: str
    ) -> tuple[DataRequest, bool]:
        who = find_subject(connection, conversation_id)
        if who is None or kind not in OF_CONVERSATION or conversation_of_sender(connection, who.sender) is None:
            raise PrivacyStepError("no such conversation, or it is erased", fault="gone")
        if kind is RequestKind.WITHDRAW:
            done = self.desk.withdraw_in(connection, who.sender)
            if done is None:
                raise PrivacyStepError("no consent stands", fault="nothing_agreed")
            return self._told(connection, done[0], [conversation_id]), True
        known = [one for one in requests.open_about(connection, conversation_id) if one.kind is kind]
        if known:
            return known[0], False
        waits, now = kind is RequestKind.SEE, self.clock.now()
        about = (self.calendar, kind, conversation_id, who.channel, now)
        request = requests.begin(connection, *about, waits=waits, grace=DESK_GRACE)
        return self._told(connection, request, [conversation_id]), True

    def _about_petition(self, connection: Connection, kind: RequestKind, code: str) -> tuple[DataRequest, bool]:
        party = party_by_code(connection, code)
        if party is None or kind not in OF_PETITION or not party.contact_value:
            raise PrivacyStepError("no such petition, or nothing of its person is left", fault="gone")
        known = [one for one in requests.open_about(connection, code=party.code) if one.kind is kind]
        if known:
            return known[0], False
        alive = (VIEWER.c.party_id == party.id, CONVERSATION.c.erased_at.is_(None))
        behind = select(CONVERSATION.c.id).join(VIEWER, VIEWER.c.sender == CONVERSATION.c.rasa_sender)
        told = [row.id for row in connection.execute(behind.where(*alive).order_by(VIEWER.c.since))]
        about = (self.calendar, kind, told[0] if told else None, party.channel, self.clock.now())
        request = requests.begin(connection, *about, petition_code=party.code)
        return self._told(connection, request, told), True

    def _take_back(self, connection: Connection, receipt: str, by: str) -> DataRequest:
        now = self.clock.now()
        told: list[str] = []

        def change(request: DataRequest) -> None:
            waits = request.state is RequestState.CONFIRMED and now < request.act_after
            if request.kind is not RequestKind.ERASE or not waits:
                raise PrivacyStepError("that one cannot be taken back", fault="request")
            told.append(str(request.conversation_id))
            requests.end(connection, request, RequestState.CANCELLED, RequestOutcome.TAKEN_BACK, by, now)

        request = requests.step_of_person(connection, receipt, by, change)
        tell_conversation(connection, told[0], "desk_kept", now, receipt=request.receipt)
        return request

    def _told(self, connection: Connection, request: DataRequest, conversations: list[str]) -> DataRequest:
        what = privacy_wording()(f"desk.{request.kind.value}", code=request.petition_code or "")
        for one in conversations:
            facts = {"receipt": request.receipt, "what": what}
            tell_conversation(connection, one, "at_desk", self.clock.now(), **facts)
        return request
