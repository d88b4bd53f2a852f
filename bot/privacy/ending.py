"""“Kết thúc và xoá” while a hold stands: nothing is erased, the request is noted, and is carried out when it ends.

Citizens read the hold's number and day. Its reason and who set it are for officers: the list of holds has them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from bot.ops.clock import CITY_TIME
from bot.ops.logging import EventLog
from bot.privacy import requests
from bot.privacy.erasing import holds_on
from bot.privacy.finding import find_subject
from bot.privacy.models import RequestKind
from bot.privacy.words import privacy_wording
from knowledge.working_days import Calendar

log = EventLog("privacy.ending")


class EndingUnderHold:
    """Called by the hub in the transaction that would erase."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def __call__(self, connection: Connection, conversation_id: str, now: datetime) -> str | None:
        """Return what the citizen reads where a hold keeps the conversation; None where it may be erased."""
        who = find_subject(connection, conversation_id)
        found = holds_on(connection, who) if who is not None else []
        if who is None or not found:
            return None
        asked = requests.open_erasure(connection, conversation_id) or requests.begin(
            connection, self._calendar, RequestKind.ERASE, conversation_id, who.channel, now
        )
        log.warning("erasure_held", conversation=conversation_id[:8], receipt=asked.receipt, hold=found[0].id)
        return privacy_wording()(
            "ending.held",
            receipt=asked.receipt,
            number=found[0].id,
            since=f"{found[0].since.astimezone(CITY_TIME):%d/%m/%Y}",
            due=f"{asked.due_on:%d/%m/%Y}",
        )
