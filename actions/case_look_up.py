"""Looking dossiers up: the code, the proof, the status with what can be done next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rasa_sdk.events import EventType, SlotSet

from actions.case_following import ask_consent, can_be_followed
from actions.case_rating import ask_rating
from actions.case_talk import (
    PROVEN,
    Button,
    CaseTalk,
    another_button,
    button,
    named,
    shape,
    wait_for,
    wait_for_nothing,
)
from actions.choices import PROCEDURE_CODE, read_record
from actions.presenting import SLOW, present
from bot.cases.models import CaseState, CaseStatus, LookUpKind
from bot.errors import CaseSystemDownError
from bot.nlu.case_turn import MOST_CODES, CaseStep, WaitFor, Waiting
from bot.ops.clock import CITY_TIME
from bot.ops.outcomes import Outcome
from bot.store.tries import PAIR
from knowledge.blocks import Block
from knowledge.errors import CatalogueError

_MOST_REMEMBERED = 8
_MAY_BE_WRONG = (CaseState.INTAKE_REFUSED, CaseState.STOPPED)
"""After these, a petition is offered as after a delay."""


@dataclass
class Found:
    """What the look-ups of one turn brought."""

    statuses: list[tuple[CaseStatus, bool]] = field(default_factory=list)
    not_proven: list[str] = field(default_factory=list)
    down: list[str] = field(default_factory=list)
    paused: list[str] = field(default_factory=list)
    again_at: datetime | None = None
    tries_left: int = 0


async def ask_code(talk: CaseTalk, again: bool = False, follow: bool = False) -> list[EventType]:
    """Ask for the code, and say where it stands."""
    buttons = [button("where_is_code", "forget_case_code")]
    moment = "ask_code_again" if again else "ask_code"
    moment = "ask_code_no_identity" if talk.turn.identity else moment
    talk.say(moment, Outcome.CLARIFIED_CASE_CODE, buttons, shape=shape())
    missed = talk.turn.waiting.missed + 1 if again else 0
    return wait_for(Waiting(WaitFor.CODE, follow=follow, missed=missed))


def say_code_place(talk: CaseTalk) -> list[EventType]:
    """Where the code is found; it may be sent right after."""
    talk.say("code_place", Outcome.ANSWERED_CASE_CODE_PLACE)
    return wait_for(Waiting(WaitFor.CODE))


def lacking_unit(step: CaseStep) -> str:
    """Return day and number of the one code of a message that only lacks its unit, "" where there is none."""
    parts = [item.part for item in step.faulty]
    return parts[0] if len(parts) == 1 else ""


def say_faults(talk: CaseTalk, step: CaseStep) -> None:
    """Say of each code that cannot be what is wrong with it."""
    for item in step.faulty:
        fault = item.fault.value if item.fault else ""
        talk.say(f"fault_{fault}", Outcome.CLARIFIED_CASE_CODE, typed=item.typed.strip(), shape=shape())


async def ask_proof(talk: CaseTalk, step: CaseStep) -> list[EventType]:
    """Ask for what proves that the dossiers are the citizen's; of offices that no system serves, say so instead."""
    say_faults(talk, step)
    served = _say_elsewhere(talk, step.codes)
    if not served:
        return wait_for_nothing()
    if step.more:
        talk.say("more_codes", Outcome.CLARIFIED_CASE_PROOF, most=MOST_CODES, codes=named(step.more))
    return _wait_for_proof(talk, served, "ask_proof", step.follow)


def ask_proof_again(talk: CaseTalk, waiting: Waiting) -> list[EventType]:
    """Ask once more, with an example."""
    return _wait_for_proof(talk, waiting.codes, "ask_proof_again", waiting.follow, waiting.missed)


def _wait_for_proof(
    talk: CaseTalk, codes: Sequence[str], moment: str, follow: bool, missed: int = 0, left: int = 0
) -> list[EventType]:
    outcome = Outcome.UNANSWERED_CASE_NOT_PROVEN if moment == "not_proven" else Outcome.CLARIFIED_CASE_PROOF
    talk.say(moment, outcome, codes=named(codes), sample=talk.sample_note(codes), left=left, expects=True)
    return wait_for(Waiting(WaitFor.PROOF, tuple(codes), follow, missed))


def _say_elsewhere(talk: CaseTalk, codes: Sequence[str]) -> list[str]:
    """Return the codes that a system is set up for. Says nothing of whether a dossier exists."""
    served = [str(code) for code in talk.codes(codes) if talk.services.cases.serves(code)]
    others = [code for code in codes if code not in served]
    if others:
        talk.say("elsewhere", Outcome.UNANSWERED_CASE_ELSEWHERE, [another_button()], codes=named(others))
    return served


