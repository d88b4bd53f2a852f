"""What is seen of Rasa's process: `/metrics`, `/readyz`, the turn's name in every line, a turn that was not done."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from bot.ops.logging import bind_turn
from bot.ops.metrics import CONTENT_TYPE, Stage, is_authorised, timed
from bot.rasa_runtime.figures import in_text
from bot.store.engine import check_writable

if TYPE_CHECKING:
    from sanic import Sanic
    from sanic.request import Request
    from sanic.response import HTTPResponse

    from bot.settings import Settings

_UNDONE: ContextVar[bool] = ContextVar("undone", default=False)

QUESTION = "/webhooks/rest/webhook"
SERVED_BY = "X-Served-By"
WITHIN_SECONDS = 2.5


def observe(app: Sanic, settings: Settings, figures: Path, parent: int) -> None:
    """Add all of them to Rasa's application, before it starts.

    figures: the folder in which its processes count (environment.py); parent: the one that has made them.
    """
    from rasa.core.processor import MessageProcessor
    from sanic.response import json, raw, text

    token, action_urls = settings.metrics_token, settings.action_urls if settings.actions == "http" else ()

    async def metrics(request: Request) -> HTTPResponse:
        if not is_authorised(request.headers.get("Authorization"), token):
            return text("", status=404)
        return raw(in_text(figures, parent), content_type=CONTENT_TYPE)

    async def ready(request: Request) -> HTTPResponse:
        parts = await components(request.app.ctx.agent, action_urls)
        return json(parts, status=200 if all(parts.values()) else 503)

    app.register_middleware(keep_model, "request")
    app.register_middleware(name_turn, "request")
    app.register_middleware(own_up, "response")
    app.register_middleware(say_who, "response")
    app.add_route(metrics, "/metrics")
    app.add_route(ready, "/readyz")
    MessageProcessor.parse_message = timed_parse(MessageProcessor.parse_message)


async def components(agent: Any, action_urls: tuple[str, ...]) -> dict[str, bool]:
    """Return which part works: the model, tracker store and locks, and an action server where there are some.

    While one does not, Rasa answers questions with nothing at all: the hub asks here, and keeps the question.
    """
    if agent is None or not agent.is_ready():
        return {"model": False}
    asked = {"tracker_store": _ask_tracker(agent.tracker_store), "lock_store": _ask_locks(agent.lock_store)}
    if action_urls:
        asked["action_server"] = _ask_any(action_urls)
    found = await asyncio.gather(*map(_answers, asked.values()))
    return {"model": True, **dict(zip(asked, found, strict=True))}


async def _answers(asked: Any) -> bool:
    try:
        await asyncio.wait_for(asked, WITHIN_SECONDS)
    except Exception:  # whatever it is, the answer is no
        return False
    return True


async def _ask_tracker(store: Any) -> None:
    """Raise where it is not reached. Rasa's fail-safe in front of it never does: it forgets, and goes on."""
    while hasattr(store, "_tracker_store"):
        store = store._tracker_store
    engine = getattr(store, "engine", None)
    if engine is None:
        await store.retrieve("ready")
    else:
        await asyncio.to_thread(check_writable, engine)


async def _ask_locks(store: Any) -> None:
    """Raise where no lock could be taken: a Redis that is full still answers."""
    await asyncio.to_thread(getattr(store, "check", lambda: store.get_lock("ready")))


async def _ask_any(action_urls: tuple[str, ...]) -> None:
    """Return as soon as one of them lives; raise where none does."""
    asking = [asyncio.create_task(_ask(url)) for url in action_urls]
    try:
        for answered in asyncio.as_completed(asking):
            with suppress(aiohttp.ClientError, OSError):
                return await answered
        raise ConnectionError("no action server answers")
    finally:
        for one in asking:
            one.cancel()


async def _ask(action_url: str) -> None:
    address = urlsplit(action_url)
    url = f"{address.scheme}://{address.netloc}/health"
    async with aiohttp.ClientSession(raise_for_status=True) as session, session.get(url):
        pass


async def keep_model(request: Request) -> HTTPResponse | None:
    """Rasa's API would change the model of the one process that is asked; a new one comes with a restart of all."""
    from sanic.response import text

    changes = request.path == "/model" and request.method in ("PUT", "DELETE")
    return text("restart Rasa to change its model", status=403) if changes else None


async def name_turn(request: Request) -> None:
    """The hub's question says which turn it belongs to; Sanic answers it in the same task."""
    bind_turn("")
    _UNDONE.set(False)
    if request.path == QUESTION and isinstance(request.json, dict):
        bind_turn((request.json.get("metadata") or {}).get("turn"))


def note_undone() -> None:
    """Say that an action of this turn could not be run anywhere."""
    _UNDONE.set(True)


def is_undone() -> bool:
    """Whether that was said of the turn that is being done."""
    return _UNDONE.get()


async def own_up(request: Request, _response: Any) -> HTTPResponse | None:
    """Rasa goes on without what an action would have said, and answers 200: then the hub would believe it.

    Told 503, it keeps the question and asks again.
    """
    from sanic.response import text

    return text("", status=503) if request.path == QUESTION and _UNDONE.get() else None


async def say_who(request: Request, response: Any) -> None:
    """An answer says which process gave it: the hub asks who has the least to do (bot/hub/least_busy.py)."""
    if request.path == QUESTION:
        response.headers[SERVED_BY] = f"{_host()}-{os.getpid()}"


OURS = (keep_model, name_turn, own_up, say_who)
"""All that is put around a request here; a question is answered without detours where nobody adds more."""


@cache
def _host() -> str:
    return socket.gethostname()


def timed_parse(parse: Any) -> Any:
    """Rasa's own reading of a message, timed."""

    async def parse_message(self: Any, *args: Any, **kwargs: Any) -> Any:
        with timed(Stage.UNDERSTANDING):
            return await parse(self, *args, **kwargs)

    return parse_message
