"""Composition root: the one place where real things are chosen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from bot.cases.answering import CaseAnswers
from bot.cases.desk import CaseDesk
from bot.cases.follows import Follows
from bot.cases.gateways.routing import build_gateways
from bot.cases.ratings import Ratings
from bot.cases.service import CaseService
from bot.cases.tries import Tries
from bot.ops.clock import Clock, SystemClock
from bot.ops.keys import load_key
from bot.settings import Settings
from bot.store.operations import OperationsStore
from knowledge.search.index_source import IndexSource
from knowledge.search.vectors import installed_encoder
from knowledge.store import CatalogueStore
from knowledge.working_days import load_calendar


@dataclass(frozen=True)
class Services:
    """What actions work with."""

    settings: Settings
    catalogue: CatalogueStore
    indexes: IndexSource
    clock: Clock
    operations: OperationsStore
    cases: CaseService
    case_answers: CaseAnswers
    follows: Follows
    ratings: Ratings

    async def close(self) -> None:
        """Give back what the case side holds: connections to the one-stop systems and to the operations store."""
        await self.cases.close()
        self.operations.close()


def build_services(settings: Settings) -> Services:
    """Return the real services for `settings`."""
    of = settings.catalogue
    catalogue = CatalogueStore(of.catalogue_url)
    encoder = installed_encoder() if of.vectors else None
    clock, operations = SystemClock(), OperationsStore(settings.database_url)
    gateways = build_gateways(settings.case_gateways, settings.case_tokens, clock)
    cases = CaseService(gateways, operations, Tries(load_key(settings.secret, settings.data_dir)), clock)
    indexes = IndexSource(catalogue, of.index_dir, encoder)
    desk = CaseDesk(operations, clock, load_calendar())
    return Services(
        settings,
        catalogue,
        indexes,
        clock,
        operations,
        cases,
        CaseAnswers(desk, clock, load_calendar()),
        Follows(operations, clock),
        Ratings(operations, clock),
    )


@lru_cache(maxsize=1)
def default_services() -> Services:
    """Return the services of this process, built on first use (Rasa makes actions without arguments)."""
    return build_services(Settings.from_env())
