"""`python -m bot.rasa_runtime.server`: Rasa with the HTTP surface of `rasa run`, set up to be fast and discreet.

It differs from `rasa run --enable-api` in this: actions run in process (unless MOTCUA_ACTIONS=http), TensorFlow is left
out where config.yml does not need it, people's words stay out of the logs, it listens only on this machine and only
once it has answered a question, and MOTCUA_RASA_WORKERS processes serve, all of one loaded model (`workers.py`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from bot.errors import SettingInvalidError, StoreDownError
from bot.ops.jit import quicken
from bot.rasa_runtime.environment import keep_figures
from bot.rasa_runtime.lean_import import import_rasa
from bot.rasa_runtime.logs import configure_logging, take_over_sanic
from bot.rasa_runtime.model_files import find_newest_model
from bot.settings import Settings
from bot.supervisor.ports import busy_port_sentence, port_is_free
from knowledge.postgres import SERVING_SECONDS, give_up_after
from knowledge.settings import ROOT

if TYPE_CHECKING:
    from rasa.core.agent import Agent
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.endpoints import EndpointConfig
    from sanic import Sanic

LOOPBACK = "127.0.0.1"
SECONDS_TO_FINISH = 2.0
SECONDS_TO_STOP = 4.5
"""With what is given back after that; less than the supervisor's patience (bot/supervisor/supervisor.py)."""
BACKLOG = 100
BEAT_SECONDS = 1.0


def main(argv: list[str] | None = None) -> int:
    """Command line; 0 after an orderly stop, 1 without model or database, 2 for a wrong setting or a busy port."""
    parser = argparse.ArgumentParser(prog="python -m bot.rasa_runtime.server", description=__doc__)
    parser.add_argument("--model", type=Path, help="model file (default: the newest in MOTCUA_MODEL_DIR)")
    parser.add_argument("--interface", default=LOOPBACK, help="address to listen on (default: this machine only)")
    options = parser.parse_args(argv)
    try:
        settings = Settings.from_env()
        settings.require_shared_keys()
        quicken(settings.jit)
    except SettingInvalidError as error:
        return _fail(str(error), 2)
    model = options.model or find_newest_model(settings.model_dir)
    if model is None or not model.is_file():
        return _fail("There is no trained model yet. Run `make train`.", 1)
    if not port_is_free(options.interface, settings.rasa_port):
        return _busy(options.interface, settings)
    figures = keep_figures()
    try:
        return _start(settings, model, options.interface, figures)
    finally:
        shutil.rmtree(figures, ignore_errors=True)


def _start(settings: Settings, model: Path, interface: str, figures: Path) -> int:
    from bot.store.awaiting import AWAY, await_database  # its module counts, so `keep_figures` comes first

    configure_logging(settings.log_level)
    give_up_after(SERVING_SECONDS)
    try:  # Rasa's own waits for nothing: it would go on without tables, and forget every conversation
        await_database(settings.tracker_url, "MOTCUA_TRACKER_URL")
    except StoreDownError as error:
        return _fail(str(error), AWAY)
    signal.signal(signal.SIGTERM, _end)  # while it loads
    import_rasa(ROOT / "config.yml")
    return serve(settings, model, interface, figures)


def serve(settings: Settings, model: Path, interface: str, figures: Path) -> int:
    """Load the model, then have workers serve until this process is told to stop."""
    from bot.rasa_runtime.loading import build_endpoints, load_to_fork
    from bot.rasa_runtime.repeated import answer_once
    from bot.rasa_runtime.speedups import apply_speedups
    from bot.rasa_runtime.workers import Workers

    apply_speedups()
    answer_once()
    try:
        endpoints = build_endpoints(settings)
        door = bound(interface, settings.rasa_port)
    except OSError as error:
        return _fail(f"{error.strerror}: {error.filename or settings.rasa_port}", 2)
    agent = load_to_fork(model, endpoints)
    if agent is None:
        return 1
    app = build_app(settings, endpoints, agent, figures)
    door.listen(BACKLOG)
    run = partial(app.run, sock=door, backlog=BACKLOG, access_log=False, motd=False)
    return Workers(settings.rasa_workers, partial(_work, app, run), door, SECONDS_TO_STOP).watch()


def bound(interface: str, port: int) -> socket.socket:
    """Return a socket at that address that does not listen yet; raises OSError."""
    door = socket.socket(socket.AF_INET6 if ":" in interface else socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind((interface, port))
    return door


def build_app(settings: Settings, endpoints: AvailableEndpoints, agent: Agent, figures: Path) -> Sanic:
    """Return what each worker runs; made before they are, once."""
    import uvloop  # noqa: F401 - Sanic would load it in each worker by itself
    from rasa.core import run

    from bot.rasa_runtime.observing import observe
    from bot.rasa_runtime.quick_questions import answer_quickly

    channels = run.create_http_input_channels(None, str(ROOT / "credentials.yml"))
    app = run.configure_app(channels, enable_api=True, port=settings.rasa_port, endpoints=endpoints)
    take_over_sanic()
    observe(app, settings, figures, os.getpid())
    app.ctx.agent = agent
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = SECONDS_TO_FINISH
    app.register_listener(partial(open_event_broker, endpoints.event_broker), "before_server_start")
    app.register_listener(answer_quickly, "before_server_start")
    app.register_listener(run.close_resources, "after_server_stop")
    app.register_listener(partial(close_services, endpoints.action), "after_server_stop")
    return app


def _work(app: Sanic, run: partial[None], beat: Callable[[], None]) -> None:
    """What a worker does."""
    import numpy as np

    np.random.seed()  # else all would choose alike among the variants of a response
    app.add_task(_beat_on(beat))
    run()


async def _beat_on(beat: Callable[[], None]) -> None:
    while True:
        beat()
        await asyncio.sleep(BEAT_SECONDS)


async def open_event_broker(config: EndpointConfig | None, app: Sanic, loop: Any) -> None:
    """Give this worker's tracker stores, that of Rasa's fail-safe and the one behind it, a broker of its own."""
    from rasa.core.brokers.broker import EventBroker

    broker = await EventBroker.create(config, loop=loop)
    store = app.ctx.agent.tracker_store
    while store is not None:
        store.event_broker = broker
        store = getattr(store, "_tracker_store", None)


async def close_services(actions: Any, _app: Sanic, _: Any) -> None:
    """Give back what actions have opened in this process, and the connections to those that run elsewhere."""
    from bot.services import close_default_services

    if hasattr(actions, "close"):
        await actions.close()
    await close_default_services()


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _busy(interface: str, settings: Settings) -> int:
    return _fail(busy_port_sentence(interface, settings.rasa_port, "MOTCUA_RASA_PORT"), 2)


def _fail(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
