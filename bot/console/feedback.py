"""Feedback: what is to be done about it; wrong answers by record, for editors."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.console.access import ROOT, page, person_of, services
from bot.console.forms import done, typed
from bot.console.rendering import console_wording, render
from bot.console.scope import feedback_desks
from bot.errors import FeedbackRefusedError
from bot.feedback.bottlenecks import bottlenecks
from bot.feedback.desk import Wanted
from bot.feedback.labels import label
from bot.feedback.models import CLOSED, Desk, FeedbackItem, HistoryLine, Reason
from bot.feedback.wrong_answers import WrongAnswers, wrong_answers
from bot.staff.models import Deed, Role

PAGE = 60
_STEPS = ("assign", "code", "done", "dismiss")


@page(Role.OFFICER, Role.EDITOR)
async def listed(request: web.Request) -> web.StreamResponse:
    """What is to be followed up, the oldest first."""
    query, desks = request.query, feedback_desks(person_of(request))
    reasons = frozenset(one for one in Reason if one.value == query.get("reason"))
    wanted = Wanted(
        open=None if query.get("all") else True,
        owner=person_of(request).display_name if query.get("mine") else None,
        procedure_code=query.get("procedure", "").strip() or None,
        reasons=reasons,
    )
    found = [one for one in await services(request).feedback.items(wanted) if _is_of(one, desks)]
    if query.get("all"):
        found.reverse()
    if found:
        await _audit(request, Deed.FEEDBACK_SEEN, "", console_wording()("audit.feedback", count=len(found[:PAGE])))
    values: dict[str, Any] = {
        "items": found[:PAGE],
        "total": len(found),
        "query": query,
        "label": label,
        "reasons": list(Reason),
    }
    return render(request, "feedback.html", **values, editor=Desk.EDITOR in desks, closed=CLOSED)


@page(Role.EDITOR)
async def wrong(request: web.Request) -> web.StreamResponse:
    """Answers that people found wrong, by record, and whether the record has changed since."""
    items = await services(request).feedback.items(Wanted(open=None if request.query.get("all") else True))
    mine = [one for one in items if _is_of(one, feedback_desks(person_of(request)))]
    groups = await asyncio.to_thread(_groups, request, mine)
    return render(request, "wrong_answers.html", groups=groups, query=request.query, label=label)


@page(Role.OFFICER, Role.EDITOR)
async def show(request: web.Request) -> web.StreamResponse:
    """One item with its question, words, record and history."""
    item, history = await _find(request)
    await _audit(request, Deed.FEEDBACK_SEEN, item.reference)
    return _shown(request, item, history)


@page(Role.OFFICER, Role.EDITOR)
async def take(request: web.Request) -> web.StreamResponse:
    """Assign, code, close; a form that was sent twice counts once."""
    name = request.match_info["step"]
    if name not in _STEPS:
        raise web.HTTPNotFound
    item, _ = await _find(request)
    fields, by = await typed(request), person_of(request).display_name
    try:
        if not _is_done(item, name, fields, by):
            await _step(request, name, item.reference, by, fields)
            await _audit(request, Deed.FEEDBACK_STEP, item.reference, name)
    except FeedbackRefusedError as error:
        item, history = await _find(request)
        said = console_wording()(f"feedback_fault.{error.context['why']}")
        return _shown(request, item, history, status=422, step=name, step_fault=said, fields=fields)
    done(f"{ROOT}/feedback/{item.reference}", f"feedback_{name}")


async def _step(request: web.Request, name: str, reference: str, by: str, fields: Mapping[str, str]) -> None:
    desk = services(request).feedback
    if name == "assign":
        await desk.assign(reference, await _owner(request, fields, by), by)
    elif name == "code":
        await desk.recode(reference, by, fields.get("code", ""))
    elif name == "done":
        await desk.finish(reference, by, fields.get("outcome", ""))
    else:
        await desk.dismiss(reference, by, fields.get("outcome", ""))


async def _owner(request: web.Request, fields: Mapping[str, str], by: str) -> str:
    """Oneself, or somebody of the staff who may look at it."""
    wanted = fields.get("owner", "").strip() or by
    people = await services(request).staff.people.all()
    fit = (one.display_name for one in people if one.disabled_at is None and feedback_desks(one))
    if wanted not in fit:
        raise FeedbackRefusedError("no such person", why="no_such_owner")
    return wanted


def _is_done(item: FeedbackItem, name: str, fields: Mapping[str, str], by: str) -> bool:
    follow_up = item.follow_up
    if name == "code":
        return item.bottleneck == fields.get("code", "")
    if follow_up is None:
        return False
    if name == "assign":
        return follow_up.owner == (fields.get("owner", "").strip() or by)
    return (
        follow_up.state.value == {"done": "done", "dismiss": "dismissed"}[name]
        and follow_up.outcome == fields.get("outcome", "").strip()
    )


async def _find(request: web.Request) -> tuple[FeedbackItem, list[HistoryLine]]:
    try:
        item, history = await services(request).feedback.get(request.match_info["reference"])
    except FeedbackRefusedError as error:
        raise web.HTTPNotFound from error
    if not _is_of(item, feedback_desks(person_of(request))):
        raise web.HTTPNotFound
    return item, history


def _is_of(item: FeedbackItem, desks: frozenset[Desk]) -> bool:
    """What nobody has to follow up (thumbs up) is the support team's to see."""
    return (item.follow_up.desk if item.follow_up else Desk.SUPPORT) in desks


def _shown(
    request: web.Request, item: FeedbackItem, history: list[HistoryLine], status: int = 200, **values: Any
) -> web.Response:
    is_open = item.follow_up is not None and item.follow_up.state not in CLOSED
    known = {"item": item, "history": history, "label": label, "codes": list(bottlenecks().values()), "open": is_open}
    known |= {"step": "", "step_fault": "", "fields": {}, "bottleneck": bottlenecks()[item.bottleneck].name}
    return render(request, "feedback_item.html", status=status, **known | values)


def _groups(request: web.Request, items: list[FeedbackItem]) -> list[WrongAnswers]:
    catalogue = services(request).catalogue
    return wrong_answers(items, lambda code: catalogue.get(code).version)


async def _audit(request: web.Request, deed: Deed, about: str, reason: str = "") -> None:
    await services(request).staff.audit.write(person_of(request).display_name, deed, about, reason)


ROUTES = (
    web.get("/feedback", listed),
    web.get("/feedback/wrong-answers", wrong),
    web.get("/feedback/{reference}", show),
    web.post("/feedback/{reference}/{step:[a-z]+}", take),
)
