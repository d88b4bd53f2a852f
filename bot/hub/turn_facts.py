"""How a turn ended, noted for the reports in the transaction that stores its answer (docs/reports.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from bot.hub.along import AlongWithAnswers
from bot.hub.models import Draft, Turn
from bot.ops.outcomes import Outcome
from bot.reports.facts import TurnFact, add_fact

OUTCOME = "outcome"
"""Key of a draft's effects: how the turn ended, where the hub says so itself."""
_KNOWN = frozenset(outcome.value for outcome in Outcome)


def with_facts(before: AlongWithAnswers) -> AlongWithAnswers:
    """Return what stores `before` and then the fact."""

    def store(connection: Connection, turn: Turn, drafts: tuple[Draft, ...], at: datetime) -> tuple[Draft, ...]:
        drafts = before(connection, turn, drafts, at)
        add_fact(connection, fact_of(turn, drafts, at))
        return drafts

    return store


def fact_of(turn: Turn, drafts: tuple[Draft, ...], at: datetime) -> TurnFact:
    """Return the fact of a turn: the first outcome and the first procedure that its messages name."""
    answers = [_answer(draft) for draft in drafts]
    said = [str(answer.get(OUTCOME) or "") for answer in answers]
    said += [str(draft.effects.get(OUTCOME) or "") for draft in drafts]
    waited = None if turn.asked_at is None else round((at - turn.asked_at).total_seconds() * 1000)
    return TurnFact(
        at=at,
        conversation=turn.conversation.id,
        seq=turn.seq,
        channel=turn.conversation.channel[:16],
        outcome=next((outcome for outcome in said if outcome in _KNOWN), ""),
        procedure_code=next((code for answer in answers if (code := _code(answer))), ""),
        milliseconds=waited,
    )


def _answer(draft: Draft) -> Mapping[str, Any]:
    answer = draft.content.get("answer")
    return answer if isinstance(answer, Mapping) else {}


def _code(answer: Mapping[str, Any]) -> str:
    """A procedure's code is short; anything else that stands in its place is none."""
    code = str(answer.get("procedure_code") or "")
    return code if len(code) <= 32 and code.replace(".", "").isalnum() else ""
