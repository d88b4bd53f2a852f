"""How long each class of data is kept: erased when its time is over, shown before that, stopped by a hold.

A preview counts what the same queries find that the work begins with; it only reads, so it holds nobody up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from bot.cases.follows import ERASED as NOBODY
from bot.cases.tables import CASE_FOLLOW
from bot.feedback.retention import FeedbackRetention
from bot.feedback.tables import FEEDBACK
from bot.handoff.rows import OPEN as OPEN_HANDOFF
from bot.handoff.tables import HANDOFF_CONTACT, HANDOFF_NOTE, HANDOFF_REQUEST
from bot.hub.conversations import ConversationStore
from bot.hub.forgetting import FORGETTING
from bot.hub.tables import CONVERSATION
from bot.links.tables import LINK
from bot.ops.clock import Clock, city_date
from bot.ops.logging import EventLog
from bot.petitions.models import OPEN as OPEN_PETITION
from bot.petitions.retention import PetitionRetention
from bot.petitions.tables import PARTY, PETITION, VIEWER
from bot.privacy.erasing import erase_everywhere, held_by
from bot.privacy.finding import find_subject
from bot.privacy.holds import CLASS, is_held, standing
from bot.privacy.tables import EXPORT_LINK, HOLD, REPORT
from bot.referrals.models import OPEN as OPEN_REFERRAL
from bot.referrals.tables import REFERRAL
from bot.staff.tables import STAFF_SESSION
from bot.store.engine import Database

log = EventLog("privacy.retention")

AT_ONCE, MOST_BATCHES = 200, 50
SESSIONS_KEPT = timedelta(days=90)


@dataclass(frozen=True)
class ClassReport:
    """What became of one class. more: there was more than one night's work."""

    erased: int = 0
    held: bool = False
    more: bool = False


_OTHER = CONVERSATION.alias("other")


@dataclass(frozen=True)
class Rule:
    """One class. erase: one batch of what is due, returns how much that was. due: how much there is, up to a number."""

    erase: Callable[[Connection], int]
    due: Callable[[Connection, int], int]


