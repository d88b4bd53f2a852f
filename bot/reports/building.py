"""Everything about reports, put together from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.handoff.shifts import SHIFTS_FILE, load_shifts
from bot.ops.clock import Clock
from bot.ops.keys import load_key
from bot.reports.counting import Counting
from bot.reports.late_sends import LateSends
from bot.reports.months import Months
from bot.reports.rounding import Rounding
from bot.settings import Settings
from bot.store.engine import Database
from knowledge.store import CatalogueStore
from knowledge.working_days import load_calendar


@dataclass(frozen=True)
class ReportParts:
    """Figures of periods and of months. licence: under which open data is given away, as the operator writes it.

    rounding: of what is taken away and may still change.
    """

    counting: Counting
    months: Months
    late: LateSends
    licence: str
    rounding: Rounding


def build_reports(settings: Settings, database: Callable[[], Database], clock: Clock) -> ReportParts:
    """Return the parts over an operations store; raise `SettingInvalidError` where the file of shifts is wrong."""
    calendar = load_calendar()
    shifts = load_shifts(calendar, settings.shifts_file or SHIFTS_FILE)
    catalogue = CatalogueStore(settings.catalogue.catalogue_url)
    counting = Counting(database, catalogue, clock, calendar, shifts)
    late = LateSends(database, calendar)
    rounding = Rounding(lambda: load_key(settings.secret, settings.data_dir))
    return ReportParts(counting, Months(database, counting, clock), late, settings.open_data_licence, rounding)
