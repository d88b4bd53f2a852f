"""Review: real questions sampled or filtered, verdicts, agreement; questions that nobody answered, grouped."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.console.access import ROOT, hub_of, page, person_of, services
from bot.console.forms import done, number_of, typed
from bot.console.rendering import console_wording, render
from bot.console.transcript import lines_of
from bot.console.viewing import audit_view
from bot.desk.grouping import group_alike
from bot.desk.hiding import hidden_words
from bot.desk.intents import known_intents
from bot.desk.models import ExampleKind, Judgement
from bot.desk.verdicts import agreement
from bot.handoff.lists import Order, QueueFilter
from bot.hub.models import Message
from bot.hub.models import Role as Said
from bot.hub.transcripts import AskedTurn
from bot.staff.models import Deed, Role

SAMPLED, LISTED = 25, 60
DAYS = (1, 7, 30, 90)
UNANSWERED = ("unanswered_", "error_")
KINDS = ("sample", "unanswered", "disliked", "handed", "judged")
_BEFORE, _AFTER = 6, 8


@page(Role.REVIEWER)
async def listed(request: web.Request) -> web.StreamResponse:
    """Questions with their answers, as the filter asks for them; a sample of the day where it does not."""
    kind, days = _kind(request), _days(request)
    turns = await _turns(request, kind, days)
    ids = {one.conversation_id for one in turns}
    verdicts = await services(request).desk.verdicts.of(ids)
    if kind == "judged":
        turns = [one for one in turns if (one.conversation_id, one.seq) in verdicts]
    if turns:
        await audit_view(request, Deed.REVIEW_SEEN, kind, console_wording()("audit.turns", count=len(turns)))
    own = person_of(request).display_name
    rows = [(one, hidden_words(one.question), verdicts.get((one.conversation_id, one.seq), ())) for one in turns]
    since = services(request).clock.now() - timedelta(days=days)
    values: dict[str, Any] = {
        "rows": rows[:LISTED],
        "total": len(rows),
        "kind": kind,
        "kinds": KINDS,
        "days": days,
        "all_days": DAYS,
        "own": own,
        "agreed": agreement(await services(request).desk.verdicts.since(since)),
    }
    return render(request, "review.html", **values)


@page(Role.REVIEWER)
async def unanswered(request: web.Request) -> web.StreamResponse:
    """What nobody answered, grouped, the most frequent first."""
    days = _days(request)
    turns = await _turns(request, "unanswered", days)
    groups = [[turns[place] for place in places] for places in group_alike(one.question for one in turns)]
    if turns:
        await audit_view(request, Deed.REVIEW_SEEN, "groups", console_wording()("audit.turns", count=len(turns)))
    shown = [(group, [hidden_words(one.question) for one in group[:3]]) for group in groups[:LISTED]]
    return render(request, "unanswered.html", groups=shown, total=len(turns), days=days, all_days=DAYS)


@page(Role.REVIEWER)
async def show(request: web.Request) -> web.StreamResponse:
    """One question with what was said around it, the verdicts and the forms."""
    return await shown(request)


@page(Role.REVIEWER)
async def judge(request: web.Request) -> web.StreamResponse:
    """Give a verdict; a later one of the same reviewer replaces it."""
    await _find(request)
    conversation_id, seq, fields = *_place(request), await typed(request)
    judgement = next((one for one in Judgement if one.value == fields.get("verdict")), None)
    if judgement is None:
        return await shown(request, step="verdict", fault=console_wording()("desk_fault.verdict"), fields=fields)
    by, comment = person_of(request).display_name, fields.get("comment", "")
    await services(request).desk.verdicts.give(conversation_id, seq, by, judgement, comment)
    await services(request).staff.audit.write(by, Deed.VERDICT_GIVEN, f"{conversation_id}/{seq}", judgement.value)
    done(f"{ROOT}/review/{conversation_id}/{seq}", "verdict")


async def shown(
    request: web.Request, step: str = "", fault: str = "", fields: Mapping[str, str] | None = None
) -> web.Response:
    """The page of one question; others' verdicts are seen only by who has given one."""
    found = await _find(request)
    conversation_id, seq = _place(request)
    await audit_view(request, Deed.REVIEW_SEEN, f"{conversation_id}/{seq}")
    verdicts = (await services(request).desk.verdicts.of([conversation_id])).get((conversation_id, seq), [])
    own = next((one for one in verdicts if one.by == person_of(request).display_name), None)
    question = next(str(one.content.get("text") or "") for one in found if one.seq == seq)
    values: dict[str, Any] = {
        "lines": lines_of(found),
        "conversation_id": conversation_id,
        "seq": seq,
        "question": hidden_words(question),
        "verdicts": verdicts if own else [],
        "others": len(verdicts),
        "own": own,
        "judgements": list(Judgement),
        "intents": known_intents(),
        "kinds": list(ExampleKind),
    }
    said = {"step": step, "fault": fault, "fields": fields or {}}
    return render(request, "review_turn.html", status=422 if fault else 200, **values, **said)


async def _turns(request: web.Request, kind: str, days: int) -> list[AskedTurn]:
    now, hub = services(request).clock.now(), hub_of(request)
    within = None
    if kind == "handed":
        rows = await hub.ownership.queue.waiting(QueueFilter(state=None, order=Order.NEWEST_FIRST))
        within = {row.request.conversation_id for row in rows}
    turns = await hub.transcripts.turns(now - timedelta(days=days), now + timedelta(seconds=1), within)
    answered = [one for one in turns if one.messages or one.outcome]
    if kind == "unanswered":
        return [one for one in answered if one.outcome.startswith(UNANSWERED)]
    if kind == "disliked":
        return [one for one in answered if one.disliked]
    if kind == "sample":
        return _sample(answered, f"{now:%Y-%m-%d}/{days}")
    return answered


def _sample(turns: Sequence[AskedTurn], day: str) -> list[AskedTurn]:
    """The same for all reviewers of a day, so that several judge the same answers."""
    ordered = sorted(turns, key=lambda one: (one.conversation_id, one.seq))
    return random.Random(day).sample(ordered, min(SAMPLED, len(ordered)))  # noqa: S311 - draws a sample, no secret


async def _find(request: web.Request) -> list[Message]:
    conversation_id, seq = _place(request)
    transcripts = hub_of(request).transcripts
    if await transcripts.find(conversation_id) is None:
        raise web.HTTPNotFound
    found = await transcripts.before(conversation_id, seq + _AFTER, _BEFORE + _AFTER)
    if not any(one.seq == seq and one.role is Said.CITIZEN for one in found):
        raise web.HTTPNotFound
    return found


def _place(request: web.Request) -> tuple[str, int]:
    return request.match_info["conversation"], int(request.match_info["seq"])


def _kind(request: web.Request) -> str:
    wanted = request.query.get("kind", KINDS[0])
    return wanted if wanted in KINDS else KINDS[0]


def _days(request: web.Request) -> int:
    wanted = number_of(request.query.get("days", ""))
    return wanted if wanted in DAYS else 7


ROUTES = (
    web.get("/review", listed),
    web.get("/review/unanswered", unanswered),
    web.get(r"/review/{conversation:[0-9a-f-]{36}}/{seq:\d{1,9}}", show),
    web.post(r"/review/{conversation:[0-9a-f-]{36}}/{seq:\d{1,9}}/verdict", judge),
)
