"""Being told of changes: who follows which dossier, with what consent, and the words still to be said.

A change is noticed and its word stored in one transaction, and a word is sent in the transaction that marks it sent:
a stopped process says nothing twice and forgets nothing.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from bot.cases.desk import CHANGE, add_word
from bot.cases.models import CaseState, CaseStatus
from bot.cases.tables import CASE_FOLLOW, CASE_WORD
from bot.ops.clock import Clock
from bot.store.engine import Database
from bot.store.prepared import Prepared

BY_CITIZEN, BY_END = "citizen", "finished"
"""Why a follow ended. After the first nothing more is said, not even what was waiting."""
ERASED = ""
"""The sender of follows whose conversation was erased."""
LAST_STATES = frozenset({CaseState.INTAKE_REFUSED, CaseState.WITHDRAWN, CaseState.RETURNED})
CONSENT_VERSION = "follow-1"
"""Which words of consent the citizen has agreed to: domain/case_status.yml, utter_case_status__follow_consent."""


@dataclass(frozen=True)
class Follow:
    """A dossier that a conversation is told of. sender: the conversation as Rasa knows it."""

    id: str
    sender: str
    case_code: str
    fingerprint: str


@dataclass(frozen=True)
class Word:
    """What is still to be said to one follower."""

    id: str
    sender: str
    case_code: str
    kind: str
    content: dict[str, Any]


class Follows:
    """Follows and words in the operations store."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begin(self, sender: str, status: CaseStatus) -> bool:
        """Follow a dossier whose proof was right and whose citizen has agreed; False where it is followed already."""
        return await self._database().write(self._begin, sender, status)

    async def stop(self, sender: str, case_code: str = "") -> int:
        """Stop following one dossier, or all of this conversation; return how many."""
        return await self._database().write(self._stop, sender, case_code)

    async def erase(self, sender: str) -> int:
        """End what an erased conversation follows, and forget which it was; that notices were sent stays on record."""
        return await self._database().write(erase_follows, sender, self._clock.now())

    async def of(self, sender: str) -> list[Follow]:
        """Return what a conversation follows."""
        return await self._database().run(_active, sender)

    async def active(self) -> list[Follow]:
        """Return all that is followed."""
        return await self._database().run(_active, "")

    async def note(self, follow: Follow, status: CaseStatus) -> bool:
        """Store the word about a change, once; say whether there is one. A finished dossier is followed no longer."""
        return await self._database().write(self._note, follow, status)

    async def waiting(self) -> list[Word]:
        """Return the words that have not been said, oldest first."""
        return await self._database().run(_waiting)

    def _begin(self, connection: Connection, sender: str, status: CaseStatus) -> bool:
        now = self._clock.now()
        mine = and_(CASE_FOLLOW.c.sender == sender, CASE_FOLLOW.c.case_code == status.code)
        known = select(CASE_FOLLOW.c.id).where(mine, CASE_FOLLOW.c.ended_at.is_(None))
        if connection.execute(known).first() is not None:
            return False
        row = {
            "id": str(uuid.uuid4()),
            "sender": sender,
            "case_code": status.code,
            "consent": CONSENT_VERSION,
            "consented_at": now,
            "fingerprint": status.fingerprint()[:2000],
            "looked_at": now,
        }
        connection.execute(insert(CASE_FOLLOW).values(**row))
        return True

    def _stop(self, connection: Connection, sender: str, case_code: str) -> int:
        mine = [CASE_FOLLOW.c.sender == sender, CASE_FOLLOW.c.ended_at.is_(None)]
        if case_code:
            mine.append(CASE_FOLLOW.c.case_code == case_code)
        ending = update(CASE_FOLLOW).where(*mine).values(ended_at=self._clock.now(), ended_why=BY_CITIZEN)
        return int(connection.execute(ending).rowcount)

    def _note(self, connection: Connection, follow: Follow, status: CaseStatus) -> bool:
        now, fingerprint = self._clock.now(), status.fingerprint()[:2000]
        seen = and_(CASE_FOLLOW.c.id == follow.id, CASE_FOLLOW.c.ended_at.is_(None))
        same = CASE_FOLLOW.c.fingerprint == follow.fingerprint  # another process may have been faster
        over = {"ended_at": now, "ended_why": BY_END} if status.state in LAST_STATES else {}
        changed = update(CASE_FOLLOW).where(seen, same).values(fingerprint=fingerprint, looked_at=now, **over)
        if connection.execute(changed).rowcount == 0 or fingerprint == follow.fingerprint:
            return False
        digest = hashlib.sha256(f"{follow.fingerprint}>{fingerprint}@{now.isoformat()}".encode()).hexdigest()[:32]
        return add_word(connection, follow.id, f"{CHANGE}:{follow.id}:{digest}", CHANGE, {}, now)