class Retention:
    """days: for how long conversations, and what hangs on them, are kept after their last message."""

    def __init__(
        self,
        database: Callable[[], Database],
        clock: Clock,
        days: int,
        petitions: PetitionRetention,
        feedback: FeedbackRetention,
    ) -> None:
        self._database = database
        self._clock = clock
        self._days = timedelta(days=days)
        self._petitions = petitions
        self._feedback = feedback
        self.rules: dict[str, Rule] = {
            "conversation": Rule(self._conversations, self._due_conversations),
            "case_follow": Rule(self._follows, _counting(self._old_follows)),
            "petition": Rule(
                lambda connection: petitions.forget_in(connection, PETITION_IS_FREE),
                lambda connection, most: petitions.due_in(connection, most, PETITION_IS_FREE),
            ),
            "feedback": Rule(
                lambda connection: sum(feedback.forget_in(connection, FEEDBACK_IS_FREE)),
                lambda connection, most: feedback.due_in(connection, most, FEEDBACK_IS_FREE),
            ),
            "handoff": Rule(self._handoffs, _counting(self._old_handoffs)),
            "staff": Rule(self._sessions, _counting(self._old_sessions)),
            "privacy": Rule(self._links, _counting(self._old_links)),
        }

    async def preview(self) -> dict[str, ClassReport]:
        """Return what a run would erase now. Nothing is changed, and nobody waits for it."""
        return {name: await self._database().run(self._previewed, name) for name in self.rules}

    async def run(self) -> dict[str, ClassReport]:
        """Erase what is old, class by class, in short transactions; a class that is on hold stays."""
        return {name: await self._run_class(name) for name in self.rules}

    async def run_once_a_day(self) -> dict[str, ClassReport] | None:
        """As `run`, and keep the report; None where it was done today."""
        today = city_date(self._clock.now())
        if await self.report_of(today) is not None:
            return None
        done = await self.run()
        await self._database().write(_keep, today, self._clock.now(), done)
        log.info("retention_done", **{name: entry.erased for name, entry in done.items()})
        return done

    async def is_held(self, name: str) -> bool:
        """Say whether a class is on hold."""
        return await self._database().run(is_held, name)

    async def report_of(self, day: date) -> dict[str, ClassReport] | None:
        """Return the report of a day; None where there is none."""
        return await self._database().run(_report_of, day)

    async def reports(self, most: int = 31) -> list[tuple[date, dict[str, ClassReport]]]:
        """Return the newest reports."""
        return await self._database().run(reports_in, most)

    async def _run_class(self, name: str) -> ClassReport:
        erased = 0
        for _ in range(MOST_BATCHES):
            batch = await self._database().write(self._batch, name)
            if batch is None:
                return ClassReport(erased, held=True)
            erased += batch
            if batch == 0:
                return ClassReport(erased)
        return ClassReport(erased, more=True)

    def _previewed(self, connection: Connection, name: str) -> ClassReport:
        most = AT_ONCE * MOST_BATCHES
        found = self.rules[name].due(connection, most + 1)
        return ClassReport(min(found, most), is_held(connection, name), more=found > most)

    def _batch(self, connection: Connection, name: str) -> int | None:
        return None if is_held(connection, name) else self.rules[name].erase(connection)

    def _old_conversations(self) -> Any:
        """Those in which nothing was said for so long, and nothing is waited for."""
        since = self._clock.now() - self._days
        old = and_(CONVERSATION.c.erased_at.is_(None), CONVERSATION.c.updated_at < since)
        return select(CONVERSATION.c.id).where(old, *(~one for one in _needed(since)))

    def _conversations(self, connection: Connection) -> int:
        now = self._clock.now()
        store = ConversationStore(self._database(), self._clock, FORGETTING)
        found = list(islice(self._free_conversations(connection), AT_ONCE))
        return sum(erase_everywhere(store, connection, one, now) for one in found)

    def _due_conversations(self, connection: Connection, most: int) -> int:
        return sum(1 for _ in islice(self._free_conversations(connection), most))

    def _free_conversations(self, connection: Connection) -> Iterator[str]:
        """Yield the old ones of which no class is on hold: erasing one reaches all that it has."""
        found = connection.execute(self._old_conversations().order_by(CONVERSATION.c.updated_at)).all()
        on_hold = any(one.scope == CLASS for one in standing(connection))
        for row in found:
            subject = find_subject(connection, row.id) if on_hold else None
            if subject is None or not held_by(connection, subject):
                yield row.id

    def _old_follows(self) -> Any:
        over = and_(CASE_FOLLOW.c.ended_at < self._clock.now() - self._days, CASE_FOLLOW.c.sender != NOBODY)
        return select(CASE_FOLLOW.c.id).where(over, ~_held_sender(CASE_FOLLOW.c.sender))

    def _follows(self, connection: Connection) -> int:
        ids = _some(connection, self._old_follows())
        connection.execute(update(CASE_FOLLOW).where(CASE_FOLLOW.c.id.in_(ids)).values(sender=NOBODY))
        return len(ids)

    def _old_handoffs(self) -> Any:
        """Officers' words about requests that are over; when they were, and how long people waited, stays."""
        of = HANDOFF_REQUEST.c
        wordy = or_(of.reason != "", exists().where(HANDOFF_NOTE.c.request_id == of.id))
        over = and_(of.closed_at < self._clock.now() - self._days, wordy, ~_held_conversation(of.conversation_id))
        return select(of.id).where(over)

    def _handoffs(self, connection: Connection) -> int:
        ids = _some(connection, self._old_handoffs())
        connection.execute(delete(HANDOFF_NOTE).where(HANDOFF_NOTE.c.request_id.in_(ids)))
        mine = HANDOFF_REQUEST.c.id.in_(ids)
        connection.execute(update(HANDOFF_REQUEST).where(mine).values(summary={}, reason=""))
        return len(ids)

    def _old_sessions(self) -> Any:
        return select(STAFF_SESSION.c.id).where(STAFF_SESSION.c.seen_at < self._clock.now() - SESSIONS_KEPT)

    def _sessions(self, connection: Connection) -> int:
        old = delete(STAFF_SESSION).where(STAFF_SESSION.c.seen_at < self._clock.now() - SESSIONS_KEPT)
        return int(connection.execute(old).rowcount)

    def _old_links(self) -> Any:
        return select(EXPORT_LINK.c.until).where(EXPORT_LINK.c.until < self._clock.now())

    def _links(self, connection: Connection) -> int:
        return int(connection.execute(delete(EXPORT_LINK).where(EXPORT_LINK.c.until < self._clock.now())).rowcount)


