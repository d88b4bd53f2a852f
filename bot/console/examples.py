"""Citizens' words that the assistant is to learn: kept from a review, looked through, exported as YAML."""

from __future__ import annotations

from aiohttp import web

from bot.console.access import ROOT, page, person_of, services
from bot.console.forms import done, typed
from bot.console.rendering import console_wording, render
from bot.console.review import shown
from bot.desk.intents import known_intents
from bot.desk.models import DeskFault, ExampleKind
from bot.errors import DeskRefusedError
from bot.staff.models import Deed, Role

PAGE = f"{ROOT}/review/examples"


@page(Role.REVIEWER)
async def listed(request: web.Request) -> web.StreamResponse:
    """What is kept."""
    return render(request, "examples.html", examples=await services(request).desk.examples.all())


@page(Role.REVIEWER)
async def keep(request: web.Request) -> web.StreamResponse:
    """Keep the words of a question, as the reviewer has mended them."""
    fields, by = await typed(request), person_of(request).display_name
    kind = ExampleKind.LEXICON if fields.get("kind") == ExampleKind.LEXICON.value else ExampleKind.INTENT
    try:
        target = fields.get("target", "").strip()
        if kind is ExampleKind.INTENT and target not in known_intents():
            raise DeskRefusedError(fault=DeskFault.TARGET.value)
        kept = await services(request).desk.examples.add(kind, fields.get("text", ""), target, by)
    except DeskRefusedError as error:
        fault = console_wording()(f"desk_fault.{error.context['fault']}")
        return await shown(request, step="example", fault=fault, fields=fields)
    await services(request).staff.audit.write(by, Deed.EXAMPLE_CHANGED, kept.id, f"{kind.value}: {kept.target}"[:80])
    done(f"{ROOT}/review/{request.match_info['conversation']}/{request.match_info['seq']}", "example")


@page(Role.REVIEWER)
async def remove(request: web.Request) -> web.StreamResponse:
    """Keep words no longer."""
    example_id, by = request.match_info["id"], person_of(request).display_name
    await services(request).desk.examples.remove(example_id)
    await services(request).staff.audit.write(by, Deed.EXAMPLE_CHANGED, example_id, "remove")
    done(PAGE, "example_removed")


@page(Role.REVIEWER)
async def export(request: web.Request) -> web.StreamResponse:
    """All of it as YAML, to be looked through and committed."""
    await services(request).staff.audit.write(person_of(request).display_name, Deed.EXPORTED, "examples")
    text = await services(request).desk.examples.export()
    headers = {"Content-Disposition": 'attachment; filename="examples.yml"'}
    return web.Response(text=text, content_type="application/yaml", charset="utf-8", headers=headers)


_TURN = r"/review/{conversation:[0-9a-f-]{36}}/{seq:\d{1,9}}"
ROUTES = (
    web.get("/review/examples", listed),
    web.post("/review/examples/export", export),
    web.post("/review/examples/{id}/remove", remove),
    web.post(f"{_TURN}/example", keep),
)