def stop_follows(connection: Connection, sender: str, now: datetime) -> int:
    """Stop all that a conversation follows; return how many."""
    mine = and_(CASE_FOLLOW.c.sender == sender, CASE_FOLLOW.c.ended_at.is_(None))
    return int(connection.execute(update(CASE_FOLLOW).where(mine).values(ended_at=now, ended_why=BY_CITIZEN)).rowcount)


def erase_follows(connection: Connection, sender: str, now: datetime) -> int:
    """As `Follows.erase`, within a transaction."""
    ended = {"ended_at": func.coalesce(CASE_FOLLOW.c.ended_at, now), "ended_why": BY_CITIZEN}
    erasing = update(CASE_FOLLOW).where(CASE_FOLLOW.c.sender == sender).values(sender=ERASED, **ended)
    return int(connection.execute(erasing).rowcount)


def mark_said(connection: Connection, word_id: str, at: datetime) -> bool:
    """Note that a word is said, in the transaction that stores its message; False where it was said before."""
    unsaid = and_(CASE_WORD.c.id == word_id, CASE_WORD.c.sent_at.is_(None))
    return bool(connection.execute(update(CASE_WORD).where(unsaid).values(sent_at=at)).rowcount)


def mark_number(connection: Connection, word_id: str, seq: int) -> None:
    """Keep which message a word was: the proof that it was sent."""
    connection.execute(update(CASE_WORD).where(CASE_WORD.c.id == word_id).values(message_seq=seq))


def followers_beside(connection: Connection, word_id: str) -> frozenset[str]:
    """Return the conversations that get words of their own about this word's dossier, or asked for no more of them."""
    joined = select(CASE_FOLLOW).join(CASE_WORD, CASE_WORD.c.follow_id == CASE_FOLLOW.c.id)
    follow = connection.execute(joined.where(CASE_WORD.c.id == word_id)).one()
    with_it = or_(CASE_FOLLOW.c.ended_at.is_(None), CASE_FOLLOW.c.ended_at >= follow.consented_at)
    query = select(CASE_FOLLOW.c.sender).where(CASE_FOLLOW.c.case_code == follow.case_code, with_it)
    return frozenset(row.sender for row in connection.execute(query))


_ALL = select(CASE_FOLLOW).where(CASE_FOLLOW.c.ended_at.is_(None)).order_by(CASE_FOLLOW.c.consented_at)
_OF_ONE = Prepared(_ALL.where(CASE_FOLLOW.c.sender == bindparam("sender")))


def _active(connection: Connection, sender: str) -> list[Follow]:
    rows = _OF_ONE.all(connection, sender=sender) if sender else connection.execute(_ALL)
    return [Follow(row.id, row.sender, row.case_code, row.fingerprint) for row in rows]


def _waiting(connection: Connection) -> list[Word]:
    query = (
        select(CASE_WORD, CASE_FOLLOW.c.sender, CASE_FOLLOW.c.case_code)
        .join(CASE_FOLLOW, CASE_FOLLOW.c.id == CASE_WORD.c.follow_id)
        .where(CASE_WORD.c.sent_at.is_(None))
        .where(or_(CASE_FOLLOW.c.ended_why.is_(None), CASE_FOLLOW.c.ended_why != BY_CITIZEN))
        .order_by(CASE_WORD.c.made_at)
    )
    return [Word(row.id, row.sender, row.case_code, row.kind, row.content or {}) for row in connection.execute(query)]
