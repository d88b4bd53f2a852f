"""Citizens on Zalo: which conversation is theirs, when they last wrote, whether they can be written to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection, Row

from bot.ops.clock import Clock
from bot.store.engine import Database
from bot.zalo import statements
from bot.zalo.tables import OUTBOX, PERSON
from bot.zalo.template_rows import forget_templates

AT_ONCE = 5_000
"""So many are looked up in one statement. A hub that starts asks for a week's conversations, and SQLite takes 32,766
parameters at most, or 250,000 as Debian builds it."""
FREE, OPEN = timedelta(hours=48), timedelta(days=7)
"""After a citizen's last message: how long answers cost nothing, and how long they are taken at all."""


class Window(str, Enum):
    """Whether a citizen may be written to."""

    FREE = "free"
    PAID = "paid"
    CLOSED = "closed"


@dataclass(frozen=True)
class Person:
    """One citizen. queued_seq: up to which message the outbox holds what was said. choices: of the last numbered list,
    under message `choices_seq`. unreachable: Zalo's code that says that they cannot be written to; 0 for none.
    """

    user_id: str
    conversation_id: str | None
    interacted_at: datetime | None
    queued_seq: int
    choices: int = 0
    choices_seq: int = 0
    unreachable: int = 0

    def window(self, now: datetime) -> Window:
        """Return the window as it stands."""
        return window_at(self.interacted_at, now)


def window_at(interacted_at: datetime | None, now: datetime) -> Window:
    """Return the window of somebody who last wrote at `interacted_at`."""
    since = now - interacted_at if interacted_at else None
    if since is None or since > OPEN:
        return Window.CLOSED
    return Window.FREE if since <= FREE else Window.PAID


class People:
    """The table of people."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def find(self, user_id: str) -> Person | None:
        """Return a citizen; None where they never wrote."""
        return await self._database().run(_find, user_id)

    async def of_conversations(self, conversation_ids: Sequence[str]) -> list[Person]:
        """Return whose conversations these are; nobody for those that nobody has any more."""
        found: list[Person] = []
        for first in range(0, len(conversation_ids), AT_ONCE):
            found += await self._database().run(_persons_in, conversation_ids[first : first + AT_ONCE])
        return found

    async def give(self, user_id: str, expected: str | None, conversation_id: str) -> bool:
        """Make a conversation this citizen's; False where they have got another one meanwhile."""
        return await self._database().write(_give, user_id, expected, conversation_id)

    async def forget(self, user_id: str) -> None:
        """Drop all that is known of a citizen, and what waits for them."""
        await self._database().write(forget_person, user_id)


def forget_person(connection: Connection, user_id: str) -> None:
    """As `People.forget`, within a transaction."""
    connection.execute(delete(OUTBOX).where(OUTBOX.c.user_id == user_id))
    connection.execute(delete(PERSON).where(PERSON.c.user_id == user_id))
    forget_templates(connection, user_id)


def _find(connection: Connection, user_id: str) -> Person | None:
    return person_of(statements.FIND_PERSON.first(connection, the_user=user_id))


def person_in(connection: Connection, conversation_id: str) -> Person | None:
    """Return whose conversation it is."""
    return person_of(statements.PERSON_OF.first(connection, the_conversation=conversation_id))


def _persons_in(connection: Connection, conversation_ids: Sequence[str]) -> list[Person]:
    found = connection.execute(select(PERSON).where(PERSON.c.conversation_id.in_(conversation_ids)))
    return [person for row in found if (person := person_of(row)) is not None]


def _give(connection: Connection, user_id: str, expected: str | None, conversation_id: str) -> bool:
    given = {"the_user": user_id, "the_conversation": conversation_id}
    if expected is None:
        return bool(statements.GIVE_FIRST.run(connection, **given))
    return bool(statements.GIVE_ANOTHER.run(connection, **given, the_expected=expected))


def person_of(row: Row | None) -> Person | None:
    """Return a row as a dataclass."""
    if row is None:
        return None
    return Person(
        user_id=row.user_id,
        conversation_id=row.conversation_id,
        interacted_at=row.interacted_at,
        queued_seq=row.queued_seq,
        choices=row.choices or 0,
        choices_seq=row.choices_seq or 0,
        unreachable=row.unreachable or 0,
    )
