"""Everything about staff, put together from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.ops.clock import Clock
from bot.ops.keys import load_key
from bot.settings import Settings
from bot.staff.audit import Audit
from bot.staff.keeping import StaffKeeping
from bot.staff.models import CITY
from bot.staff.passwords import Passwords
from bot.staff.people import People
from bot.staff.service import StaffService
from bot.staff.sessions import SessionLimits
from bot.staff.switches import Switches
from bot.staff.tables import STAFF_TRY
from bot.staff.totp import TotpSeal
from bot.staff.tuner import Tuner
from bot.store.engine import Database
from bot.store.tries import Tries
from bot.tuning.reading import Tuning
from knowledge.places import load_places


@dataclass(frozen=True)
class StaffParts:
    """What the console and the command line work with. proofs: counts the keys of people that led nowhere."""

    service: StaffService
    people: People
    audit: Audit
    switches: Switches
    tuner: Tuner
    keeping: StaffKeeping
    proofs: Tries


def build_staff(
    settings: Settings, database: Callable[[], Database], clock: Clock, limits: SessionLimits | None = None
) -> StaffParts:
    """Return the parts over an operations store."""
    passwords = Passwords()
    communes = load_places().by_code
    key, tuning = load_key(settings.secret, settings.data_dir), Tuning.of(settings)
    tries, seal = Tries(key, STAFF_TRY, "staff"), TotpSeal(key)
    return StaffParts(
        service=StaffService(database, clock, passwords, tries, seal, limits),
        people=People(database, clock, passwords, communes),
        audit=Audit(database, clock),
        switches=Switches(database, clock),
        tuner=Tuner(database, clock, tuning, {CITY, *communes}),
        keeping=StaffKeeping(database, clock, tries, seal, tuning),
        proofs=Tries(key, STAFF_TRY, "person"),
    )
