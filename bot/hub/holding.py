"""Which answers are held for an officer's look: those that say something about a matter, where somebody is there.

What is urgent is never held, and goes ahead of what is. What leads to an officer is never held either, and what is held
goes first. Questions, receipts and small talk go at once, unless something is held before them: the order stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy.engine import Connection

from bot.approval.rows import held_of, keep_answer, may_hold, newest_switch
from bot.handoff.queue import Queue
from bot.hub.conversations import find_conversation
from bot.hub.handoff_effects import HANDOFF
from bot.hub.held_answers import as_stored, let_all_go
from bot.hub.models import Draft, Turn
from bot.ops.outcomes import BEHIND_OTHERS, LOOKED_AT, TO_A_PERSON, URGENT
from bot.ops.screening.screening import PAYLOADS, Matter, matter_of

IN_DANGER = (Matter.EMERGENCY, Matter.VIOLENCE, Matter.DISTRESS)
_DANGER_PAYLOADS = tuple(PAYLOADS[one] for one in IN_DANGER)


class Kind(str, Enum):
    """What an answer is, as far as holding it goes."""

    URGENT = "urgent"
    TO_A_PERSON = "to_a_person"
    MATTER = "matter"
    OTHER = "other"


class Holding:
    """Decides, and holds. seconds: how long at most."""

    def __init__(self, queue: Queue, seconds: float) -> None:
        self._queue, self._time = queue, timedelta(seconds=seconds)

    def __call__(
        self, connection: Connection, turn: Turn, drafts: tuple[Draft, ...], at: datetime
    ) -> tuple[Draft, ...] | None:
        """Hold an answer, and return what the citizen is told instead; None where it goes at once."""
        if not may_hold(connection, turn.conversation.id):
            return None
        kind, conversation = kind_of(turn, drafts), find_conversation(connection, turn.conversation.id)
        if conversation is None or kind is Kind.URGENT:
            return None
        before = held_of(connection, [conversation.id])
        if kind is Kind.TO_A_PERSON:
            let_all_go(connection, conversation, at)
            return None
        if kind is Kind.OTHER and not before:
            return None
        switch = newest_switch(connection, conversation.unit)
        if switch is None or not switch.on or not self.is_looked_at(connection, conversation.unit):
            let_all_go(connection, conversation, at)
            return None
        stored = as_stored(drafts)
        keep_answer(
            connection,
            conversation.id,
            turn.seq,
            conversation.ownership,
            conversation.unit,
            stored,
            at,
            at + self._time,
        )
        return () if before else (Draft({"text": switch.sentence}),)

    def is_looked_at(self, connection: Connection, unit: str) -> bool:
        """Say whether somebody is there to look at a unit's answers."""
        return self._queue.desk_of(connection, unit).open


def kind_of(turn: Turn, drafts: Sequence[Draft]) -> Kind:
    """Say what an answer is; what is not known to be harmless to hold counts as urgent."""
    outcomes = {str((draft.content.get("answer") or {}).get("outcome") or "") for draft in drafts} - {""}
    danger = turn.payload in _DANGER_PAYLOADS or (turn.payload is None and matter_of(turn.text) in IN_DANGER)
    if danger or outcomes & URGENT:
        return Kind.URGENT
    if outcomes & TO_A_PERSON or any(draft.effects.get(HANDOFF) for draft in drafts):
        return Kind.TO_A_PERSON
    if outcomes & LOOKED_AT:
        return Kind.MATTER
    return Kind.OTHER if outcomes and outcomes <= BEHIND_OTHERS else Kind.URGENT
