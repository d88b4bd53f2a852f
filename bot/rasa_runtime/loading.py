"""Loads Rasa and its model into a process that is then forked, and gives back what must not cross a fork.

Connections, threads and whatever hangs on an event loop belong to one process. All of them are opened again where they
are needed for the first time.
"""

from __future__ import annotations

import asyncio
import gc
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
from rasa.core.agent import load_agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore, LockStore
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.core.utils import AvailableEndpoints
from sqlalchemy.engine import Connection, Engine

from bot.ops.logging import EventLog
from bot.rasa_runtime.action_servers import ActionServers
from bot.rasa_runtime.in_process_actions import InProcessActions
from bot.rasa_runtime.machine_locks import FILE, MachineLockStore
from bot.services import let_go_of_default_services
from bot.settings import Settings

if TYPE_CHECKING:
    from rasa.core.agent import Agent

log = EventLog("rasa")

WARM_UP_TEXTS = ("xin chào", "đăng ký tạm trú cần giấy tờ gì")
REDIS_SECONDS = 2.0
COLLECTED_AFTER = (20_000, 20, 50)
"""Python looks for garbage after so many new objects, by default after 700. What a turn makes, it also lets go."""


def build_endpoints(settings: Settings) -> AvailableEndpoints:
    """endpoints.yml, with the action endpoint and the locks that the settings choose."""
    endpoints = AvailableEndpoints.read_endpoints(str(settings.endpoints_file))
    endpoints.action = ActionServers(settings.action_urls) if settings.actions == "http" else InProcessActions()
    endpoints.lock_store = shared_locks(settings) or _own_locks(settings, LockStore.create(endpoints.lock_store))
    endpoints.model = None  # the model is the file: one that is fetched later would be in one process only
    return endpoints


def _own_locks(settings: Settings, store: LockStore) -> LockStore:
    """Those of endpoints.yml; in memory they hold in one process only, so that several have them in a file."""
    if settings.rasa_workers == 1 or not isinstance(store, InMemoryLockStore):
        return store
    return MachineLockStore(settings.data_dir / FILE)


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


def load_to_fork(model: Path, endpoints: AvailableEndpoints) -> Agent | None:
    """Load the model and answer two questions, so that no citizen waits for what is loaded on first use.

    None where the model cannot be loaded. The event broker is each worker's own: it lives in an event loop.
    """
    broker, endpoints.event_broker = endpoints.event_broker, None
    agent = asyncio.run(_load(model, endpoints))
    endpoints.event_broker = broker
    if agent is not None:
        give_back()
        gc.collect()
        gc.freeze()  # what is loaded lives as long as the processes: no collection needs to walk it, and copy its pages
        gc.set_threshold(*COLLECTED_AFTER)
        log.info("rasa_ready", model=agent.model_name)
    return agent


async def _load(model: Path, endpoints: AvailableEndpoints) -> Agent | None:
    agent = await load_agent(model_path=str(model), endpoints=endpoints)
    if not agent.is_ready():
        log.error("model_not_loaded")
        return None
    if isinstance(agent.action_endpoint, InProcessActions):
        agent.action_endpoint.calls.load()
    await answer_aside(agent, WARM_UP_TEXTS)
    if isinstance(agent.action_endpoint, ActionServers):
        await agent.action_endpoint.close()
    await let_go_of_default_services()
    return agent


async def answer_aside(agent: Agent, texts: tuple[str, ...]) -> None:
    """Run turns that leave no trace in the tracker store or on the event broker."""
    processor: Any = agent.processor
    real_store = processor.tracker_store
    await real_store.retrieve("warm-up")  # opens the database
    processor.tracker_store = InMemoryTrackerStore(agent.domain)
    try:
        for text in texts:
            await processor.handle_message(UserMessage(text, CollectingOutputChannel(), "warm-up"))
    finally:
        processor.tracker_store = real_store


def give_back() -> None:
    """Close all connections to databases, whoever has opened them; say what is left that a fork would break."""
    things = gc.get_objects()
    for kept in [thing for thing in things if isinstance(thing, Connection)]:
        kept.close()
    for thing in things:
        if isinstance(thing, Engine):
            thing.dispose()
        elif isinstance(thing, aiohttp.ClientSession) and not thing.closed:
            log.error("session_open_at_fork", session=type(thing).__name__)
    threads = sorted(thread.name for thread in threading.enumerate() if thread is not threading.main_thread())
    if threads:
        log.error("threads_at_fork", threads=threads)
