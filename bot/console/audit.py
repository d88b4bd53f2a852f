"""The audit, for administrators; that it was read stands in it, too."""

from __future__ import annotations

from aiohttp import web

from bot.console.access import page, person_of, services
from bot.console.forms import day_of, number_of
from bot.console.rendering import render
from bot.staff.audit import PAGE, AuditFilter
from bot.staff.models import Deed, Role


@page(Role.ADMINISTRATOR)
async def listed(request: web.Request) -> web.StreamResponse:
    """The newest lines that fit."""
    query, staff = request.query, services(request).staff
    wanted = AuditFilter(
        by=query.get("by", ""),
        about=query.get("about", "").strip()[:120],
        deed=next((one for one in Deed if one.value == query.get("deed")), None),
        since=day_of(query.get("since", "")),
        until=day_of(query.get("until", "")),
        before=number_of(query.get("before", "")),
    )
    rows = await staff.audit.read(wanted)
    await staff.audit.write(person_of(request).display_name, Deed.AUDIT_READ, wanted.about)
    names = [one.display_name for one in await staff.people.all()]
    older = rows[-1].id if len(rows) == PAGE else None
    return render(request, "audit.html", rows=rows, query=query, deeds=list(Deed), names=names, older=older)


ROUTES = (web.get("/audit", listed),)
