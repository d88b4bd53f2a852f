"""Templates: what each of them knows, and which parts of the console somebody is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web

from bot.console.access import ROOT, form_token, signed_in
from bot.ops.clock import CITY_TIME
from bot.staff.models import Role
from bot.staff.telling import staff_wording
from knowledge.formatting import day_text
from knowledge.wording import Wording, load_wording

HERE = Path(__file__).resolve().parent
WORDING_FILE = HERE / "wording.yml"


@dataclass(frozen=True)
class Part:
    """A part of the console in the navigation. roles: who is shown it."""

    name: str
    address: str
    roles: tuple[Role, ...] = ()


PARTS: Sequence[Part] = (
    Part("queue", f"{ROOT}/queue", (Role.OFFICER,)),
    Part("talks", f"{ROOT}/talks", (Role.OFFICER,)),
    Part("mentions", f"{ROOT}/mentions", (Role.OFFICER,)),
    Part("search", f"{ROOT}/search", (Role.OFFICER, Role.EDITOR)),
    Part("petitions", f"{ROOT}/petitions", (Role.OFFICER,)),
    Part("cases", f"{ROOT}/cases", (Role.OFFICER,)),
    Part("referrals", f"{ROOT}/referrals", (Role.OFFICER,)),
    Part("feedback", f"{ROOT}/feedback", (Role.OFFICER, Role.EDITOR)),
    Part("reports", f"{ROOT}/reports", (Role.OFFICER,)),
    Part("review", f"{ROOT}/review", (Role.REVIEWER,)),
    Part("replies", f"{ROOT}/replies", (Role.OFFICER,)),
    Part("people", f"{ROOT}/people", (Role.ADMINISTRATOR,)),
    Part("audit", f"{ROOT}/audit", (Role.ADMINISTRATOR,)),
    Part("settings", f"{ROOT}/settings", (Role.ADMINISTRATOR,)),
    Part("switches", f"{ROOT}/switches", (Role.ADMINISTRATOR,)),
    Part("approval", f"{ROOT}/approval", (Role.ADMINISTRATOR,)),
    Part("privacy", f"{ROOT}/privacy", (Role.ADMINISTRATOR,)),
    Part("account", f"{ROOT}/account"),
)


def console_wording() -> Wording:
    """The console's own words, read once."""
    return load_wording(WORDING_FILE)


def set_up(app: web.Application) -> None:
    """Have the application render the console's templates; whatever is put in is escaped."""
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"say": console_wording(), "staff_say": staff_wording(), "root": ROOT}
    environment.filters |= {"day": _day, "moment": moment_text}


def render(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """Return a page. Every template knows who is signed in, the parts they may open, and the form's token."""
    person = signed_in(request)
    free = person is not None and not person.must_change
    parts = [part for part in PARTS if free and person is not None and person.may(*part.roles)]
    known = {
        "person": person,
        "parts": parts,
        "csrf": form_token(request),
        "done": _done(request),
        "here": request.path,
        "now": request.get("began", 0),
    }
    text = aiohttp_jinja2.render_string(template, request, known | values)
    return web.Response(text=text, status=status, content_type="text/html")


def first_page(request: web.Request) -> str:
    """Where somebody begins."""
    person = signed_in(request)
    return next(part.address for part in PARTS if person is not None and person.may(*part.roles))


def _done(request: web.Request) -> str:
    """The sentence about what was just done: chosen from ours by its name, never words out of an address."""
    name = request.query.get("done", "")
    try:
        return console_wording()(f"done.{name}") if name.isidentifier() else ""
    except KeyError:
        return ""


def _day(day: date | None) -> str:
    return day_text(day) if day is not None else ""


def moment_text(moment: datetime | None) -> str:
    """A moment in the city's time, to the minute."""
    return f"{moment.astimezone(CITY_TIME):%d/%m/%Y %H:%M}" if moment is not None else ""
