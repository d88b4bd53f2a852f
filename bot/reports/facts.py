"""One fact for each question that the assistant answered: written with the answer, and kept without the person.

Until its month is closed a fact names its conversation, so that a return on the same matter is seen. When the
conversation is erased, a random name takes the place of its id; when the month is closed, name and moment go.
"""

from __future__ import annotations

import uuid
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain, groupby
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from bot.feedback.models import Thumb
from bot.feedback.tables import FEEDBACK
from bot.handoff.tables import HANDOFF_REQUEST
from bot.ops.clock import city_date
from bot.reports.periods import Span
from bot.reports.tables import REPORT_TURN
from bot.store.prepared import Prepared

LONGEST_MILLISECONDS = 2**31 - 1
AT_ONCE = 300
"""Rows held at once: few enough to be gone before Python's collector looks at them, which cost a third of a count."""


class TurnFact(NamedTuple):
    """A question and how it ended. seq: the number of the citizen's message. milliseconds: until it was answered.

    disliked: a thumb down on one of its answers. handed_over: an officer was asked for after it. A tuple, because a
    month has hundreds of thousands of them.
    """

    at: datetime
    conversation: str
    seq: int
    channel: str
    outcome: str
    procedure_code: str = ""
    milliseconds: int | None = None
    disliked: bool = False
    handed_over: bool = False


_ADD = Prepared(insert(REPORT_TURN).inline(), "day", *TurnFact._fields)
_FACT: Callable[[Any], TurnFact] = partial(tuple.__new__, TurnFact)
"""As `TurnFact._make`, without a call in Python for each."""


def add_fact(connection: Connection, fact: TurnFact) -> None:
    """Store a fact in the transaction that stores the answer."""
    values = {**fact._asdict(), "day": city_date(fact.at)}
    if fact.milliseconds is not None:
        values["milliseconds"] = min(max(0, fact.milliseconds), LONGEST_MILLISECONDS)
    _ADD.later(connection, **values)


def erase_facts(connection: Connection, conversation_id: str, _at: datetime) -> None:
    """Cut the tie between an erased conversation and its facts; call it before feedback forgets the conversation."""
    mine = REPORT_TURN.c.conversation == conversation_id
    first = connection.execute(select(func.min(REPORT_TURN.c.at)).where(mine)).scalar()
    if first is not None:
        _settle(connection, list(read_facts(connection, first, mine)))
    connection.execute(update(REPORT_TURN).where(mine).values(conversation=str(uuid.uuid4())))


def facts_of_days(connection: Connection, since: date, until: date, streamed: bool = False) -> Iterator[TurnFact]:
    """Yield the facts of the city's days `since` … `until` whose month is not closed, by conversation and time.

    streamed: they are read as they are asked for, so that a month of hundreds of thousands is never held at once.
    """
    days = REPORT_TURN.c.day.between(since, until)
    kept = REPORT_TURN.c.conversation.isnot(None)
    return read_facts(connection, Span(since, until).begins, days, kept, streamed=streamed)


def close_facts(connection: Connection, since: date, until: date) -> int:
    """Drop what leads from facts of these days to conversations and moments; return how many facts there are."""
    _settle(connection, list(facts_of_days(connection, since, until)))
    mine = REPORT_TURN.c.day.between(since, until)
    return int(connection.execute(update(REPORT_TURN).where(mine).values(conversation=None, at=None)).rowcount)


def read_facts(connection: Connection, since: datetime, *where: Any, streamed: bool = False) -> Iterator[TurnFact]:
    """Yield the facts that fit, by conversation and time, with what feedback and requests say of them by now.

    since: none of the facts is older.
    """
    of = REPORT_TURN.c
    columns = [of[name] for name in TurnFact._fields]
    disliked = _places(connection, _DISLIKED.where(FEEDBACK.c.updated_at >= since))
    # A request is asked for in the transaction of its answer; seconds of another process's clock do no harm.
    asked = _moments(connection, since - timedelta(seconds=1))
    query = select(*columns).where(*where).order_by(of.conversation, of.at, of.id)
    options = {"yield_per": AT_ONCE} if streamed else {}
    parts = connection.execute(query.execution_options(**options)).partitions(AT_ONCE)
    return _with_opinions(map(_FACT, chain.from_iterable(parts)), disliked, asked)


_DISLIKED = select(FEEDBACK.c.conversation_id, FEEDBACK.c.message_seq).where(
    FEEDBACK.c.thumb == Thumb.DOWN.value, FEEDBACK.c.conversation_id.isnot(None)
)


def _places(connection: Connection, query: Any) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for conversation_id, seq in connection.execute(query):
        found.setdefault(conversation_id, []).append(seq)
    return found


def _moments(connection: Connection, since: datetime) -> dict[str, list[datetime]]:
    of = HANDOFF_REQUEST.c
    found: dict[str, list[datetime]] = {}
    for conversation_id, at in connection.execute(select(of.conversation_id, of.asked_at).where(of.asked_at >= since)):
        found.setdefault(conversation_id, []).append(at)
    return found


def _with_opinions(
    facts: Iterable[TurnFact], disliked: dict[str, list[int]], asked: dict[str, list[datetime]]
) -> Iterator[TurnFact]:
    """Most conversations have neither: their facts pass through as they are."""
    for name, group in groupby(facts, key=itemgetter(TurnFact._fields.index("conversation"))):
        if name in disliked or name in asked:
            yield from _told(list(group), disliked.get(name, ()), asked.get(name, ()))
        else:
            yield from group


def _told(group: list[TurnFact], thumbs: Iterable[int], moments: Iterable[datetime]) -> Iterator[TurnFact]:
    """A thumb is on a message after the question; a request belongs to the last question before it."""
    group.sort(key=attrgetter("seq"))
    seqs, times = [fact.seq for fact in group], [fact.at for fact in group]
    disliked = {bisect_right(seqs, seq) - 1 for seq in thumbs}
    handed = {bisect_right(times, at + timedelta(seconds=1)) - 1 for at in moments}
    for place, fact in enumerate(group):
        yield fact._replace(
            disliked=fact.disliked or place in disliked, handed_over=fact.handed_over or place in handed
        )


def _settle(connection: Connection, facts: Iterable[TurnFact]) -> None:
    """Write down what only feedback and requests knew."""
    for fact in facts:
        if fact.disliked or fact.handed_over:
            mine = (REPORT_TURN.c.conversation == fact.conversation, REPORT_TURN.c.seq == fact.seq)
            values = {"disliked": fact.disliked, "handed_over": fact.handed_over}
            connection.execute(update(REPORT_TURN).where(*mine).values(**values))
