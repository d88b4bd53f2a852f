"""A remark without a name: for the support team to read, with nothing that leads back to who wrote it.

It comes from somebody who began a petition and would not have a name and a contact kept. It is an item of the desk
without conversation, message and moment: only the day is kept, as with the survey.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.errors import FeedbackRefusedError
from bot.feedback.bottlenecks import BY_RULES, bottleneck_in
from bot.feedback.follow_ups import add_event, ask_for_follow_up
from bot.feedback.labels import label
from bot.feedback.models import CITIZEN, Desk, Happening, Source
from bot.feedback.store import ANSWER, PREFIX
from bot.feedback.tables import FEEDBACK
from bot.feedback.words import LONGEST_WORDS, NOT_SUSPECT, take_words
from bot.ops.case_codes import find_case_codes
from bot.ops.clock import CITY_TIME, Clock, city_date
from bot.ops.logging import REFERENCE_ALPHABET, EventLog
from bot.ops.outcomes import Outcome
from bot.store.engine import Database

log = EventLog("feedback.remarks")

_LETTERS = 8
"""Two more than other references have, so that none of theirs can be one of these."""
_NO_CODE = "…"


@dataclass(frozen=True)
class Remark:
    """key: made when it was begun; the same key is the same remark. words: as they were written, not yet screened."""

    key: str
    words: str
    channel: str = ""
    procedure_code: str = ""


class Remarks:
    """Remarks without a name, in the operations store."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def send(self, remark: Remark) -> str:
        """Store it once a key; its reference. It is on disk when this returns.

        Raises `FeedbackRefusedError` (why: accusation, empty) where nothing may be stored, `StoreDownError`.
        """
        today = city_date(self._clock.now())
        taken = take_words(without_case_codes(remark.words[:LONGEST_WORDS], today), NOT_SUSPECT)
        if taken.dropped or not taken.text:
            raise FeedbackRefusedError("nothing to store", why="accusation" if taken.dropped else "empty")
        reference = reference_of(remark.key)
        try:
            await self._database().write(_store, remark, taken.text, today)
        except IntegrityError:
            if not await self.find(remark.key):  # else it was stored from another window at the same moment
                raise
        log.info("remark_stored", reference=reference)
        return reference

    async def find(self, key: str) -> str:
        """Return the reference under which the remark with this key is stored, "" where there is none."""
        query = select(FEEDBACK.c.reference).where(FEEDBACK.c.reference == reference_of(key))
        return await self._database().run(lambda connection: str(connection.execute(query).scalar() or ""))


def reference_of(key: str) -> str:
    """Return the reference of a key; the key cannot be had back from it."""
    number = int.from_bytes(hashlib.sha256(f"remark:{key}".encode()).digest(), "big")
    letters = []
    for _ in range(_LETTERS):
        number, at = divmod(number, len(REFERENCE_ALPHABET))
        letters.append(REFERENCE_ALPHABET[at])
    return PREFIX + "".join(letters)


def without_case_codes(text: str, today: date) -> str:
    """Return `text` without codes of dossiers: each leads to a person."""
    found = find_case_codes(text, today)
    while found:
        text = text[: found[0].start] + _NO_CODE + text[found[0].end :]
        found = find_case_codes(text, today)
    return text


def _store(connection: Connection, remark: Remark, words: str, today: date) -> None:
    reference = reference_of(remark.key)
    if connection.execute(select(FEEDBACK.c.id).where(FEEDBACK.c.reference == reference)).first() is not None:
        return
    day, item_id = datetime.combine(today, time(), CITY_TIME), str(uuid.uuid4())
    connection.execute(
        insert(FEEDBACK).values(
            id=item_id,
            reference=reference,
            source=Source.WORDS.value,
            conversation_id=None,
            message_seq=0,
            about=ANSWER,
            channel=remark.channel,
            procedure_code=remark.procedure_code[:32],
            record_version="",
            fields=[],
            decision_number="",
            outcome=Outcome.ANSWERED_REMARK_SENT.value,
            question="",
            words=f"{label('anonymous')}\n{words}",
            words_dropped=False,
            bottleneck=bottleneck_in(words),
            bottleneck_by=BY_RULES,
            created_at=day,
            updated_at=day,
        )
    )
    add_event(connection, day, item_id, CITIZEN, Happening.TOLD, words=True)
    ask_for_follow_up(connection, day, item_id, Desk.SUPPORT)
