"""What Zalo says of templates, and whether the operator's file agrees with it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.errors import ZaloRefusedError
from bot.zalo.client import TemplateInfo, ZaloClient
from bot.zalo.codes import template_meaning_of
from bot.zalo.templates import Template, Templates


def info_lines(found: TemplateInfo) -> Iterator[str]:
    """Return what Zalo says of one template, a line each."""
    yield f"Template {found.template_id}: " + ("enabled" if found.enabled else "NOT enabled")
    for name, longest in sorted(found.parameters.items()):
        yield f"  {name}: at most {longest} characters"
    for how, price in (("user id", found.price_by_id), ("phone", found.price_by_phone)):
        yield f"  by {how}: " + (f"{price} VND a message" if price is not None else "Zalo names no price")


async def faults_of(client: ZaloClient, templates: Templates) -> dict[str, list[str]]:
    """Return kind of news → what Zalo would not take, or would charge otherwise; an empty list where all is well."""
    found: dict[str, list[str]] = {}
    for kind, template in templates.items():
        try:
            info = await client.template_info(template.template_id)
        except ZaloRefusedError as error:
            code = error.context.get("zalo_code")
            number = code if isinstance(code, int) else 0
            found[kind.value] = [f"Zalo refused template {template.template_id} ({number})"]
            found[kind.value] += [template_meaning_of(number).officer]
        else:
            found[kind.value] = list(_faults(template, info))
    return found


def _faults(template: Template, info: TemplateInfo) -> Iterator[str]:
    if not info.enabled:
        yield f"template {template.template_id} is not enabled"
    ours = {parameter.name: parameter for parameter in template.parameters}
    for name in sorted(info.parameters.keys() - ours.keys()):
        yield f"{name}: the template wants it, the file lacks it"
    for name in sorted(ours.keys() - info.parameters.keys()):
        yield f"{name}: the template has no such parameter"
    for name in sorted(ours.keys() & info.parameters.keys()):
        longest = info.parameters[name]
        if longest and ours[name].most > longest:
            yield f"{name}: most is {ours[name].most}, the template takes {longest}"
    if info.price_by_id is None:
        yield "Zalo names no price by user id: it may not be sent so"
    elif info.price_by_id != template.unit_price:
        yield f"price is {template.unit_price}, Zalo charges {info.price_by_id} VND"
