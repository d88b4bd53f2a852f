"""The work of `python -m bot.petitions …`, one function a command; each returns the process's exit code."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.errors import PetitionStepError
from bot.ops.clock import Clock, city_date
from bot.petitions.build import PetitionParts
from bot.petitions.desk import Filter
from bot.petitions.export import as_csv, as_json
from bot.petitions.models import OPEN, EventKind, Petition, PetitionState
from bot.petitions.officer_steps import StepFault
from bot.petitions.printing import sheet, short_line
from bot.petitions.refusals import load_refusals
from bot.petitions.telling import petition_wording
from bot.petitions.templates import load_templates
from bot.petitions.watching import AlertKind
from knowledge.formatting import day_text

Out = Callable[[str], None]


@dataclass(frozen=True)
class Desk:
    """What commands work with. communes: codes of all communes. out, complain: lines for the officer."""

    parts: PetitionParts
    clock: Clock
    communes: tuple[str, ...]
    out: Out
    complain: Out

    @property
    def today(self) -> date:
        """The city's day."""
        return city_date(self.clock.now())


Work = Callable[[Desk, argparse.Namespace], Coroutine[Any, Any, int]]


async def list_petitions(of: Desk, options: argparse.Namespace) -> int:
    """List petitions, urgent ones first, then by their day."""
    states = tuple(PetitionState(one) for one in options.state) or (() if options.all else tuple(OPEN))
    found = await of.parts.desk.find(Filter(states, options.unit, options.person, options.overdue, options.limit))
    return _lines(of, (short_line(one, of.today) for one in found))


async def overdue(of: Desk, options: argparse.Namespace) -> int:
    """List what is overdue now, or as it was listed on a day."""
    if options.day is None:
        found = await of.parts.desk.find(Filter(overdue=True, unit_code=options.unit))
        return _lines(of, (short_line(one, of.today) for one in found))
    listed = await of.parts.watch.alerts(options.day, options.day)
    wanted = (one for one in listed if one.kind is AlertKind.OVERDUE_LIST and options.unit in ("", one.unit_code))
    return _lines(of, (f"{one.code} · {one.unit_code} · {day_text(one.due_on)}" for one in wanted if one.due_on))


async def alerts(of: Desk, options: argparse.Namespace) -> int:
    """List the reminders and escalations of a day."""
    say, day = petition_wording(), options.day or of.today
    made = await of.parts.watch.alerts(day, day)
    wanted = (one for one in made if options.unit in ("", one.unit_code))
    return _lines(
        of,
        (
            " · ".join(part for part in (one.code, say(f"alert.{one.kind.value}"), one.unit_code, one.whom) if part)
            for one in wanted
        ),
    )


async def show(of: Desk, options: argparse.Namespace) -> int:
    """Show one petition and its history, contacts hidden."""
    petition, history = await of.parts.desk.get(options.code)
    return _lines(of, sheet(petition, history))


async def contact(of: Desk, options: argparse.Namespace) -> int:
    """Show names and contacts; who looked is kept."""
    people = await of.parts.desk.see_contact(options.code, options.by)
    return _lines(of, (f"{role}: {name}, {found.value if found else '–'}" for role, name, found in people))


async def receive(of: Desk, options: argparse.Namespace) -> int:
    """Take a petition up."""
    return await _done(of, await of.parts.desk.receive(options.code, options.by, options.take_over))


async def ask(of: Desk, options: argparse.Namespace) -> int:
    """Ask the citizen for more."""
    text = await _text(of, "ask", options)
    return await _done(of, await of.parts.desk.ask(options.code, options.by, text))


async def answer(of: Desk, options: argparse.Namespace) -> int:
    """Answer."""
    text = await _text(of, "answer", options)
    return await _done(of, await of.parts.desk.answer(options.code, options.by, text))


async def close(of: Desk, options: argparse.Namespace) -> int:
    """Close what is answered."""
    return await _done(of, await of.parts.desk.close(options.code, options.by))


async def refuse(of: Desk, options: argparse.Namespace) -> int:
    """Refuse, with the reason and the right place."""
    done = await of.parts.desk.refuse(options.code, options.by, options.reason, options.text, options.place)
    return await _done(of, done)