def _counting(query: Callable[[], Any]) -> Callable[[Connection, int], int]:
    """Return what counts the rows of a query, up to a number."""

    def count(connection: Connection, most: int) -> int:
        found = select(func.count()).select_from(query().limit(most).subquery())
        return int(connection.execute(found).scalar_one())

    return count


def _some(connection: Connection, query: Any) -> list[Any]:
    return [row.id for row in connection.execute(query.limit(AT_ONCE))]


def _needed(since: datetime) -> tuple[Any, ...]:
    """Why a conversation is still needed: something is followed, waited for or owed there, or it is on hold."""
    sender = CONVERSATION.c.rasa_sender
    lodged = and_(VIEWER.c.party_id == PARTY.c.id, PARTY.c.petition_id == PETITION.c.id, VIEWER.c.sender == sender)
    return (
        exists().where(CASE_FOLLOW.c.sender == sender, CASE_FOLLOW.c.ended_at.is_(None)),
        exists().where(lodged, PETITION.c.state.in_([state.value for state in OPEN_PETITION])),
        exists().where(REFERRAL.c.sender == sender, REFERRAL.c.state.in_([state.value for state in OPEN_REFERRAL])),
        exists().where(HANDOFF_CONTACT.c.sender == sender, HANDOFF_CONTACT.c.closed_at.is_(None)),
        exists().where(
            HANDOFF_REQUEST.c.conversation_id == CONVERSATION.c.id, HANDOFF_REQUEST.c.state.in_(OPEN_HANDOFF)
        ),
        exists().where(_other_of(CONVERSATION.c.id), _OTHER.c.updated_at >= since),
        _held_conversation(CONVERSATION.c.id),
    )


def _other_of(conversation_id: Any) -> Any:
    """The one that it is linked with: while somebody talks there, news is told on both."""
    web, zalo = LINK.c.web_id, LINK.c.zalo_id
    return or_(
        and_(web == conversation_id, zalo == _OTHER.c.id),
        and_(zalo == conversation_id, web == _OTHER.c.id),
    )


def _held_conversation(conversation_id: Any) -> Any:
    return exists().where(HOLD.c.name == conversation_id, HOLD.c.released_at.is_(None))


def _held_sender(sender: Any) -> Any:
    return exists().where(CONVERSATION.c.rasa_sender == sender, _held_conversation(CONVERSATION.c.id))


FEEDBACK_IS_FREE = ~_held_conversation(FEEDBACK.c.conversation_id)
PETITION_IS_FREE = ~exists().where(
    PARTY.c.petition_id == PETITION.c.id, VIEWER.c.party_id == PARTY.c.id, _held_sender(VIEWER.c.sender)
)
"""What a conversation on hold has to do with is kept as it is, whatever its own class allows."""


def _keep(connection: Connection, day: date, now: datetime, done: dict[str, ClassReport]) -> None:
    classes = {name: asdict(entry) for name, entry in done.items()}
    try:
        with connection.begin_nested():
            connection.execute(insert(REPORT).values(made_on=day, made_at=now, classes=classes))
    except IntegrityError:  # another process was as fast; its report stands, and ours found nothing left
        return


def _report_of(connection: Connection, day: date) -> dict[str, ClassReport] | None:
    row = connection.execute(select(REPORT).where(REPORT.c.made_on == day)).first()
    return None if row is None else _classes(row)


def reports_in(connection: Connection, most: int) -> list[tuple[date, dict[str, ClassReport]]]:
    """Return the newest reports, within a transaction."""
    rows = connection.execute(select(REPORT).order_by(REPORT.c.made_on.desc()).limit(most))
    return [(row.made_on, _classes(row)) for row in rows]


def _classes(row: Row) -> dict[str, ClassReport]:
    return {name: ClassReport(**entry) for name, entry in row.classes.items()}
