"""Files that an officer adds to a reply: read while they come, examined, and kept until the reply names them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import unquote

from aiohttp import ClientError, web

from bot.attachments.intake import refuse
from bot.attachments.models import MOST_BYTES, PhotoRefusal
from bot.console.access import hub_of, page, person_of
from bot.console.handing import find_handed
from bot.console.rendering import console_wording
from bot.errors import PhotoRefusedError
from bot.handoff.models import Request, RequestState
from bot.hub.officer_files import Named, clean_name
from bot.staff.models import Role

SILENCE_SECONDS = 30.0
_CHUNK = 64 * 1024


@page(Role.OFFICER)
async def add(request: web.Request) -> web.StreamResponse:
    """Take one file: the body is the file, the path its name on this device (sent again: kept once)."""
    handed = await find_handed(request)
    if not holds(handed, person_of(request).id):
        raise web.HTTPForbidden
    if not hub_of(request).files.reaches(handed.channel):
        return web.json_response({"text": said_of_file(refuse(PhotoRefusal.NOT_EXPECTED))}, status=422)
    try:
        data, upload_id = await _read(request), request.match_info["name"]
        kept = await hub_of(request).files.take(handed.conversation_id, upload_id, data)
    except PhotoRefusedError as error:
        return web.json_response({"text": said_of_file(error)}, status=422)
    name = clean_name(unquote(request.headers.get("X-File-Name", ""))[:300], kept.content_type)
    return web.json_response({"id": kept.id, "name": name, "size": kept.size})


def holds(handed: Request, person_id: str) -> bool:
    """Say whether somebody may add files: whoever holds the talk. Whether they arrive is the channel's matter."""
    return handed.state is RequestState.HELD and handed.officer_id == person_id


def named_files(values: Sequence[str]) -> list[Named]:
    """Return what the form's fields name: `id|name`."""
    parts = [value.partition("|") for value in values]
    return [Named(file_id, name) for file_id, _, name in parts if file_id]


def said_of_file(error: PhotoRefusedError) -> str:
    """What the officer reads about a file that is not taken."""
    return console_wording()(f"file_fault.{PhotoRefusal(error.context['reason']).value}")


async def _read(request: web.Request) -> bytes:
    """The body, counted while it comes: what is too big is not read to its end."""
    if (request.content_length or 0) > MOST_BYTES:
        raise refuse(PhotoRefusal.TOO_BIG)
    data = bytearray()
    try:
        while chunk := await asyncio.wait_for(request.content.read(_CHUNK), SILENCE_SECONDS):
            data += chunk
            if len(data) > MOST_BYTES:
                raise refuse(PhotoRefusal.TOO_BIG)
    except asyncio.TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    except (ConnectionError, ClientError) as error:
        raise web.HTTPBadRequest from error
    return bytes(data)


ROUTES = (web.put("/conversations/{id}/files/{name:[0-9a-f-]{36}}", add),)
