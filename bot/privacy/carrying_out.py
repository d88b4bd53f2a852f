"""Carries out erasures: after the minute in which they can be taken back, however often the process is killed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.engine import Connection

from bot.hub.conversations import ConversationStore
from bot.hub.forgetting import FORGETTING
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.privacy import requests
from bot.privacy.erasing import erase_everywhere, erased_by_halves, held_by, is_being_told, is_forgotten
from bot.privacy.finding import find_subject
from bot.privacy.models import DataRequest, RequestOutcome, RequestState
from bot.privacy.requests import BY_SYSTEM
from bot.store.engine import Database

log = EventLog("privacy.carrying_out")

AT_ONCE = 100
PATIENCE = timedelta(minutes=10)
"""So long the last message may take to Zalo; then it is erased unsent."""


class Erasures:
    """Each conversation is one transaction, so a run may be broken off anywhere; the next goes on."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def carry_out(self) -> dict[str, int]:
        """Erase what is due, finish what was begun in the chat's window; return how many, and how many are held."""
        database, now = self._database(), self._clock.now()
        store = ConversationStore(database, self._clock, FORGETTING)
        found = {"erased": 0, "held": 0, "done": 0, "finished": 0}
        for request in await database.run(requests.due, now, AT_ONCE):
            what = await database.write(self._one, store, request)
            found[what] = found.get(what, 0) + 1
        for conversation_id in await database.run(erased_by_halves, AT_ONCE):
            found["finished"] += await database.write(_finish, store, conversation_id, self._clock)
        return {name: count for name, count in found.items() if count}

    def _one(self, connection: Connection, store: ConversationStore, request: DataRequest) -> str:
        """One step of one request: everywhere in this database first, over when the assistant has forgotten too."""
        conversation_id, now = str(request.conversation_id), self._clock.now()
        subject = find_subject(connection, conversation_id)
        if request.state is RequestState.CONFIRMED:
            if subject is not None and held_by(connection, subject):
                return "held"
            if now < request.act_after + PATIENCE and is_being_told(connection, conversation_id):
                return "waiting"
            erase_everywhere(store, connection, conversation_id, now)
            requests.mark(connection, request, RequestState.ERASED)
            log.info("conversation_erased", conversation=conversation_id[:8], receipt=request.receipt)
            return "erased"
        if subject is not None and not is_forgotten(connection, conversation_id):
            return "waiting"
        requests.end(connection, request, RequestState.DONE, RequestOutcome.DONE, BY_SYSTEM, now)
        return "done"


def _finish(connection: Connection, store: ConversationStore, conversation_id: str, clock: Clock) -> int:
    subject = find_subject(connection, conversation_id)
    if subject is None or held_by(connection, subject):
        return 0
    return int(erase_everywhere(store, connection, conversation_id, clock.now()))
