"""Everything about handing over that needs no hub, put together from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.handoff.contacts import Contacts
from bot.handoff.mentions import Mentions
from bot.handoff.presence import Presence
from bot.handoff.queue import Queue
from bot.handoff.shifts import SHIFTS_FILE, load_shifts
from bot.ops.clock import Clock
from bot.settings import Settings
from bot.store.engine import Database
from bot.tuning.reading import Tuning
from knowledge.working_days import load_calendar


@dataclass(frozen=True)
class HandoffParts:
    """Who waits, who is there, who wishes to be called."""

    queue: Queue
    presence: Presence
    contacts: Contacts
    mentions: Mentions
    clock: Clock


def build_handoff(settings: Settings, database: Callable[[], Database], clock: Clock) -> HandoffParts:
    """Return the parts over an operations store; raise `SettingInvalidError` where the file of shifts is wrong."""
    shifts = load_shifts(load_calendar(), settings.shifts_file or SHIFTS_FILE)
    tuning = Tuning.of(settings)
    return HandoffParts(
        queue=Queue(database, clock, shifts, tuning),
        presence=Presence(database, clock),
        contacts=Contacts(database, clock, shifts, tuning),
        mentions=Mentions(database, clock),
        clock=clock,
    )
