"""How long petitions are kept (law brief E.3): the record until 24 months after its end, then without people.

What is erased: content, wish, all words of citizens and officers, names, contacts, photos, dossier codes. What stays:
kind, procedure, unit, states with their dates, rating, consent, and the hash of the contact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import Connection, Row

from bot.ops.clock import Clock
from bot.petitions.models import OPEN, SYSTEM, EventKind
from bot.petitions.officer_steps import drop_words
from bot.petitions.photos import Photos
from bot.petitions.store import Facts, Role, owner_of, petition_row, take_step
from bot.petitions.tables import PARTY, PETITION, RATING, VIEWER, WORD
from bot.store.engine import Database
from bot.store.reach import ReachableStore

KEPT_MONTHS = 24
_AT_ONCE = 200
_ENDED = ("closed", "refused", "withdrawn")


@dataclass(frozen=True)
class PetitionRetention:
    """Takes people out of old petitions; called by a job."""

    database: Callable[[], Database]
    clock: Clock
    photos: Photos

    async def forget_old(self, *only: Any) -> int:
        """Anonymise petitions that ended 24 months ago; return how many. Those that are open stay, however old."""
        return await ReachableStore(self.database).write(self.forget_in, *only)

    def forget_in(self, connection: Connection, *only: Any) -> int:
        """As `forget_old`, within a transaction. only: conditions that a petition has to meet besides."""
        now = self.clock.now()
        found = connection.execute(self._due(now).where(*only).limit(_AT_ONCE)).all()
        for one in found:
            self._anonymise(connection, petition_row(connection, one.id, lock=True), now)
        return len(found)

    def forget_asked(self, connection: Connection, code: str, *only: Any) -> bool:
        """Take the person of a code out, because they asked for it: with the owner everything goes, else the one who
        joined. False where the petition has not ended, or does not meet `only`; then nothing is changed.
        """
        party = connection.execute(select(PARTY).where(PARTY.c.code == code)).one()
        row = petition_row(connection, party.petition_id, lock=True)
        allowed = select(PETITION.c.id).where(PETITION.c.id == row.id, *only)
        if row.state not in _ENDED or connection.execute(allowed).first() is None:
            return False
        if party.role != Role.OWNER.value:
            connection.execute(delete(WORD).where(WORD.c.party_id == party.id))
            connection.execute(delete(VIEWER).where(VIEWER.c.party_id == party.id))
            connection.execute(update(RATING).where(RATING.c.party_id == party.id).values(reason=""))
            connection.execute(
                update(PARTY).where(PARTY.c.id == party.id).values(name="", contact_value="", content="")
            )
        elif row.anonymised_at is None:
            self._anonymise(connection, row, self.clock.now())
        return True

    def due_in(self, connection: Connection, most: int, *only: Any) -> int:
        """Return how many would be forgotten, `most` at most; only reads."""
        due = self._due(self.clock.now()).where(*only).limit(most).subquery()
        return int(connection.execute(select(func.count()).select_from(due)).scalar_one())

    def _due(self, now: datetime) -> Any:
        old = (PETITION.c.state.in_(_ENDED), PETITION.c.ended_at < months_before(now, KEPT_MONTHS))
        return select(PETITION.c.id).where(*old, PETITION.c.anonymised_at.is_(None))

    def _anonymise(self, connection: Connection, row: Row, now: datetime) -> None:
        assert row.state not in {state.value for state in OPEN}  # noqa: S101 - the query saw to it
        self.photos.erase(connection, owner_of(connection, row.id).code, now)
        mine = PARTY.c.petition_id == row.id
        parties = select(PARTY.c.id).where(mine)
        connection.execute(delete(WORD).where(WORD.c.party_id.in_(parties)))
        connection.execute(delete(VIEWER).where(VIEWER.c.party_id.in_(parties)))
        connection.execute(update(RATING).where(RATING.c.petition_id == row.id).values(reason=""))
        connection.execute(update(PARTY).where(mine).values(name="", contact_value="", content=""))
        drop_words(connection, row.id)
        gone = dict.fromkeys(("content", "wish", "answer", "unit_said", "case_code", "paper"), "")
        changes = {**gone, "attachments": [], "anonymised_at": now}
        take_step(connection, row, EventKind.ANONYMISED, Facts(SYSTEM), now, changes)


def months_before(moment: datetime, months: int) -> datetime:
    """Return the same day `months` earlier, or the last of its month."""
    month = moment.year * 12 + moment.month - 1 - months
    for day in range(moment.day, 0, -1):
        try:
            return moment.replace(year=month // 12, month=month % 12 + 1, day=day)
        except ValueError:  # no 30 February
            continue
    raise ValueError(moment)
