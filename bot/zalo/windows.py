"""What an officer sees of a conversation on Zalo: until when it may be written to, and what did not go out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.ops.clock import Clock
from bot.store.engine import Database
from bot.zalo.codes import meaning_of
from bot.zalo.people import FREE, OPEN, Window, person_of
from bot.zalo.states import OPEN_STATES, OutState
from bot.zalo.tables import OUTBOX, PERSON, TEMPLATE
from bot.zalo.template_rows import TemplateState


@dataclass(frozen=True)
class WindowView:
    """One conversation's window. until: when it turns into the next one, None where it is closed.

    waiting, held, failed: messages that are on their way, are held back, were given up. why: what the officer reads of
    the newest one that is held or was given up, or of a citizen who cannot be reached; "" where there is nothing. told:
    pieces of news that a template has told since the citizen last wrote.
    """

    window: Window
    until: datetime | None
    waiting: int = 0
    held: int = 0
    failed: int = 0
    why: str = ""
    told: int = 0


class Windows:
    """Reads windows for the console; `bot.zalo.outbox.Outbox.delivery_of` tells of each message."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, conversation_id: str) -> WindowView | None:
        """Return the window of a conversation as it stands; None where it is no citizen's on Zalo."""
        return await self._database().run(window_of, conversation_id, self._clock.now())


def window_of(connection: Connection, conversation_id: str, now: datetime) -> WindowView | None:
    """As `Windows.of`, within a transaction of the caller's."""
    row = connection.execute(select(PERSON).where(PERSON.c.conversation_id == conversation_id)).first()
    person = person_of(row)
    if person is None:
        return None
    window = person.window(now)
    length = {Window.FREE: FREE, Window.PAID: OPEN}.get(window)
    until = person.interacted_at + length if person.interacted_at and length else None
    mine = OUTBOX.c.conversation_id == conversation_id
    states = connection.execute(
        select(OUTBOX.c.state, func.count(OUTBOX.c.seq.distinct())).where(mine).group_by(OUTBOX.c.state)
    )
    count = {state: int(number) for state, number in states}
    held, failed = count.get(OutState.HELD.value, 0), count.get(OutState.GIVEN_UP.value, 0)
    open_ones = sum(count.get(state, 0) for state in OPEN_STATES)
    why = _why(connection, conversation_id, row.unreachable)
    told = _told(connection, conversation_id, person.interacted_at)
    return WindowView(window, until, open_ones - held, held, failed, why, told)


def _told(connection: Connection, conversation_id: str, since: datetime | None) -> int:
    sent = [TEMPLATE.c.conversation_id == conversation_id, TEMPLATE.c.state == TemplateState.SENT.value]
    if since is not None:
        sent.append(TEMPLATE.c.ended_at > since)
    return int(connection.execute(select(func.count()).where(*sent)).scalar_one())


def _why(connection: Connection, conversation_id: str, unreachable: int | None) -> str:
    stuck = OUTBOX.c.state.in_((OutState.HELD.value, OutState.GIVEN_UP.value))
    query = select(OUTBOX.c.code).where(OUTBOX.c.conversation_id == conversation_id, stuck, OUTBOX.c.code != 0)
    code = unreachable or connection.execute(query.order_by(OUTBOX.c.id.desc()).limit(1)).scalar()
    return meaning_of(code).officer if code else ""