async def look_up(talk: CaseTalk, step: CaseStep) -> list[EventType]:
    """Try one proof for all codes, tell what it opens, and ask again for the rest."""
    say_faults(talk, step)
    found = Found()
    for code in talk.codes(_say_elsewhere(talk, step.codes)):
        one = await talk.services.cases.look_up(code, step.proof, talk.person)
        if one.kind is LookUpKind.FOUND and one.status is not None:
            found.statuses.append((one.status, one.sample))
        elif one.kind is LookUpKind.SYSTEM_DOWN:
            found.down.append(str(code))
        elif one.kind is LookUpKind.TOO_MANY_TRIES:
            found.paused.append(str(code))
            found.again_at = max(filter(None, (found.again_at, one.again_at)))
        else:
            found.not_proven.append(str(code))
            found.tries_left = one.tries_left
    events = [*wait_for_nothing(), *(await tell_all(talk, found.statuses))] if found.statuses else wait_for_nothing()
    return [*events, *(await _after(talk, found, step))]


async def show_again(talk: CaseTalk, step: CaseStep) -> list[EventType]:
    """Tell dossiers that were proven in this conversation as they stand now."""
    found = Found()
    for code in talk.codes(step.codes):
        try:
            record, sample = await talk.services.cases.read(code)
        except CaseSystemDownError:  # logged where it was met
            found.down.append(str(code))
            continue
        if record is None:
            talk.say("gone", Outcome.UNANSWERED_CASE_NOT_PROVEN, codes=str(code))
        else:
            found.statuses.append((record.status, sample))
    events = [*wait_for_nothing(), *(await tell_all(talk, found.statuses))] if found.statuses else wait_for_nothing()
    return [*events, *(await _after(talk, found, step))]


async def _after(talk: CaseTalk, found: Found, step: CaseStep) -> list[EventType]:
    """What follows the statuses: what went wrong, and at most one question."""
    if found.down:
        talk.say("down", Outcome.ERROR_CASE_SYSTEM, [another_button()], codes=named(found.down))
    if found.paused and found.again_at:
        until = f"{found.again_at.astimezone(CITY_TIME):%H:%M}"
        talk.say("paused", Outcome.REFUSED_CASE_TRIES, codes=named(found.paused), until=until)
    if found.not_proven:
        return _not_proven(talk, found, step)
    if len(found.statuses) != 1 or found.down or found.paused:
        return []
    status, _ = found.statuses[0]
    if step.follow:
        return await ask_consent(talk, status.code)
    if status.state is CaseState.RETURNED and not talk.tracker.get_slot(SLOW):
        return await ask_rating(talk, status)
    return []


def _not_proven(talk: CaseTalk, found: Found, step: CaseStep) -> list[EventType]:
    if found.tries_left < 1:
        minutes = int(PAIR.pause.total_seconds() // 60)
        talk.say("last_try", Outcome.REFUSED_CASE_TRIES, codes=named(found.not_proven), minutes=minutes)
        return wait_for_nothing()
    return _wait_for_proof(talk, found.not_proven, "not_proven", step.follow, left=found.tries_left)


async def tell_all(talk: CaseTalk, statuses: Sequence[tuple[CaseStatus, bool]]) -> list[EventType]:
    """Tell statuses in one message, with what can be done next."""
    blocks: list[Block] = []
    buttons: list[Button] = []
    several = len(statuses) > 1
    for status, sample in statuses:
        telling = await talk.services.case_answers.tell(status, sample)
        blocks += telling.blocks
        buttons += await _buttons(talk, status, telling.late, several)
    last, _ = statuses[-1]
    known = await _in_catalogue(talk, last.procedure_code)
    answer: dict[str, Any] = {
        "outcome": Outcome.ANSWERED_CASE_STATUS.value,
        "procedure_code": last.procedure_code or None,
        "fields": [],
        "state": last.state.value,
    }
    events = present(talk.dispatcher, talk.tracker, blocks, [*_each_once(buttons), another_button()], answer)
    proven = [code for code in talk.turn.proven if code not in {status.code for status, _ in statuses}]
    proven += [status.code for status, _ in statuses]
    subject = [SlotSet(PROCEDURE_CODE, last.procedure_code)] if known else []
    return [*events, *subject, SlotSet(PROVEN, proven[-_MOST_REMEMBERED:])]


async def _buttons(talk: CaseTalk, status: CaseStatus, late: bool, several: bool) -> list[Button]:
    """Follow it, complain of it where there is a reason to, and the papers of its procedure."""
    buttons: list[Button] = []
    followed = {follow.case_code for follow in await talk.services.follows.of(talk.person)}
    if can_be_followed(status) and status.code not in followed:
        key = "follow_of" if several else "follow"
        buttons.append(button(key, "follow_case", status.code, case_code=status.code))
    if late or status.state in _MAY_BE_WRONG:
        carried = {"case_code": status.code, "procedure_code": status.procedure_code}
        buttons.append(button("petition", "lodge_petition", **carried))
    if not several and await _in_catalogue(talk, status.procedure_code):
        buttons.append(button("papers", "choose_procedure", procedure_code=status.procedure_code))
    return buttons


async def _in_catalogue(talk: CaseTalk, procedure_code: str) -> bool:
    if not procedure_code:
        return False
    try:
        await read_record(talk.services, procedure_code)
    except CatalogueError:
        return False
    return True


def _each_once(buttons: Sequence[Button]) -> list[Button]:
    """Of buttons with the same title, the first: two late dossiers share one petition."""
    return list({one["title"]: one for one in reversed(buttons)}.values())[::-1]
