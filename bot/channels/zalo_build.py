"""Puts the Zalo channel together from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from aiohttp import web

from bot.cases.follows import Follows
from bot.channels.linking import Linking
from bot.channels.zalo import WebhookRules, ZaloWebhook
from bot.channels.zalo_consent import TEMPLATES, ZaloConsent
from bot.channels.zalo_files import ZaloFiles
from bot.channels.zalo_intake import ZaloIntake
from bot.channels.zalo_links import LINK, ZaloLinks
from bot.channels.zalo_photos import ZaloPhotos
from bot.channels.zalo_places import PLACE, ZaloPlaces
from bot.channels.zalo_questions import ZaloQuestions
from bot.channels.zalo_wording import ZaloWording
from bot.channels.zalo_wordless import Wordless
from bot.channels.zalo_work import CHANNEL, ZaloWork
from bot.hub.build import HubParts, process_name
from bot.ops.clock import Clock
from bot.ops.keys import load_key
from bot.ops.sealing import Sealer
from bot.settings import Settings
from bot.staff.models import Feature
from bot.store.engine import Database, make_engine
from bot.zalo.agreements import Agreements
from bot.zalo.build import build_tokens
from bot.zalo.buttons import ButtonSigner
from bot.zalo.carrying import Carrying
from bot.zalo.client import ZaloClient, ZaloHosts
from bot.zalo.inbox import Inbox
from bot.zalo.media import HOSTS, Media
from bot.zalo.outbox import Outbox, Terms
from bot.zalo.people import People
from bot.zalo.sender import Sender
from bot.zalo.template_box import TemplateBox
from bot.zalo.template_sender import Off, TemplateSender
from bot.zalo.templates import Templates, load_templates

PATH = "/zalo/webhook"


@dataclass(frozen=True)
class ZaloParts:
    """The channel and what has to be started and stopped with it."""

    webhook: ZaloWebhook
    intake: ZaloIntake
    work: ZaloWork
    sender: Sender
    templates: TemplateSender | None
    client: ZaloClient
    door: Database

    def add_routes(self, app: web.Application) -> None:
        """Where Zalo reaches us."""
        app.router.add_get(PATH, self.webhook.probe)
        app.router.add_post(PATH, self.webhook.handle)

    async def start(self) -> None:
        """Begin to take in and to send."""
        await self.sender.start()
        self.work.start()
        await self.intake.start()
        if self.templates is not None:
            await self.templates.start()

    async def stop(self) -> None:
        """End; what is left is gone on with by the next process."""
        await self.intake.stop()
        await self.work.stop()
        await self.sender.stop()
        if self.templates is not None:
            await self.templates.stop()
        await self.client.close()
        self.door.close()


def build_zalo(settings: Settings, parts: HubParts, clock: Clock) -> ZaloParts:
    """The channel on the hub's database; nothing runs until `start`."""
    zalo, key, owner = settings.zalo, load_key(settings.secret, settings.data_dir), process_name(settings)
    sealer = Sealer(key, "zalo-message")
    client = ZaloClient(
        ZaloHosts(zalo.api_url, zalo.template_url, zalo.oauth_url), build_tokens(settings, parts.database, clock)
    )
    door = Database(make_engine(settings.database_url))  # Zalo waits two seconds: not behind all other work
    inbox = Inbox(lambda: parts.database, sealer, clock, owner)
    outbox = Outbox(lambda: parts.database, sealer, clock, owner)
    sender = Sender(outbox, client, clock, Terms(zalo.per_minute, zalo.paid))
    wording = ZaloWording.load()
    photos = ZaloPhotos(parts.photos, Media(zalo.media_hosts or HOSTS))
    places = ZaloPlaces(parts.hub, wording, clock)
    known: Templates = load_templates(zalo.templates_file) if zalo.templates_file else {}
    box = TemplateBox(lambda: parts.database, sealer, clock, known)
    off = partial(parts.switches.is_off, Feature.TEMPLATES)
    templates = TemplateSender(box, client, clock, zalo.per_minute, off=off) if known else None
    consent = _consent(parts, wording, clock, bool(known), off)
    links = ZaloLinks(parts.links, Linking(parts.hub, parts.links, parts.switches))
    work = ZaloWork(
        parts.hub,
        Wordless(parts.hub, photos, places, wording),
        ZaloQuestions(parts.hub, wording, {PLACE: places, LINK: links, TEMPLATES: consent}),
        links,
        consent,
        ZaloFiles(parts.hub, parts.files),
        frozenset(known),
        sender,
        People(lambda: parts.database, clock),
        ButtonSigner(key),
        wording,
        parts.wording,
        clock,
        zalo.buttons,
    )
    parts.carriers[CHANNEL] = Carrying(sender, work)
    rules = WebhookRules(zalo.app_id, zalo.oa_secret, timedelta(hours=zalo.replay_hours))
    intake = ZaloIntake(Inbox(lambda: door, sealer, clock, owner), inbox, work.deal_with)
    return ZaloParts(ZaloWebhook(intake.take_in, rules, clock), intake, work, sender, templates, client, door)


def _consent(parts: HubParts, wording: ZaloWording, clock: Clock, on: bool, off: Off) -> ZaloConsent:
    def database() -> Database:
        return parts.database

    return ZaloConsent(parts.hub, wording, Agreements(database, clock), Follows(database, clock), on, off)
