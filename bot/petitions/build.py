"""The desk from the settings, for commands and for the application."""

from __future__ import annotations

from pathlib import Path

from bot.ops.clock import Clock, SystemClock
from bot.petitions.commands import Desk, Out
from bot.petitions.communes import commune_codes, commune_name
from bot.petitions.desk import PetitionDesk
from bot.petitions.export import PetitionReports
from bot.petitions.photos import NoPhotos
from bot.petitions.routing import ROUTING_FILE, Routing, load_routing
from bot.petitions.views import Views
from bot.petitions.watching import PetitionWatch
from bot.settings import Settings
from bot.store.operations import OperationsStore
from knowledge.working_days import load_calendar


def routing_of(settings: Settings) -> Routing:
    """Return the routing that is set; raise `SettingInvalidError` where its file is wrong."""
    return load_routing(Path(settings.petition_routing or ROUTING_FILE), commune_name)


def build_desk(settings: Settings, out: Out, clock: Clock | None = None) -> tuple[Desk, OperationsStore]:
    """Return what commands work with, and the store to close after them."""
    clock, calendar, store = clock or SystemClock(), load_calendar(), OperationsStore(settings.database_url)
    routing, views = routing_of(settings), Views(calendar, settings.petition_reopen_days)
    desk = Desk(
        desk=PetitionDesk(store, clock, calendar, routing, NoPhotos()),
        watch=PetitionWatch(store, clock, calendar, routing, views, settings.petition_official),
        reports=PetitionReports(store, calendar),
        routing=routing,
        clock=clock,
        communes=commune_codes(),
        out=out,
    )
    return desk, store
