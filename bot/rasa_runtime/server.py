"""`python -m bot.rasa_runtime.server`: Rasa with the HTTP surface of `rasa run`, set up to be fast and discreet.

It differs from `rasa run --enable-api` in this: actions run in process (unless MOTCUA_ACTIONS=http), TensorFlow is left
out where config.yml does not need it, people's words stay out of the logs, and it listens only on this machine and
only once it has answered a question.
"""

from __future__ import annotations

import argparse
import gc
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import SettingInvalidError, StoreDownError
from bot.ops.logging import EventLog
from bot.rasa_runtime.lean_import import import_rasa
from bot.rasa_runtime.logs import configure_logging, take_over_sanic
from bot.rasa_runtime.model_files import find_newest_model
from bot.settings import Settings
from bot.store.awaiting import AWAY, await_database
from bot.supervisor.ports import busy_port_sentence, port_is_free
from knowledge.settings import ROOT

if TYPE_CHECKING:
    from rasa.core.agent import Agent
    from rasa.core.lock_store import LockStore
    from rasa.core.utils import AvailableEndpoints
    from sanic import Sanic

log = EventLog("rasa")

LOOPBACK = "127.0.0.1"
WARM_UP_TEXTS = ("xin chào", "đăng ký tạm trú cần giấy tờ gì")
SECONDS_TO_FINISH = 2.0
REDIS_SECONDS = 2.0


def main(argv: list[str] | None = None) -> int:
    """Command line; 0 after an orderly stop, 1 without model or database, 2 for a wrong setting or a busy port."""
    parser = argparse.ArgumentParser(prog="python -m bot.rasa_runtime.server", description=__doc__)
    parser.add_argument("--model", type=Path, help="model file (default: the newest in MOTCUA_MODEL_DIR)")
    parser.add_argument("--interface", default=LOOPBACK, help="address to listen on (default: this machine only)")
    options = parser.parse_args(argv)
    try:
        settings = Settings.from_env()
        settings.require_shared_keys()
    except SettingInvalidError as error:
        return _fail(str(error), 2)
    model = options.model or find_newest_model(settings.model_dir)
    if model is None or not model.is_file():
        return _fail("There is no trained model yet. Run `make train`.", 1)
    if not port_is_free(options.interface, settings.rasa_port):
        return _fail(busy_port_sentence(options.interface, settings.rasa_port, "MOTCUA_RASA_PORT"), 2)
    configure_logging(settings.log_level)
    try:  # Rasa's own waits for nothing: it would go on without tables, and forget every conversation
        await_database(settings.tracker_url, "MOTCUA_TRACKER_URL")
    except StoreDownError as error:
        return _fail(str(error), AWAY)
    import_rasa(ROOT / "config.yml")
    return serve(settings, model, options.interface)


def serve(settings: Settings, model: Path, interface: str) -> int:
    """Run the server until it is told to stop."""
    from rasa.core import run
    from rasa.core.utils import number_of_sanic_workers

    from bot.rasa_runtime.observing import observe
    from bot.rasa_runtime.speedups import apply_speedups

    apply_speedups()
    endpoints = build_endpoints(settings)
    channels = run.create_http_input_channels(None, str(ROOT / "credentials.yml"))
    app = run.configure_app(channels, enable_api=True, port=settings.rasa_port, endpoints=endpoints)
    take_over_sanic()
    observe(app, settings)
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = SECONDS_TO_FINISH
    for listener in (partial(run.load_agent_on_start, str(model), endpoints, None), warm_up):
        app.register_listener(listener, "before_server_start")
    app.register_listener(run.close_resources, "after_server_stop")
    app.register_listener(partial(close_services, endpoints.action), "after_server_stop")
    workers = number_of_sanic_workers(endpoints.lock_store)
    app.run(host=interface, port=settings.rasa_port, workers=workers, access_log=False, motd=False)
    return 0 if getattr(app.ctx, "answered", False) or workers > 1 else 1


def build_endpoints(settings: Settings) -> AvailableEndpoints:
    """endpoints.yml, with the action endpoint that the settings choose."""
    from rasa.core.lock_store import LockStore
    from rasa.core.utils import AvailableEndpoints

    from bot.rasa_runtime.action_servers import ActionServers
    from bot.rasa_runtime.in_process_actions import InProcessActions

    endpoints = AvailableEndpoints.read_endpoints(str(settings.endpoints_file))
    endpoints.action = ActionServers(settings.action_urls) if settings.actions == "http" else InProcessActions()
    # As an object, not as its description, Rasa knows whether several workers may share it.
    endpoints.lock_store = shared_locks(settings) or LockStore.create(endpoints.lock_store)
    return endpoints


def shared_locks(settings: Settings) -> LockStore | None:
    """The locks in the Redis of MOTCUA_REDIS_URL; None where it is not set, and endpoints.yml decides."""
    if not settings.redis_url:
        return None
    from rasa.utils.endpoints import EndpointConfig
    from redis import Redis

    from bot.rasa_runtime.lock_store import QuickRedisLockStore

    store = QuickRedisLockStore(EndpointConfig(url="localhost", key_prefix="motcua"))
    store.red = Redis.from_url(settings.redis_url, socket_timeout=REDIS_SECONDS)
    return store


async def warm_up(app: Sanic, _: Any) -> None:
    """Answer two questions before listening, so that no citizen waits for what is loaded on first use."""
    from bot.rasa_runtime.in_process_actions import InProcessActions

    agent: Agent = app.ctx.agent
    if not agent.is_ready():
        log.error("model_not_loaded")
        raise SystemExit(1)
    if isinstance(agent.action_endpoint, InProcessActions):
        agent.action_endpoint.calls.load()
    await answer_aside(agent, WARM_UP_TEXTS)
    app.ctx.answered = True
    gc.collect()
    gc.freeze()  # what is loaded now lives as long as the process: later collections need not walk it
    log.info("rasa_ready", model=agent.model_name)


async def close_services(actions: Any, _app: Sanic, _: Any) -> None:
    """Give back what actions have opened in this process, and the connections to those that run elsewhere."""
    from bot.services import close_default_services

    if hasattr(actions, "close"):
        await actions.close()
    await close_default_services()


async def answer_aside(agent: Agent, texts: tuple[str, ...]) -> None:
    """Run turns that leave no trace in the tracker store or on the event broker."""
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
    from rasa.core.tracker_store import InMemoryTrackerStore

    processor: Any = agent.processor
    real_store = processor.tracker_store
    await real_store.retrieve("warm-up")  # opens the database
    processor.tracker_store = InMemoryTrackerStore(agent.domain)
    try:
        for text in texts:
            await processor.handle_message(UserMessage(text, CollectingOutputChannel(), "warm-up"))
    finally:
        processor.tracker_store = real_store


def _fail(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
