"""The citizen's side of a request: written a field at a time, sent exactly once, looked at, taken back.

A draft stands in the operations store, not in the dialogue's memory: telephone numbers have no place there. It is made
after consent was given, and forgotten after a day (`bot.jobs.referrals`).
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.ops.clock import Clock, city_date
from bot.ops.logging import EventLog
from bot.referrals.models import CONSENT_VERSION, DAYS_WITH, OPEN, About, Level, Referral, ReferralState, Way
from bot.referrals.references import new_reference
from bot.referrals.rows import BY_CITIZEN, LONGEST, add_event, change, find_by, move
from bot.referrals.tables import REFERRAL, REFERRAL_WORD
from bot.referrals.teams import Teams
from bot.store.engine import Database
from bot.store.reach import ReachableStore
from knowledge.working_days import Calendar

log = EventLog("referrals")

YES, NO = "yes", "no"
_FIELDS = {"commune_code", "neighbourhood", "way", "phone", "called", "wish", "kind", "guide", "step", "about"}


class ReferralRequests:
    """What a citizen may do. `sender`: the conversation as Rasa knows it; only its own requests are ever touched."""

    def __init__(
        self, database: Callable[[], Database], clock: Clock, calendar: Calendar, teams: Teams, key: Callable[[], bytes]
    ) -> None:
        self._store, self._clock, self._calendar = ReachableStore(database), clock, calendar
        self.teams = teams
        self._key = key

    def person_of(self, sender: str) -> str:
        """Return what stands for a conversation once its name is erased."""
        return hmac.new(self._key(), f"referral\x1f{sender}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    async def begin(self, sender: str, about: About, commune_code: str = "") -> Referral:
        """Return the draft of a conversation that has just agreed: the one that is there, or a new one."""
        return await self._store.write(self._begin, sender, about, commune_code)

    async def draft(self, sender: str) -> Referral | None:
        """Return what is being written."""
        return await self._store.write(_draft_of, self.person_of(sender))

    async def latest(self, sender: str) -> Referral | None:
        """Return the newest request that was sent."""
        return await self._store.write(_latest_of, self.person_of(sender))

    async def fill(self, sender: str, values: Mapping[str, Any]) -> Referral | None:
        """Write fields of the draft; return it as it stands then, None where there is none (any more)."""
        unknown = set(values) - _FIELDS
        if unknown:
            raise ValueError(f"no field of a draft: {sorted(unknown)}")
        cut = {name: value[: LONGEST[name]] if name in LONGEST and value else value for name, value in values.items()}
        return await self._store.write(self._fill, self.person_of(sender), cut)

    async def discard(self, sender: str) -> bool:
        """Delete the draft with all that is in it."""
        mine = and_(REFERRAL.c.person == self.person_of(sender), REFERRAL.c.state == ReferralState.DRAFT.value)
        return await self._store.write(lambda c: bool(c.execute(delete(REFERRAL).where(mine)).rowcount))

    async def send(self, sender: str, referral_id: str) -> tuple[Referral | None, bool]:
        """Send the draft; return it with its reference, and whether this call has sent it.

        A second press, or the same turn again after a crash, finds it sent and changes nothing.
        """
        sent, new = await self._store.write(self._send, self.person_of(sender), referral_id)
        if sent is not None and new:
            log.info("referral_sent", referral=sent.id[:8], queue=sent.queue)
        return sent, new

    async def cancel(self, sender: str) -> Referral | None:
        """Take the open request back and erase what is personal; return it as it was, None where none is open."""
        return await self._store.write(self._cancel, self.person_of(sender))

    async def answer_came(self, sender: str, referral_id: str, came: bool) -> Referral | None:
        """Note once whether help came. "No" opens the request again, one level higher, by way of this conversation.

        None where it is not this conversation's, not over, or answered.
        """
        return await self._store.write(self._answer_came, sender, referral_id, came)

    async def reach_by_phone(self, sender: str, phone: str) -> Referral | None:
        """Give the request that was opened again a telephone number; None where none is open."""
        return await self._store.write(self._reach_by_phone, self.person_of(sender), phone)

    def _begin(self, connection: Connection, sender: str, about: About, commune_code: str) -> Referral:
        person = self.person_of(sender)
        there = _draft_of(connection, person)
        if there is not None:
            return there
        now = self._clock.now()
        row: dict[str, Any] = {
            "id": str(uuid.uuid4()),
            "key": f"draft:{person}",
            "state": ReferralState.DRAFT.value,
            "person": person,
            "commune_code": commune_code,
            "kind": about.kind.value if about.kind else "",
            "guide": about.guide,
            "step": about.step,
            "procedure_code": about.procedure_code,
            "wish": "",
            "way": "",
            "sender": sender,
            "consent": CONSENT_VERSION,
            "consented_at": now,
            "queue": "",
            "level": Level.TEAM.value,
            "opened": 0,
            "begun_at": now,
            "outcome": "",
            "came": "",
        }
        try:
            with connection.begin_nested():
                connection.execute(insert(REFERRAL).values(**row))
        except IntegrityError:  # begun in another window at the same moment
            there = _draft_of(connection, person)
            if there is None:
                raise
            return there
        return _one(connection, row["id"])

    def _fill(self, connection: Connection, person: str, values: Mapping[str, Any]) -> Referral | None:
        mine = and_(REFERRAL.c.person == person, REFERRAL.c.state == ReferralState.DRAFT.value)
        connection.execute(update(REFERRAL).where(mine).values(**values))
        return _draft_of(connection, person)

    def _send(self, connection: Connection, person: str, referral_id: str) -> tuple[Referral | None, bool]:
        one = find_by(connection, REFERRAL.c.id == referral_id, REFERRAL.c.person == person)
        if one is None or one.state is not ReferralState.DRAFT:
            return one, False
        now, level = self._clock.now(), self.teams.first_level(one.commune_code)
        values = {
            "key": one.id,
            "state": ReferralState.NEW.value,
            "reference": _free_reference(connection),
            "queue": self.teams.queue(one.commune_code, level).key,
            "level": level.value,
            "due_on": self._due(level),
            "filed_at": now,
            "opened": 1,
        }
        if not change(connection, one, values):  # another press was faster
            return _one(connection, one.id), False
        add_event(connection, one.id, ReferralState.NEW.value, BY_CITIZEN, now)
        return _one(connection, one.id), True

    def _cancel(self, connection: Connection, person: str) -> Referral | None:
        one = _open_of(connection, person)
        if one is None or not move(connection, one, ReferralState.CANCELLED, BY_CITIZEN, self._clock.now()):
            return None
        _forget_words(connection, one.id)
        return one

    def _answer_came(self, connection: Connection, sender: str, referral_id: str, came: bool) -> Referral | None:
        one = find_by(connection, REFERRAL.c.id == referral_id, REFERRAL.c.person == self.person_of(sender))
        if one is None or one.is_open or one.came or one.state is ReferralState.DRAFT:
            return None
        now = self._clock.now()
        if came:
            if not change(connection, one, {"came": YES}):
                return None
            add_event(connection, one.id, "came", BY_CITIZEN, now)
            return _one(connection, one.id)
        level = max(Level.UNIT_HEAD, self.teams.first_level(one.commune_code))
        values = {
            "state": ReferralState.NEW.value,
            "level": level.value,
            "queue": self.teams.queue(one.commune_code, level).key,
            "way": Way.CHAT.value,
            "sender": sender,
            "due_on": self._due(level),
            "closed_at": None,
            "confirmed_at": None,
            "helped_at": None,
            "outcome": "",
            "opened": one.opened + 1,
        }
        if not change(connection, one, values):
            return None
        add_event(connection, one.id, "reopened", BY_CITIZEN, now, "no help came")
        return _one(connection, one.id)

    def _reach_by_phone(self, connection: Connection, person: str, phone: str) -> Referral | None:
        one = _open_of(connection, person)
        if one is None:
            return None
        change(connection, one, {"phone": phone[: LONGEST["phone"]], "way": Way.PHONE.value})
        return _one(connection, one.id)

    def _due(self, level: Level) -> date:
        return self._calendar.add(city_date(self._clock.now()), DAYS_WITH[level]).day


def _draft_of(connection: Connection, person: str) -> Referral | None:
    return find_by(connection, REFERRAL.c.person == person, REFERRAL.c.state == ReferralState.DRAFT.value)


def _latest_of(connection: Connection, person: str) -> Referral | None:
    return find_by(connection, REFERRAL.c.person == person, REFERRAL.c.state != ReferralState.DRAFT.value)


def _open_of(connection: Connection, person: str) -> Referral | None:
    states = tuple(state.value for state in OPEN)
    return find_by(connection, REFERRAL.c.person == person, REFERRAL.c.state.in_(states))


def _one(connection: Connection, referral_id: str) -> Referral:
    found = find_by(connection, REFERRAL.c.id == referral_id)
    assert found is not None  # noqa: S101 - written in this transaction
    return found


def _free_reference(connection: Connection) -> str:
    while True:
        reference = new_reference()
        if connection.execute(select(REFERRAL.c.id).where(REFERRAL.c.reference == reference)).first() is None:
            return reference


def _forget_words(connection: Connection, referral_id: str) -> None:
    """What was still to be said of a request that was taken back is said no more."""
    unsaid = and_(REFERRAL_WORD.c.referral_id == referral_id, or_(REFERRAL_WORD.c.sent_at.is_(None)))
    connection.execute(delete(REFERRAL_WORD).where(unsaid))
