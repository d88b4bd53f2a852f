"""Forms as they are typed, and where one goes afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import NoReturn

from aiohttp import web

LONGEST_FIELD = 8000


async def typed(request: web.Request) -> Mapping[str, str]:
    """The form's fields; files are left out, and what is beyond the length of any field of ours."""
    fields = await request.post()
    return {name: _text(value) for name, value in fields.items() if isinstance(value, str)}


async def chosen(request: web.Request, name: str) -> list[str]:
    """All values of a field that may be there several times."""
    fields = await request.post()
    return [_text(value) for value in fields.getall(name, []) if isinstance(value, str)]


def done(address: str, what: str) -> NoReturn:
    """Go to a page that says what was done; loading it again repeats nothing."""
    raise web.HTTPSeeOther(f"{address}?done={what}")


def day_of(text: str) -> date | None:
    """The day that a date field holds; None where it holds none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def number_of(text: str) -> int | None:
    """A whole number; None where it is none that a database holds."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def new_key() -> str:
    """What makes a form one: sent twice, it is done once."""
    return str(uuid.uuid4())


def as_key(text: str) -> str:
    """A form's key as it came back; a new one where it is none."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return new_key()


def _text(value: str) -> str:
    """What a database can hold: no NUL, no halves of characters."""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")[:LONGEST_FIELD]
