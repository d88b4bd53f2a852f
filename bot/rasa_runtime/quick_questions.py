"""A question to the REST channel without what Sanic does around each request: routing, middleware, CORS.

Sanic reads the request, the channel's own handler answers it, and what `observing.py` adds is the same. Whatever is not
a plain question (other paths, a query, a page in a browser, which sends its Origin) goes Sanic's way.
"""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.response import BaseHTTPResponse

from bot.ops import quick_json
from bot.rasa_runtime.observing import OURS, QUESTION, name_turn, own_up, say_who

if TYPE_CHECKING:
    from sanic.request import Request

_CORS = "sanic_cors.extension"
_ADDRESS = QUESTION.encode()
_WRITE: Callable[[Any], Any] = BaseHTTPResponse._dumps
Handler = Callable[..., Awaitable[Any]]


async def answer_quickly(app: Sanic, _: Any = None) -> None:
    """`before_server_start`: put it in place, where nobody else wants to see requests and answers."""
    writer: Any = BaseHTTPResponse
    writer._dumps = _write
    if any(map(_is_foreign, (*app.request_middleware, *app.response_middleware))):
        return
    try:
        route, receive, _ = app.router.get(QUESTION, "POST", None)
    except SanicException:  # this Rasa has no REST channel
        return
    kind: Any = Sanic
    ordinary = kind.handle_request

    async def handle_request(app: Sanic, request: Request) -> None:
        if request.raw_url != _ADDRESS or request.method != "POST" or "origin" in request.headers:
            return await ordinary(app, request)
        request.route = route
        try:
            await _answer(request, receive)
        except CancelledError:
            raise
        except Exception as error:  # as Sanic does
            await app.handle_exception(request, error)

    kind.handle_request = handle_request  # each connection takes it from there when it is made


async def _answer(request: Request, receive: Handler) -> None:
    await request.receive_body()
    await name_turn(request)
    response = await receive(request)
    await say_who(request, response)
    response = await own_up(request, response) or response
    stream: Any = request.stream
    stream.respond(response)
    request.responded = True
    await response.send(end_stream=True)


def _is_foreign(middleware: Any) -> bool:
    return middleware not in OURS and getattr(middleware, "__module__", None) != _CORS


def _write(value: Any, **options: Any) -> Any:
    """Answers are UTF-8 and no longer half of them escapes; what orjson does not take, Sanic writes as ever."""
    if options:
        return _WRITE(value, **options)
    try:
        return quick_json.write(value)
    except (TypeError, ValueError):
        return _WRITE(value)
