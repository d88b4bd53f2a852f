"""`python -m bot.rasa_runtime.action_server`: custom actions in a process of their own (MOTCUA_ACTIONS=http).

Speaks what `rasa run actions` speaks, and differs in this: an action's bug becomes a kind answer with a reference, as
in process; logs carry the turn's name and nobody's words; there are figures for Prometheus. It holds no Rasa.
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from urllib.parse import urlsplit

from aiohttp import web
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.errors import SettingInvalidError
from bot.ops.jit import quicken
from bot.ops.logging import EventLog, configure_logging
from bot.ops.metrics import CONTENT_TYPE, in_text, is_authorised
from bot.rasa_runtime.action_calls import ActionCalls
from bot.rasa_runtime.environment import prepare_environment
from bot.services import close_default_services
from bot.settings import Settings
from bot.supervisor.ports import busy_port_sentence, port_is_free
from knowledge.postgres import SERVING_SECONDS, give_up_after

log = EventLog("actions")

LOOPBACK = "127.0.0.1"
LARGEST_CALL = 32 * 1024 * 1024
"""A tracker with its domain, as Rasa sends it."""


class ActionServer:
    """What the application answers."""

    def __init__(self, calls: ActionCalls, token: str) -> None:
        """token: who may read the figures; empty for nobody."""
        self._calls = calls
        self._token = token

    async def webhook(self, request: web.Request) -> web.Response:
        """Run one action."""
        try:
            call = await request.json()
        except ValueError:
            return web.json_response({"error": "not JSON"}, status=400)
        if not isinstance(call, dict):
            return web.json_response({"error": "not an object"}, status=400)
        try:
            return web.json_response(await self._calls.run(call))
        except ActionExecutionRejection as error:
            return web.json_response({"error": error.message, "action_name": error.action_name}, status=400)

    async def health(self, _request: web.Request) -> web.Response:
        """The process runs."""
        return web.json_response({"status": "ok"})

    async def names(self, _request: web.Request) -> web.Response:
        """The actions there are."""
        return web.json_response([{"name": name} for name in self._calls.executor.actions])

    async def metrics(self, request: web.Request) -> web.Response:
        """Figures for Prometheus."""
        if not is_authorised(request.headers.get("Authorization"), self._token):
            raise web.HTTPNotFound
        return web.Response(body=in_text(), headers={"Content-Type": CONTENT_TYPE})


def build_app(calls: ActionCalls, token: str) -> web.Application:
    """Return the application: `POST /webhook`, `GET /health`, `GET /actions`, `GET /metrics`."""
    server = ActionServer(calls, token)
    app = web.Application(client_max_size=LARGEST_CALL)
    app.router.add_post("/webhook", server.webhook)
    for path, handler in (("/health", server.health), ("/actions", server.names), ("/metrics", server.metrics)):
        app.router.add_get(path, handler)
    app.on_cleanup.append(_close)  # type: ignore[arg-type]
    return app


async def _load(calls: ActionCalls, _app: web.Application) -> None:
    calls.load()  # it listens afterwards, so nobody is kept waiting


async def _close(_app: web.Application) -> None:
    await close_default_services()


def main(argv: list[str] | None = None) -> int:
    """Command line; 2 for a wrong setting or a busy port."""
    parser = argparse.ArgumentParser(prog="python -m bot.rasa_runtime.action_server", description=__doc__)
    parser.add_argument("--interface", default=LOOPBACK, help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, help="default: the port of the first in MOTCUA_ACTIONS_URL")
    options = parser.parse_args(argv)
    os.umask(0o077)
    prepare_environment()
    try:
        settings = Settings.from_env()
        settings.require_shared_keys()
        quicken(settings.jit)
    except SettingInvalidError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    give_up_after(SERVING_SECONDS)
    port = options.port or urlsplit(settings.action_urls[0]).port or 5055
    if not port_is_free(options.interface, port):
        sys.stderr.write(busy_port_sentence(options.interface, port, "MOTCUA_ACTIONS_URL") + "\n")
        return 2
    configure_logging(settings.log_level)
    calls = ActionCalls()
    app = build_app(calls, settings.metrics_token)
    app.on_startup.append(partial(_load, calls))
    log.info("listening", host=options.interface, port=port)
    web.run_app(app, host=options.interface, port=port, access_log=None, print=None, shutdown_timeout=2.0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
