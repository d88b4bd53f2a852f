"""Everything that is counted for a period, in one reading of the operations store and one of the catalogue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from bot.feedback.bottlenecks import bottlenecks
from bot.handoff.models import CITY_UNIT
from bot.handoff.shifts import Shifts
from bot.ops.clock import Clock, city_date
from bot.ops.logging import EventLog
from bot.petitions.communes import commune_name
from bot.reports.count_cases import UNKNOWN_UNIT, count_cases
from bot.reports.count_catalogue import count_catalogue
from bot.reports.count_handoffs import count_handoffs
from bot.reports.count_hardest import count_hardest
from bot.reports.count_opinions import count_opinions, opinions_of
from bot.reports.count_petitions import count_petitions, procedures_petitioned, unit_names
from bot.reports.count_talks import count_talks, tally
from bot.reports.count_teams import count_teams
from bot.reports.facts import facts_of_days
from bot.reports.periods import CITY, Scope, Span
from bot.reports.sessions import RETURN_WITHIN, sessions_of
from bot.reports.tallies import Values
from bot.reports.words import report_wording
from bot.store.engine import Database
from knowledge.errors import CatalogueUnreadableError, ProcedureUnknownError
from knowledge.store import CatalogueStore
from knowledge.working_days import Calendar

log = EventLog("reports")


@dataclass(frozen=True)
class Counted:
    """What was counted. names: kind of name (unit, procedure, bottleneck) → code → name at the time of the count.

    without_catalogue: the catalogue could not be read, so that section is empty.
    """

    values: Values
    names: dict[str, dict[str, str]]
    without_catalogue: bool = False


@dataclass(frozen=True)
class Counting:
    """Counts periods. Sections about the talk with the assistant are the whole city's; see `of_units`."""

    database: Callable[[], Database]
    catalogue: CatalogueStore
    clock: Clock
    calendar: Calendar
    shifts: Shifts

    async def count(self, span: Span) -> Counted:
        """Count everything for the whole city."""
        values, units = await self.database().snapshot(self._operations, span)
        today = city_date(self.clock.now())
        catalogue = await asyncio.to_thread(self._catalogue, span, today)
        codes = [row["key"] for row in values["hardest"]]
        titles = await asyncio.to_thread(self._titles, codes)
        names = {
            **_names(units),
            "procedure": titles,
            "bottleneck": {code: one.name for code, one in bottlenecks().items()},
        }
        return Counted({**values, **(catalogue or {})}, names, without_catalogue=catalogue is None)

    async def of_units(self, span: Span, scope: Scope) -> Counted:
        """Count what belongs to units: hand-offs, petitions, late dossiers, requests to the teams."""
        values, units = await self.database().run(self._units, span, scope)
        return Counted(values, _names(units))

    def _operations(self, connection: Connection, span: Span) -> tuple[Values, dict[str, str]]:
        until = span.until + RETURN_WITHIN + timedelta(days=1)
        facts = facts_of_days(connection, span.since, until, streamed=True)
        talks = tally(one for one in sessions_of(facts) if span.since <= one.day <= span.until)
        opinions = opinions_of(connection, span)
        by_unit, names = self._units(connection, span, CITY)
        petitioned = procedures_petitioned(connection, span)
        values = {
            **count_talks(talks, span),
            **by_unit,
            **count_opinions(connection, span, opinions),
            "hardest": count_hardest(talks, opinions, petitioned),
        }
        return values, names

    def _units(self, connection: Connection, span: Span, scope: Scope) -> tuple[Values, dict[str, str]]:
        values = {
            **count_handoffs(connection, span, scope, self.shifts),
            **count_petitions(connection, span, scope, self.calendar),
            **count_cases(connection, span, scope),
            **count_teams(connection, span, scope),
        }
        return values, _unit_names(values, unit_names(connection, span))

    def _catalogue(self, span: Span, today: date) -> Values | None:
        try:
            return count_catalogue(self.catalogue, self.calendar, span, today)
        except CatalogueUnreadableError as error:
            log.warning("catalogue_unreadable", code=error.code, reason=str(error))
            return None

    def _titles(self, codes: Iterable[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for code in codes:
            try:
                found[code] = self.catalogue.get(code).title
            except (CatalogueUnreadableError, ProcedureUnknownError):
                found[code] = ""
        return found


def _names(units: dict[str, str]) -> dict[str, dict[str, str]]:
    return {"unit": units, "text": {UNKNOWN_UNIT: units[UNKNOWN_UNIT]}}


def _unit_names(values: dict[str, Any], petitions: dict[str, str]) -> dict[str, str]:
    """Return the name of every unit that some table counts."""
    codes = [*values["handoffs_by_unit"], *values["referrals_by_unit"]]
    names = {code: _capital(commune_name(code)) or code for code in codes}
    names |= {
        code: petitions.get(code, code)
        for key in ("petitions_by_unit", "petitions_late_by_unit")
        for code in values[key]
    }
    say = report_wording()
    return names | {CITY_UNIT: say("unit.city"), UNKNOWN_UNIT: say("unit.unknown")}


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
