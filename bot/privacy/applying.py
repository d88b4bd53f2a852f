"""What a person in charge does about a correction: compares, applies with one press, undoes while nobody was told.

Five minutes after it was applied the conversations that know the petition are told, the request is over, and what
stood there before is forgotten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, select
from sqlalchemy.engine import Connection

from bot.errors import PetitionStepError, PrivacyStepError
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.petitions.correcting import CONTACT, NAME, PetitionCorrections
from bot.petitions.store import party_by_code
from bot.petitions.tables import PARTY, VIEWER
from bot.privacy import requests
from bot.privacy.finding import conversation_of_sender
from bot.privacy.models import TELL_AFTER, DataRequest, Field, RequestKind, RequestOutcome, RequestState
from bot.privacy.tables import REQUEST
from bot.privacy.telling import tell_conversation
from bot.privacy.words import privacy_wording
from bot.store.engine import Database
from bot.store.reach import ReachableStore

log = EventLog("privacy")

_TO_APPLY = (RequestState.WAITING, RequestState.ACKNOWLEDGED)
_AT_ONCE = 100


@dataclass(frozen=True)
class Sides:
    """What stands in a petition and what is to stand there. seal: of these two; a press applies what was looked at.

    claimed: nobody has looked yet where it stands; `old` is the number or address that the citizen has named.
    """

    of: Field
    old: str = field(repr=False)
    new: str = field(repr=False)
    applied: bool = False
    claimed: bool = False

    @property
    def seal(self) -> str:
        return hashlib.sha256(f"{self.of.value}\x1f{self.old}\x1f{self.new}".encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True)
class CorrectionSteps:
    """Raises `StoreDownError`, and `PrivacyStepError` with `fault` where a step is not possible (any more)."""

    database: Callable[[], Database]
    clock: Clock
    corrections: PetitionCorrections

    async def sides(self, listed: Sequence[DataRequest]) -> dict[str, Sides]:
        """Return both values of the requests that say what is right, by receipt."""
        return await ReachableStore(self.database).read(_all_sides, listed)

    async def apply(self, receipt: str, by: str, seal: str) -> DataRequest:
        """Correct the petition as asked. Faults: "request", "changed_meanwhile", "nothing_new", "nobody_left"."""
        return await self._step(receipt, by, lambda connection, one: self._apply(connection, one, by, seal))

    async def undo(self, receipt: str, by: str) -> DataRequest:
        """Put back what stood there; the request waits again. Faults: "told", "changed_meanwhile", "nobody_left"."""
        return await self._step(receipt, by, lambda connection, one: self._undo(connection, one, by))

    async def _step(self, receipt: str, by: str, change: Callable[[Connection, DataRequest], None]) -> DataRequest:
        def work(connection: Connection) -> DataRequest:
            return requests.step_of_person(connection, receipt, by, lambda one: change(connection, one))

        try:
            return await ReachableStore(self.database).write(work)
        except PetitionStepError as refused:
            raise PrivacyStepError("the petition refuses it", fault=str(refused.context["fault"])) from refused

    def _apply(self, connection: Connection, request: DataRequest, by: str, seal: str) -> None:
        sides = _sides(connection, request)
        if sides is None or sides.claimed or request.state not in _TO_APPLY:
            raise PrivacyStepError("nothing to apply", fault="request")
        if sides.seal != seal:
            raise PrivacyStepError("it is not what was looked at", fault="changed_meanwhile")
        self._set(connection, request, by, sides.new)
        values = {"old_value": sides.old, "by": by, "act_after": self.clock.now() + TELL_AFTER}
        if request.acknowledged_at is None:
            values["acknowledged_at"] = self.clock.now()
        requests.mark(connection, request, RequestState.APPLIED, **values)
        log.info("correction_applied", receipt=request.receipt, field=sides.of.value)

    def _undo(self, connection: Connection, request: DataRequest, by: str) -> None:
        if request.state is not RequestState.APPLIED or request.old_value is None:
            raise PrivacyStepError("nothing to undo", fault="told")
        if _stands(connection, request) != request.right_value:
            raise PrivacyStepError("it was corrected once more", fault="changed_meanwhile")
        self._set(connection, request, by, request.old_value)
        requests.mark(connection, request, RequestState.ACKNOWLEDGED, old_value=None, by=by)
        log.info("correction_undone", receipt=request.receipt)

    def _set(self, connection: Connection, request: DataRequest, by: str, value: str) -> None:
        name, contact = (value, "") if request.correct_field is Field.NAME else ("", value)
        code = str(request.petition_code)
        self.corrections.correct(connection, code, by, self.clock.now(), name, contact)


@dataclass(frozen=True)
class CorrectionTelling:
    """Tells what was applied; called by a job."""

    database: Callable[[], Database]
    clock: Clock

    async def tell_due(self) -> int:
        """Tell those whose five minutes are over, and end their requests; return how many."""
        store, now = ReachableStore(self.database), self.clock.now()
        ripe = and_(REQUEST.c.state == RequestState.APPLIED.value, REQUEST.c.act_after <= now)
        due = (await store.read(requests.find_all, ripe))[:_AT_ONCE]
        return sum([await store.write(self._tell, request.receipt) for request in due])

    def _tell(self, connection: Connection, receipt: str) -> int:
        """One request, as it stands now: it may have been undone meanwhile."""
        now = self.clock.now()
        mine = (REQUEST.c.receipt == receipt, REQUEST.c.state == RequestState.APPLIED.value, REQUEST.c.act_after <= now)
        found = requests.find_all(connection, *mine)
        for request in found:
            what = NAME if request.correct_field is Field.NAME else CONTACT
            facts = {"code": request.petition_code, "receipt": request.receipt}
            facts["what"] = privacy_wording()(f"fields.{what}_said")
            asked_in = request.conversation_id
            if asked_in is not None:
                tell_conversation(connection, asked_in, "corrected_as_asked", now, **facts)
            for other in _who_know(connection, str(request.petition_code)) - {asked_in}:
                tell_conversation(connection, str(other), f"corrected_{what}", now, code=request.petition_code)
            requests.end(connection, request, RequestState.DONE, RequestOutcome.DONE, request.by, now)
        return len(found)


def _all_sides(connection: Connection, listed: Sequence[DataRequest]) -> dict[str, Sides]:
    found = ((one.receipt, _sides(connection, one)) for one in listed)
    return {receipt: sides for receipt, sides in found if sides is not None}


def _sides(connection: Connection, request: DataRequest) -> Sides | None:
    """Both values; None where a request does not say what is right, or its petition has no person any more."""
    if not request.right_value or request.correct_field is None:
        return None
    if request.kind is RequestKind.CORRECT:
        return Sides(request.correct_field, request.old_value or "", request.right_value, claimed=True)
    if request.state is RequestState.APPLIED:
        return Sides(request.correct_field, request.old_value or "", request.right_value, applied=True)
    return Sides(request.correct_field, _stands(connection, request), request.right_value)


def _stands(connection: Connection, request: DataRequest) -> str:
    known = party_by_code(connection, request.petition_code or "")
    if known is None:
        return ""
    party = connection.execute(select(PARTY).where(PARTY.c.id == known.id)).one()
    return str(party.name if request.correct_field is Field.NAME else party.contact_value)


def _who_know(connection: Connection, code: str) -> set[str | None]:
    party = party_by_code(connection, code)
    if party is None:
        return set()
    senders = connection.execute(select(VIEWER.c.sender).where(VIEWER.c.party_id == party.id))
    return {conversation_of_sender(connection, row.sender) for row in senders} - {None}
