"""Composition root: the one place where real things are chosen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.attachments.build import build_attachments
from bot.attachments.service import Attachments
from bot.cases.answering import CaseAnswers
from bot.cases.desk import CaseDesk
from bot.cases.follows import Follows
from bot.cases.gateways.routing import build_gateways
from bot.cases.ratings import Ratings
from bot.cases.service import CaseService
from bot.cases.tables import CASE_TRY
from bot.desk.build import DeskParts, build_desk
from bot.feedback.desk import FeedbackDesk
from bot.feedback.remarks import Remarks
from bot.feedback.retention import FeedbackRetention
from bot.feedback.surveys import Surveys
from bot.handoff.build import HandoffParts, build_handoff
from bot.ops.clock import Clock, SystemClock
from bot.ops.keys import load_key
from bot.petitions.build import PetitionParts, build_petitions
from bot.petitions.service import PetitionService
from bot.referrals.building import Referrals, build_referrals
from bot.reports.building import ReportParts, build_reports
from bot.settings import Settings
from bot.staff.build import StaffParts, build_staff
from bot.staff.keeping import StaffKeeping
from bot.staff.switches import Switches
from bot.store.engine import Database
from bot.store.operations import OperationsStore
from bot.store.tries import Tries
from bot.tuning.reading import TunedNow, Tuning
from bot.zalo.windows import Windows
from knowledge.store import CatalogueStore
from knowledge.working_days import load_calendar

if TYPE_CHECKING:
    from knowledge.search.index import ProcedureIndex
    from knowledge.search.index_source import IndexSource


@dataclass(frozen=True)
class CaseServices:
    """What jobs work with: dossiers and petitions, and what is remembered of them."""

    clock: Clock
    operations: OperationsStore
    cases: CaseService
    case_answers: CaseAnswers
    follows: Follows
    ratings: Ratings
    petitions: PetitionService
    petition_parts: PetitionParts
    attachments: Attachments
    surveys: Surveys
    feedback: FeedbackDesk
    remarks: Remarks
    feedback_retention: FeedbackRetention
    conversation_days: int
    tuned: TunedNow
    referrals: Referrals
    handoff: HandoffParts
    reports: ReportParts
    staff_keeping: StaffKeeping
    switches: Switches

    async def close(self) -> None:
        """Give back the connections to the one-stop systems and to the operations store."""
        await self.cases.close()
        self.operations.close()


class DeskIndexes:
    """The console's index. Its first search imports what searching needs: a hub starts without NumPy and SciPy."""

    def __init__(self, catalogue: CatalogueStore, folder: Path) -> None:
        self._catalogue, self._folder = catalogue, folder
        self._lock = threading.Lock()

    def current(self) -> ProcedureIndex:
        """Return the index of the catalogue as it is now."""
        with self._lock:
            source = self._source
        return source.current()

    @cached_property
    def _source(self) -> IndexSource:
        from knowledge.search.index_source import IndexSource

        return IndexSource(self._catalogue, self._folder, None, make=None)


@dataclass(frozen=True)
class DeskServices:
    """What the console works with."""

    clock: Clock
    staff: StaffParts
    petitions: PetitionParts
    cases: CaseDesk
    feedback: FeedbackDesk
    attachments: Attachments
    catalogue: CatalogueStore
    indexes: DeskIndexes
    desk: DeskParts
    referrals: Referrals
    reports: ReportParts
    zalo_windows: Windows
    stale_after_days: int


@dataclass(frozen=True)
class Services(CaseServices):
    """What actions work with: dossiers, and the catalogue."""

    settings: Settings
    catalogue: CatalogueStore
    indexes: IndexSource


def build_case_services(settings: Settings, clock: Clock | None = None) -> CaseServices:
    """Return the real services about dossiers, without the catalogue and its vectors."""
    return CaseServices(**_case_side(settings, clock or SystemClock()))


def build_desk_services(settings: Settings, database: Callable[[], Database], clock: Clock) -> DeskServices:
    """Return the real services of the console, on a database that somebody else opens and closes."""
    key = load_key(settings.secret, settings.data_dir)
    attachments = build_attachments(settings, database, clock)
    of, calendar = settings.catalogue, load_calendar()
    catalogue = CatalogueStore(of.catalogue_url)
    return DeskServices(
        clock=clock,
        staff=build_staff(settings, database, clock),
        petitions=build_petitions(settings, database, clock, key, attachments),
        cases=CaseDesk(database, clock, calendar),
        feedback=FeedbackDesk(database, clock),
        attachments=attachments,
        catalogue=catalogue,
        # Words and their vectors: the vectors of sentences are the assistant's process's, and too much for a hub.
        indexes=DeskIndexes(catalogue, of.index_dir),
        desk=build_desk(database, clock),
        referrals=build_referrals(database, clock, calendar, lambda: key, settings.teams_file),
        reports=build_reports(settings, database, clock),
        zalo_windows=Windows(database, clock),
        stale_after_days=of.stale_after_days,
    )


def build_services(settings: Settings) -> Services:
    """Return the real services for `settings`."""
    from knowledge.search.index_source import IndexSource
    from knowledge.search.vectors import installed_encoder

    of = settings.catalogue
    catalogue = CatalogueStore(of.catalogue_url)
    encoder = installed_encoder() if of.vectors else None
    indexes = IndexSource(catalogue, of.index_dir, encoder)
    return Services(settings=settings, catalogue=catalogue, indexes=indexes, **_case_side(settings, SystemClock()))


def _case_side(settings: Settings, clock: Clock) -> dict[str, Any]:
    operations, calendar = OperationsStore(settings.database_url), load_calendar()
    tuning = Tuning.of(settings)
    gateways = build_gateways(settings.case_gateways, settings.case_tokens, clock)
    key = load_key(settings.secret, settings.data_dir)
    attachments = build_attachments(settings, operations, clock)
    petitions = build_petitions(settings, operations, clock, key, attachments)
    return {
        "clock": clock,
        "operations": operations,
        "cases": CaseService(gateways, operations, Tries(key, CASE_TRY, "case"), clock),
        "case_answers": CaseAnswers(CaseDesk(operations, clock, calendar), clock, calendar),
        "follows": Follows(operations, clock),
        "ratings": Ratings(operations, clock),
        "petitions": petitions.service,
        "petition_parts": petitions,
        "attachments": attachments,
        "surveys": Surveys(operations),
        "feedback": FeedbackDesk(operations, clock),
        "remarks": Remarks(operations, clock),
        "feedback_retention": FeedbackRetention(operations, clock, tuning),
        "conversation_days": settings.conversation_kept_days,
        "tuned": TunedNow(operations, tuning),
        "handoff": build_handoff(settings, operations, clock),
        "reports": build_reports(settings, operations, clock),
        "switches": Switches(operations, clock),
        "staff_keeping": build_staff(settings, operations, clock).keeping,
        "referrals": build_referrals(
            operations, clock, calendar, lambda: load_key(settings.secret, settings.data_dir), settings.teams_file
        ),
    }


@lru_cache(maxsize=1)
def default_services() -> Services:
    """Return the services of this process, built on first use (Rasa makes actions without arguments)."""
    return build_services(Settings.from_env())


async def let_go_of_default_services() -> None:
    """Give their connections back, and keep what they have read: they open anew what they need again."""
    if default_services.cache_info().currsize:
        await default_services().close()


async def close_default_services() -> None:
    """Close this process's services, if any question has needed them."""
    if default_services.cache_info().currsize:
        await default_services().close()
        default_services.cache_clear()
