"""Puts the hub together from the settings."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection

from bot.approval.switches import ApprovalSwitches
from bot.attachments.build import build_attachments
from bot.attachments.intake import FOR_FILES, PhotoIntake
from bot.attachments.wording import PhotoWording
from bot.handoff.build import HandoffParts, build_handoff
from bot.hub.along import Carrier
from bot.hub.approvals import Approvals, ApprovalWatch
from bot.hub.conversations import ConversationStore, hold
from bot.hub.delivery import LocalDelivery
from bot.hub.desk_search import DeskSearch
from bot.hub.ending import Endings, Keeps
from bot.hub.feedback_effects import with_feedback
from bot.hub.forgetting import FORGETTING
from bot.hub.handoff_effects import HandoffEffects
from bot.hub.holding import Holding
from bot.hub.hub import Hub
from bot.hub.hub_feedback import HubFeedback
from bot.hub.limits import PER_CONVERSATION, RateLimiter
from bot.hub.memory import TrackerMemory
from bot.hub.officer_files import OfficerFiles
from bot.hub.ownership import QUEUE_TOPIC, Ownership, topic_of
from bot.hub.photos import HubPhotos
from bot.hub.rasa_client import RasaClient
from bot.hub.side_notes import SideNotes
from bot.hub.tokens import Tokens
from bot.hub.transcripts import Transcripts
from bot.hub.turn_facts import with_facts
from bot.hub.turn_store import TurnStore
from bot.hub.turns import SwitchedOff, Turns
from bot.hub.watch import StoreWatch
from bot.hub.wording import Wording
from bot.links.service import Links
from bot.ops.clock import Clock
from bot.ops.keys import load_key
from bot.settings import Settings
from bot.staff.models import Feature
from bot.staff.switches import Switches
from bot.store.engine import Database, make_engine

if TYPE_CHECKING:
    from bot.hub.fan_out import RedisDelivery


@dataclass(frozen=True)
class HubParts:
    """The hub and what has to be started, asked for health and stopped with it."""

    hub: Hub
    photos: HubPhotos
    files: OfficerFiles
    feedback: HubFeedback
    wording: Wording
    handoff: HandoffParts
    ownership: Ownership
    approvals: Approvals
    approval_switches: ApprovalSwitches
    approval_watch: ApprovalWatch
    switches: Switches
    database: Database
    trackers: Database
    assistant: RasaClient
    turns: Turns
    carriers: dict[str, Carrier]
    watch: StoreWatch
    transcripts: Transcripts
    search: DeskSearch
    links: Links
    fan_out: RedisDelivery | None = None

    def start(self) -> None:
        """Begin to work: answer what is pending, watch the store."""
        if self.fan_out is not None:
            self.fan_out.start()
        self.turns.start()
        self.watch.start()
        self.approval_watch.start()

    async def stop(self) -> None:
        """Finish what is being done, and give everything back."""
        await self.approval_watch.stop()
        await self.watch.stop()
        await self.turns.stop()
        if self.fan_out is not None:
            await self.fan_out.stop()
        await self.assistant.close()
        self.trackers.close()
        self.database.close()


def _fan_out(settings: Settings) -> RedisDelivery | None:
    if not settings.redis_url:
        return None
    from bot.hub.fan_out import RedisDelivery  # only here: a hub on its own starts sooner without Redis' client

    return RedisDelivery(settings.redis_url)


def build_hub(settings: Settings, clock: Clock, keeps: Keeps | None = None) -> HubParts:
    """The hub on the real database and the real Rasa; nothing runs until `start`.

    keeps: which conversations may not be erased, and what their citizens read then.

    Officers' pages listen by setting `ownership.changed`, channels carry answers by adding to `carriers`.
    """
    database = Database(make_engine(settings.database_url))
    store = ConversationStore(database, clock, FORGETTING)
    fan_out = _fan_out(settings)
    delivery = fan_out or LocalDelivery()
    handoff = build_handoff(settings, lambda: database, clock)
    ownership = Ownership(lambda: database, clock, handoff.queue, delivery, _nobody_listens)
    wording = Wording.load()
    assistant = RasaClient(settings.rasa_url)
    trackers = Database(make_engine(settings.tracker_url))
    switches = Switches(lambda: database, clock)
    feedback_effects = partial(with_feedback, tuning=handoff.queue.tuning, switches=switches)
    along = with_facts(HandoffEffects(ownership.steps, feedback_effects, switches))
    holding = Holding(handoff.queue, settings.approval_seconds)
    carriers: dict[str, Carrier] = {}
    turn_store = TurnStore(database, clock, process_name(settings), along=along, holds=holding, carriers=carriers)
    approvals = Approvals(lambda: database, clock, holding, along, delivery, _tells(ownership))
    memory = TrackerMemory(assistant, trackers)
    turns = Turns(turn_store, assistant, memory, delivery, wording, switched_off=_when_off(switches))
    key = load_key(settings.secret, settings.data_dir)
    tokens = Tokens(key, clock)
    notes, endings = SideNotes(database, clock), Endings(database, clock, store, keeps or _nothing_is_kept)
    hub = Hub(store, tokens, delivery, turns, RateLimiter(PER_CONVERSATION), notes, ownership, endings)
    attachments = build_attachments(settings, lambda: database, clock)
    photos = HubPhotos(hub, store, database, attachments, PhotoIntake(), PhotoWording.load(), clock, switches)
    files = OfficerFiles(store, database, attachments, PhotoIntake(FOR_FILES), key, clock, settings.public_url)
    feedback = HubFeedback(database, clock, assistant, delivery, handoff.queue, switches)
    return HubParts(
        hub=hub,
        photos=photos,
        files=files,
        feedback=feedback,
        wording=wording,
        handoff=handoff,
        ownership=ownership,
        approvals=approvals,
        approval_switches=ApprovalSwitches(lambda: database, clock),
        approval_watch=ApprovalWatch(approvals, _when_off(switches)),
        switches=switches,
        database=database,
        trackers=trackers,
        assistant=assistant,
        turns=turns,
        carriers=carriers,
        watch=StoreWatch(store, delivery, ownership.queue),
        transcripts=Transcripts(database),
        search=DeskSearch(lambda: database),
        links=Links(lambda: database, clock, key, hold),
        fan_out=fan_out,
    )


def _nobody_listens(topic: str) -> None:
    """No page of officers in this process."""


def _tells(ownership: Ownership) -> Callable[[str], None]:
    """Whoever listens to `ownership.changed` then; it is set after this."""

    def tell(conversation_id: str) -> None:
        ownership.changed(QUEUE_TOPIC)
        ownership.changed(topic_of(conversation_id))

    return tell


def _when_off(switches: Switches) -> SwitchedOff:
    async def ask() -> str | None:
        return await switches.is_off(Feature.ASSISTANT)

    return ask


def process_name(settings: Settings) -> str:
    """This process among all hubs. The same after a restart, so that it takes its own leases back at once.

    Only one process can listen at an address, and no hub works before it listens.
    """
    return f"{socket.gethostname()}/{settings.web_host}:{settings.web_port}"[:128]


def _nothing_is_kept(_connection: Connection, _conversation_id: str, _now: datetime) -> None:
    return None
