"""Steps on a talk with the assistant: step in; approve an answer, send other words in its place, refuse it."""

from __future__ import annotations

import re

from aiohttp import web

from bot.approval.models import ApprovalFault
from bot.approval.switches import refuse_approval
from bot.approval.words import approval_wording
from bot.console.access import ROOT, hub_of, page, person_of, services
from bot.console.forms import done, typed
from bot.console.handing import officer_of, said_of_step
from bot.console.talks import PAGE, find_talk, shown_talk
from bot.errors import ApprovalError, HandoffStepError
from bot.hub.approvals import LONGEST_REPLY
from bot.staff.models import Deed, Role

_BLANK = re.compile(r"<[^<>\n]{1,80}>")


@page(Role.OFFICER)
async def step_in(request: web.Request) -> web.StreamResponse:
    """Take the talk from the assistant; the citizen is told who is there."""
    talk, fields, person = await find_talk(request), await typed(request), person_of(request)
    try:
        handed = await hub_of(request).ownership.step_in(talk.id, officer_of(person), fields.get("reason", ""))
    except HandoffStepError as error:
        said = said_of_step(error)
        return await shown_talk(request, talk, status=422, step="step_in", fault=said, fields=fields)
    await services(request).staff.audit.write(person.display_name, Deed.CONVERSATION_STEP, handed.id, "step_in")
    done(f"{ROOT}/conversations/{handed.id}", "handed_step_in")


@page(Role.OFFICER)
async def settle(request: web.Request) -> web.StreamResponse:
    """Say what becomes of the answer that is looked at."""
    talk, fields, person = await find_talk(request), await typed(request), person_of(request)
    name, answer_id, text = request.match_info["step"], fields.get("answer", ""), fields.get("text", "")
    approvals, officer = hub_of(request).approvals, officer_of(person)
    try:
        answer = await approvals.find(answer_id)
        if answer is None or answer.conversation_id != talk.id:
            raise refuse_approval(ApprovalFault.SETTLED)
        if name == "approve":
            await approvals.approve(answer_id, officer)
        elif _BLANK.search(text):
            raise refuse_approval(ApprovalFault.BLANKS)
        else:
            await (approvals.edit if name == "edit" else approvals.refuse)(answer_id, officer, text)
    except ApprovalError as error:
        said = approval_wording()(f"fault.{ApprovalFault(error.context['fault']).value}", most=LONGEST_REPLY)
        return await shown_talk(request, talk, status=422, step="settle", fault=said, fields=fields)
    await services(request).staff.audit.write(person.display_name, Deed.ANSWER_LOOKED_AT, talk.id, name)
    done(f"{PAGE}/{talk.id}", f"answer_{name}")


ROUTES = (
    web.post("/talks/{id}/step_in", step_in),
    web.post("/talks/{id}/{step:approve|edit|refuse}", settle),
)
