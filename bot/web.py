"""`python -m bot.web`: the hub's process. Widget, demo page, sockets, health."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Any

import uvloop
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.file_pages import FILE_PATH, FilePages
from bot.channels.linking import Linking
from bot.channels.web import WebChannel, WebLimits
from bot.channels.web_files import WebFiles
from bot.channels.web_guard import add_security_headers, last_resort
from bot.channels.web_links import WebLinks
from bot.channels.web_pages import Health, WidgetFiles
from bot.channels.web_photos import PhotoLimits, WebPhotos
from bot.channels.web_privacy import WebPrivacy
from bot.channels.zalo_build import ZaloParts, build_zalo
from bot.console.access import ROOT as DESK
from bot.console.app import add_console
from bot.errors import SettingInvalidError, StoreDownError
from bot.feedback.bottlenecks import learn_ahead
from bot.hub.build import HubParts, build_hub
from bot.jobs.registry import build_runner
from bot.jobs.runner import Job
from bot.monitoring.exposition import PATH as METRICS_PATH
from bot.monitoring.exposition import Metrics
from bot.ops.clock import Clock, SystemClock
from bot.ops.jit import quicken
from bot.ops.logging import EventLog, configure_logging
from bot.ops.one_write import send_in_one
from bot.ops.screening.screening import screen
from bot.privacy.correcting import Copies
from bot.privacy.desk import PrivacyDesk
from bot.privacy.ending import EndingUnderHold
from bot.privacy.notice import PATH as NOTICE_PATH
from bot.privacy.notice import NoticeFacts
from bot.services import CaseServices, build_case_services, build_desk_services
from bot.settings import Settings
from bot.staff.build import build_staff
from bot.staff.demo import make_sample_people
from bot.store.awaiting import AWAY, await_database
from bot.store.migrate import migrate
from bot.store.operations import OperationsStore
from knowledge.postgres import SERVING_SECONDS, give_up_after
from knowledge.working_days import load_calendar

log = EventLog("web")

LARGEST_REQUEST = 64 * 1024
SHUTDOWN_SECONDS = 2.0
BACKLOG = 512
LEARN_AFTER_SECONDS = 3.0
"""What is not needed yet is no part of a start."""
COLLECT_AT = 20_000
"""Objects more than at the last collection, after which the young ones are looked through."""
_LINK = r"{link:[\w.\-]{40,256}}"


def build_app(
    settings: Settings,
    clock: Clock | None = None,
    limits: WebLimits | None = None,
    photo_limits: PhotoLimits | None = None,
) -> web.Application:
    """The aiohttp application; the database must have been migrated."""
    clock = clock or SystemClock()
    parts = build_hub(settings, clock, keeps=EndingUnderHold(load_calendar()))
    links = WebLinks(parts.links, Linking(parts.hub, parts.links, parts.switches)) if settings.zalo.on else None
    channel = WebChannel(
        parts.hub, parts.photos, parts.feedback, parts.wording, settings.allowed_origins, limits, links
    )
    app = web.Application(middlewares=[last_resort(parts.wording)], client_max_size=LARGEST_REQUEST)
    app.on_response_prepare.append(add_security_headers)  # type: ignore[arg-type]
    app.on_response_prepare.append(send_in_one)  # type: ignore[arg-type]
    _add_routes(app, channel, WidgetFiles(allowed_origins=settings.allowed_origins), parts)
    _add_photo_routes(app, WebPhotos(parts.hub, parts.photos, settings.allowed_origins, photo_limits))
    _add_file_routes(app, WebFiles(parts.hub, parts.files, settings.allowed_origins))
    pages = FilePages(parts.hub, parts.files)
    app.router.add_get(FILE_PATH + _LINK, pages.show)
    app.router.add_post(FILE_PATH + _LINK, pages.give)
    desk = PrivacyDesk(lambda: parts.database, clock, load_calendar())
    copies = Copies(lambda: parts.database, clock)
    privacy = WebPrivacy(desk, NoticeFacts.of(settings), copies)
    app.router.add_get(NOTICE_PATH, privacy.notice)
    app.router.add_get(NOTICE_PATH + "/{secret}", privacy.get)
    app.router.add_post(NOTICE_PATH + "/{secret}", privacy.fetch)
    zalo = build_zalo(settings, parts, clock) if settings.zalo.on else None
    if zalo is not None:  # routes are tried in their order: for each event a hundred of the console's, were they first
        zalo.add_routes(app)
    add_console(app, build_desk_services(settings, lambda: parts.database, clock), parts)
    _follow_lifetime(app, channel, parts)
    if zalo is not None:
        _let_zalo_live(app, zalo)
    jobs = _run_jobs(app, build_case_services(settings, clock)) if settings.jobs else ()
    _add_metrics(app, settings, parts, clock, jobs)
    return app


def _add_metrics(app: web.Application, settings: Settings, parts: HubParts, clock: Clock, jobs: Sequence[Job]) -> None:
    catalogue = (settings.catalogue.catalogue_url, settings.catalogue.stale_after_days)
    metrics = Metrics(lambda: parts.database, clock, jobs, catalogue, settings.data_dir, settings.metrics_token)
    app.router.add_get(METRICS_PATH, metrics.handle)


def _add_routes(app: web.Application, channel: WebChannel, files: WidgetFiles, parts: HubParts) -> None:
    health = Health(parts.database, parts.assistant)
    app.router.add_get("/chat/ws", channel.handle)
    app.router.add_get("/", files.demo)
    app.router.add_get("/chat", files.chat)
    app.router.add_get("/widget.js", files.widget)
    app.router.add_get("/widget/{path:.+}", files.part)
    app.router.add_get("/healthz", health.live)
    app.router.add_get("/health", health.live)
    app.router.add_get("/readyz", health.ready)
    app.router.add_get("/readyz/traffic", health.traffic)


def _add_photo_routes(app: web.Application, photos: WebPhotos) -> None:
    resource = app.router.add_resource("/chat/photos/{name}")
    resource.add_route("OPTIONS", photos.preflight)
    resource.add_route("PUT", photos.put)
    resource.add_route("GET", photos.get)
    resource.add_route("DELETE", photos.delete)


def _add_file_routes(app: web.Application, files: WebFiles) -> None:
    resource = app.router.add_resource("/chat/files/{name:[a-z]{8,32}}")
    resource.add_route("OPTIONS", files.preflight)
    resource.add_route("POST", files.make_link)
    app.router.add_get(f"/chat/files/{_LINK}", files.download)


def _follow_lifetime(app: web.Application, channel: WebChannel, parts: HubParts) -> None:
    async def start(_app: web.Application) -> None:
        parts.start()

    async def close_sockets(_app: web.Application) -> None:
        await channel.close()

    async def stop(_app: web.Application) -> None:
        await parts.stop()

    # aiohttp 3.9 describes its signals' receivers wrongly to mypy.
    app.on_startup.append(start)  # type: ignore[arg-type]
    app.on_shutdown.append(close_sockets)  # type: ignore[arg-type]
    app.on_cleanup.append(stop)  # type: ignore[arg-type]


def _let_zalo_live(app: web.Application, zalo: ZaloParts) -> None:
    """Begins after the hub and ends before it."""

    async def start(_app: web.Application) -> None:
        await zalo.start()

    async def stop(_app: web.Application) -> None:
        await zalo.stop()

    app.on_startup.append(start)  # type: ignore[arg-type]
    app.on_shutdown.append(stop)  # type: ignore[arg-type]


def _run_jobs(app: web.Application, services: CaseServices) -> Sequence[Job]:
    """Have the jobs run beside the hub; they and their connections end with it. Returns them."""
    runner = build_runner(services)

    async def start(_app: web.Application) -> None:
        runner.start()

    async def stop(_app: web.Application) -> None:
        await runner.stop()
        await services.close()

    app.on_startup.append(start)  # type: ignore[arg-type]
    app.on_cleanup.append(stop)  # type: ignore[arg-type]
    return tuple(runner.jobs.values())


async def serve(settings: Settings, listener: socket.socket) -> None:
    """Run until asked to stop."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_log_stray)
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    runner = web.AppRunner(build_app(settings), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.SockSite(runner, listener, backlog=BACKLOG).start()
        _collect_seldom()
        loop.call_later(LEARN_AFTER_SECONDS, learn_ahead)
        log.info("listening", host=settings.web_host, port=settings.web_port)
        await stopping.wait()
        log.info("stopping")
    finally:
        await runner.cleanup()


def _collect_seldom() -> None:
    """Leave what is loaded now out of all later collections, and look for cycles only where many objects stay.

    A turn makes hundreds of objects that are gone with it; at Python's 700 the collector ran several times for each.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AT, 10, 10)


def listen(settings: Settings) -> socket.socket:
    """Take the port, before anything else is touched; raises `SettingInvalidError` naming the setting to change."""
    family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
    try:
        return socket.create_server((settings.web_host, settings.web_port), family=family, backlog=BACKLOG)
    except OSError as error:
        where = f"{settings.web_host}:{settings.web_port}"
        if error.errno == errno.EADDRINUSE:
            raise SettingInvalidError(f"{where} is in use: set MOTCUA_WEB_PORT to a free port") from error
        raise SettingInvalidError(
            f"cannot listen at {where} ({error.strerror}): set MOTCUA_WEB_HOST and MOTCUA_WEB_PORT"
        ) from error


def main() -> int:
    """Check, migrate, serve; 1 when the database does not come, 2 when a setting is to be changed."""
    os.umask(0o077)  # what citizens wrote is nobody else's on this machine
    try:
        settings = Settings.from_env()
        settings.require_shared_keys()
        quicken(settings.jit)
        configure_logging(settings.log_level)
        give_up_after(SERVING_SECONDS)
        await_database(settings.database_url, "MOTCUA_DATABASE_URL")  # nobody is let in while it is away
        screen("")  # reads its phrases, which at the first messages every thread of the database would do at once
        with listen(settings) as listener:
            _prepare(settings)
            if settings.desk_demo:
                asyncio.run(_show_sample_people(settings))
            uvloop.run(serve(settings, listener))
    except SettingInvalidError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except StoreDownError as error:
        sys.stderr.write(f"{error}\n")
        return AWAY
    return 0


def _prepare(settings: Settings) -> None:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        migrate(settings.database_url)
    except OSError as error:
        raise SettingInvalidError(f"cannot write to {error.filename}: set MOTCUA_DATA_DIR") from error
    except SQLAlchemyError as error:
        log.fault("migration_failed", error)
        raise SettingInvalidError("the database does not open: check MOTCUA_DATABASE_URL") from error


async def _show_sample_people(settings: Settings) -> None:
    """Print how the sample people sign in; raises `SettingInvalidError` where there are real people."""
    store = OperationsStore(settings.database_url)
    try:
        for one in await make_sample_people(build_staff(settings, store, SystemClock())):
            sys.stdout.write(f"{DESK}  {one.name}  {one.password}\n")
        sys.stdout.flush()
    finally:
        store.close()


def _log_stray(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if isinstance(error, BaseException):
        log.fault("stray_error", error)
    else:
        log.warning("stray_event", what=str(context.get("message", ""))[:100])


if __name__ == "__main__":
    sys.exit(main())
