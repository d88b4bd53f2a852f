"""The desk's own stores, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.desk.examples import Examples
from bot.desk.replies import ReadyReplies
from bot.desk.verdicts import Verdicts
from bot.ops.clock import Clock
from bot.store.engine import Database


@dataclass(frozen=True)
class DeskParts:
    """What the console's pages about conversations ask beside the hub."""

    replies: ReadyReplies
    verdicts: Verdicts
    examples: Examples


def build_desk(database: Callable[[], Database], clock: Clock) -> DeskParts:
    """Return the stores over an operations database."""
    return DeskParts(ReadyReplies(database, clock), Verdicts(database, clock), Examples(database, clock))
