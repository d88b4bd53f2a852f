"""How people were served, once a dossier is finished: one answer a dossier, kept without the person and the code."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.cases.tables import CASE_RATING
from bot.ops.clock import Clock
from bot.ops.satisfaction import Satisfaction
from bot.store.engine import Database

LONGEST_REASON = 600


class Ratings:
    """Answers in the operations store. `case_key`: `CaseService.key_of` of the code."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def is_given(self, case_key: str) -> bool:
        """Say whether this dossier has its answer."""
        return await self._database().run(_is_given, case_key)

    async def give(self, case_key: str, satisfaction: Satisfaction, procedure_code: str = "", unit: str = "") -> bool:
        """Keep an answer; False where there is one already."""
        row = {
            "id": str(uuid.uuid4()),
            "case_key": case_key,
            "procedure_code": procedure_code[:16],
            "unit": unit[:600],
            "rating": satisfaction.value,
            "reason": "",
            "rated_at": self._clock.now(),
        }
        return await self._database().write(_give, row)

    async def explain(self, case_key: str, reason: str) -> bool:
        """Add the reason, once."""
        return await self._database().write(_explain, case_key, reason.strip()[:LONGEST_REASON])


def _is_given(connection: Connection, case_key: str) -> bool:
    return connection.execute(select(CASE_RATING.c.id).where(CASE_RATING.c.case_key == case_key)).first() is not None


def _give(connection: Connection, row: dict[str, object]) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(insert(CASE_RATING).values(**row))
    except IntegrityError:  # answered in another window
        return False
    return True


def _explain(connection: Connection, case_key: str, reason: str) -> bool:
    unexplained = (CASE_RATING.c.case_key == case_key, CASE_RATING.c.reason == "")
    return bool(connection.execute(update(CASE_RATING).where(*unexplained).values(reason=reason)).rowcount)
