"""What Prometheus is told of turns: the channel, how it ended, how long it took. Nothing of what was said."""

from __future__ import annotations

from collections.abc import Sequence

from bot.errors import AssistantDownError
from bot.hub.models import Message, Role, Turn
from bot.ops.metrics import ASSISTANT_FAILURES, STAGES, TURNS, Stage, one_of
from bot.ops.outcomes import Outcome

CHANNELS = frozenset({"web", "zalo"})
OUTCOMES = frozenset(outcome.value for outcome in Outcome)
REASONS = frozenset({"refused", "timeout", "broken", "reply", "not_ready", "status"})


def count_turn(turn: Turn, outcomes: Sequence[object], stored: Sequence[Message]) -> None:
    """Count a turn that ended, by the first of its outcomes; `other` where the answer names none.

    One that was given up, so that the citizen has an apology with a reference, is an internal error.
    """
    outcome = one_of(outcomes[0] if outcomes else None, OUTCOMES)
    if any(message.role is Role.SYSTEM for message in stored):
        outcome = Outcome.ERROR_INTERNAL.value
    TURNS.labels(one_of(turn.conversation.channel, CHANNELS), outcome).inc()
    if turn.asked_at is not None and stored:
        STAGES.labels(Stage.TURN.value).observe(max((stored[-1].at - turn.asked_at).total_seconds(), 0.0))


def count_failure(error: AssistantDownError) -> None:
    """Count a question that Rasa did not answer."""
    ASSISTANT_FAILURES.labels(one_of(error.context.get("reason"), REASONS)).inc()