async def transfer(of: Desk, options: argparse.Namespace) -> int:
    """Have another unit answer."""
    text = await _text(of, "transfer", options)
    return await _done(of, await of.parts.desk.transfer(options.code, options.by, options.to, text, options.person))


async def reopen(of: Desk, options: argparse.Namespace) -> int:
    """Open an ended petition again."""
    return await _done(of, await of.parts.desk.reopen(options.code, options.by, options.text))


async def publish(of: Desk, options: argparse.Namespace) -> int:
    """Note that an answer was made public."""
    return await _done(of, await of.parts.desk.publish(options.code, options.by, options.place))


async def templates(of: Desk, options: argparse.Namespace) -> int:
    """List the templates; of one petition those that fit, filled in."""
    found = load_templates()
    if not options.code:
        return _lines(of, (f"{one.id} · {one.step} · {one.title}" for one in found))
    petition, _ = await of.parts.desk.get(options.code)
    fit = (one for one in found if one.fits(options.step or one.step, petition))
    return _lines(of, (f"{one.id} · {one.step} · {one.filled(petition)}" for one in fit))


async def reasons(of: Desk, options: argparse.Namespace) -> int:
    """List the reasons for refusing."""
    return _lines(of, (f"{one.name} · {one.why or '–'}" for one in load_refusals().reasons.values()))


async def units(of: Desk, options: argparse.Namespace) -> int:
    """List the units that a petition can be given to."""
    named = [*of.parts.routing.units.values(), *filter(None, map(of.parts.routing.unit_of_commune, of.communes))]
    known = {unit.code: unit for unit in [*named, *of.parts.routing.communes.values()]}
    return _lines(of, (" · ".join(filter(None, (one.code, one.name, one.person, one.head))) for one in known.values()))


async def check(of: Desk, options: argparse.Namespace) -> int:
    """Say whether every rule and every commune of the routing leads to a unit."""
    faults = of.parts.routing.faults(of.communes)
    for fault in faults:
        of.complain(fault)
    if faults:
        return 1
    counts = {"rules": len(of.parts.routing.rules), "units": len(of.parts.routing.units), "communes": len(of.communes)}
    of.out(petition_wording()("line.routing_good", **counts))
    return 0


async def stats(of: Desk, options: argparse.Namespace) -> int:
    """Print counts as JSON."""
    counts = await of.parts.reports.counts(options.since, options.until)
    of.out(json.dumps(counts, ensure_ascii=False, indent=1))
    return 0


async def export(of: Desk, options: argparse.Namespace) -> int:
    """Print or write petitions without people."""
    rows = await of.parts.reports.rows(options.since, options.until, options.with_text)
    text = as_json(rows) if options.format == "json" else as_csv(rows, options.with_text)
    if options.out is None:
        of.out(text.rstrip("\n"))
        return 0
    # With the mark by which spreadsheets know UTF-8.
    Path(options.out).write_text(text, encoding="utf-8" if options.format == "json" else "utf-8-sig")
    return 0


async def _text(of: Desk, step: str, options: argparse.Namespace) -> str:
    """What the officer wrote, or a template filled in; with both, the text stands where the template has its blanks."""
    if not options.template:
        return str(options.text)
    petition, _ = await of.parts.desk.get(options.code)
    template = next((one for one in load_templates() if one.id == options.template), None)
    if template is None or not template.fits(step, petition):
        fitting = ", ".join(one.id for one in load_templates() if one.fits(step, petition))
        raise PetitionStepError("", fault=StepFault.UNKNOWN_TEMPLATE.value, templates=fitting)
    return template.filled(petition, tuple(options.fill))


async def _done(of: Desk, petition: Petition) -> int:
    say = petition_wording()
    _, history = await of.parts.desk.get(petition.code)
    of.out(say("done.step", code=petition.code, state=say(f"state.{petition.state.value}")))
    if petition.state in OPEN and petition.state is not PetitionState.ASKED_FOR_MORE:
        of.out(say("done.due", due=day_text(petition.due_answer)))
    if history[-1].was_late:
        of.out(say("done.late"))
    if history[-1].kind is not EventKind.CONTACT_SEEN:
        of.out(say("done.told" if petition.reachable else "done.not_told"))
    return 0


def _lines(of: Desk, lines: Iterable[str]) -> int:
    empty = True
    for line in lines:
        of.out(line)
        empty = False
    if empty:
        of.out(petition_wording()("line.none"))
    return 0
