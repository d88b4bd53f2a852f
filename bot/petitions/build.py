"""Everything about petitions, put together from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.attachments.build import build_attachments
from bot.attachments.service import Attachments
from bot.ops.clock import Clock
from bot.petitions.catalogue_facts import CatalogueFacts
from bot.petitions.communes import commune_name
from bot.petitions.correcting import PetitionCorrections
from bot.petitions.desk import PetitionDesk
from bot.petitions.export import PetitionReports
from bot.petitions.photos import Photos
from bot.petitions.retention import PetitionRetention
from bot.petitions.routing import ROUTING_FILE, Routing, load_routing
from bot.petitions.service import PetitionPolicy, PetitionService
from bot.petitions.tables import PETITION_TRY
from bot.petitions.views import Views
from bot.petitions.watching import PetitionWatch
from bot.settings import Settings
from bot.store.engine import Database
from bot.store.tries import Tries
from knowledge.working_days import load_calendar


@dataclass(frozen=True)
class PetitionParts:
    """What citizens, officers, jobs and reports work with."""

    service: PetitionService
    desk: PetitionDesk
    watch: PetitionWatch
    retention: PetitionRetention
    corrections: PetitionCorrections
    reports: PetitionReports
    routing: Routing
    views: Views


def build_petitions(
    settings: Settings,
    database: Callable[[], Database],
    clock: Clock,
    key: bytes,
    attachments: Attachments | None = None,
) -> PetitionParts:
    """Return the parts over an operations store; raise `SettingInvalidError` where the routing's file is wrong.

    key: what look-ups and contacts are hashed with. attachments: made from the settings where they are not given.
    """
    calendar = load_calendar()
    photos = Photos(attachments or build_attachments(settings, database, clock))
    routing = load_routing(Path(settings.petition_routing or ROUTING_FILE), commune_name)
    policy = PetitionPolicy(settings.petition_official, settings.petition_reopen_days)
    tries, views = Tries(key, PETITION_TRY, "petition"), Views(calendar, policy.reopen_days)
    facts = CatalogueFacts(settings.catalogue.catalogue_url)
    return PetitionParts(
        service=PetitionService(database, clock, calendar, routing, tries, facts, policy, photos),
        desk=PetitionDesk(database, clock, calendar, routing, photos),
        watch=PetitionWatch(database, clock, calendar, routing, views, policy.official),
        retention=PetitionRetention(database, clock, photos),
        corrections=PetitionCorrections(lambda contact: tries.hash_of("contact", contact)),
        reports=PetitionReports(database, calendar),
        routing=routing,
        views=views,
    )
