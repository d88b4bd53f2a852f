"""A status in words: what it means, since when, where, what to do next and by when. Says only what the record holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.cases.models import FINISHED, CaseState, CaseStatus, Supplement
from bot.ops.clock import CITY_TIME
from knowledge.blocks import Block, Item, ItemList, heading, notice, paragraph
from knowledge.formatting import amount_text, day_text
from knowledge.wording import Wording, load_wording
from knowledge.working_days import Calendar

WORDING_FILE = Path(__file__).with_name("wording.yml")
_NOTHING_TO_DO = (CaseState.RECEIVED, CaseState.PROCESSING)
"""What these say next would belittle a delay."""
_WITH_REASON = (CaseState.INTAKE_REFUSED, CaseState.STOPPED)


@dataclass(frozen=True)
class Telling:
    """The blocks of an answer. late: overdue by QĐ 766. unexplained: still running, overdue, without a notice."""

    blocks: tuple[Block, ...]
    late: bool = False
    unexplained: bool = False


def tell(
    status: CaseStatus, today: date, calendar: Calendar, sample: bool = False, followed_up: bool = False
) -> Telling:
    """Put a status into words, for the day `today` of the city.

    followed_up: somebody of the unit has been set on it, which is said only where it is so.
    """
    teller = _Teller(status, today, calendar, case_wording(), followed_up)
    late = status.is_overdue(today)
    unexplained = is_unexplained(status, today)
    return Telling(tuple(teller.blocks(late, unexplained, sample)), late, unexplained)


def is_unexplained(status: CaseStatus, today: date) -> bool:
    """Say whether a dossier is late, still running, and nobody has said why."""
    return status.is_overdue(today) and status.notice is None and status.state not in FINISHED


def state_name(status: CaseStatus) -> str:
    """Return a state in words."""
    return case_wording()(f"state.{_key(status)}", words=status.local_state)


def _key(status: CaseStatus) -> str:
    nameless = status.state is CaseState.UNKNOWN and not status.local_state
    return "unknown_without_words" if nameless else status.state.value


def case_wording() -> Wording:
    """The sentences about dossiers, read once."""
    return load_wording(WORDING_FILE)


@dataclass(frozen=True)
class _Teller:
    status: CaseStatus
    today: date
    calendar: Calendar
    say: Wording
    followed_up: bool

    def blocks(self, late: bool, unexplained: bool, sample: bool) -> Iterator[Block]:
        yield heading(self.say("head.code", code=self.status.code))
        if self.status.title:
            yield paragraph(self.status.title)
        yield paragraph(state_name(self.status))
        facts = tuple(Item(line) for line in self._facts(late))
        if facts:
            yield ItemList(facts)
        if late:
            yield from self._lateness(unexplained)
        if self.status.legs:
            yield paragraph(self.say("leg.intro"))
            yield ItemList(tuple(self._leg(leg) for leg in self.status.legs), ordered=True)
        if not (late and self.status.state in _NOTHING_TO_DO):
            yield paragraph(self.say(f"next.{_key(self.status)}"))
        if sample:
            yield notice(self.say("head.sample"))

    def _facts(self, late: bool) -> Iterator[str]:
        """What else the record holds, a line each, in the order in which people ask for it."""
        of, say = self.status, self.say
        if of.since:
            yield say("line.since", moment=f"{of.since.astimezone(CITY_TIME):%H:%M ngày %d/%m/%Y}")
        if of.received_on:
            yield say("line.received_on", day=day_text(of.received_on))
        if of.state is CaseState.AWAITING_SUPPLEMENT:
            yield from map(self._supplement, of.supplements)
            yield say("line.supplement_deadline")
        if of.fee_due:
            yield say("line.fee", amount=amount_text(of.fee_due))
        if of.state in _WITH_REASON:
            yield say("line.reason", reason=of.reason) if of.reason else say("line.no_reason")
        yield from self._dates(late)
        yield from self._places()

    def _places(self) -> Iterator[str]:
        of, say = self.status, self.say
        if of.results:
            yield say("line.results", results="; ".join(of.results))
        if of.state is CaseState.RESULT_READY:
            yield say("line.result_hours")
        if of.unit:
            yield say("line.unit", unit=of.unit)
        if of.desk and of.state not in FINISHED:
            yield say("line.desk", desk=of.desk)

    def _dates(self, late: bool) -> Iterator[str]:
        of, say = self.status, self.say
        if of.returned_on:
            yield say("line.returned_on", day=day_text(of.returned_on))
        elif of.finished_on:
            yield say("line.finished_on", day=day_text(of.finished_on))
        elif of.state in FINISHED or late:
            return  # nothing runs any more, or the lateness says the date
        elif of.due_on is None:
            yield say("line.no_due")
        elif of.due_on == self.today:
            yield say("line.due_today", day=day_text(of.due_on))
        else:
            left = self.calendar.between(self.today, of.due_on)
            unsure = left.unsure_years or left.days < 1  # a calendar that is not announced must not be counted with
            yield say("line.due" if unsure else "line.due_left", day=day_text(of.due_on), left=left.days)

    def _supplement(self, supplement: Supplement) -> str:
        say = self.say
        content = supplement.content
        parts = [say("line.supplement", content=content) if content else say("line.supplement_no_content")]
        if supplement.asked_on:
            parts.append(say("line.supplement_asked", day=day_text(supplement.asked_on)))
        if supplement.due_after and supplement.due_after != supplement.due_before:
            parts.append(say("line.supplement_moved", day=day_text(supplement.due_after)))
        return ", ".join(parts)

    def _lateness(self, unexplained: bool) -> Iterator[Block]:
        of, say = self.status, self.say
        ended = of.finished_on or of.returned_on
        if of.due_on and ended and ended > of.due_on:
            yield notice(say("late.finished_late", day=day_text(of.due_on)))
        elif of.due_on and not ended and of.due_on < self.today:
            days = self.calendar.between(of.due_on, self.today).days
            yield notice(say("late.passed", days=max(1, days), day=day_text(of.due_on)))
        if len(of.supplements) > 1:
            yield notice(say("late.supplements", count=len(of.supplements)))
        if of.notice:
            yield from self._notice()
        elif unexplained:
            yield paragraph(say("late.none"))
            if self.followed_up:
                yield paragraph(say("late.follow_up", unit=of.unit or say("late.the_unit")))

    def _notice(self) -> Iterator[Block]:
        told = self.status.notice
        if told is None:
            return
        yield paragraph(self.say("late.apology", apology=told.apology))
        yield paragraph(self.say("late.reason", reason=told.reason))
        passed = told.next_return_date < self.today
        yield paragraph(self.say("late.next_passed" if passed else "late.next", day=day_text(told.next_return_date)))

    def _leg(self, leg: CaseStatus) -> Item:
        text = self.say("leg.state", title=leg.title or leg.code, state=state_name(leg))
        if leg.due_on is None or leg.state in FINISHED:
            return Item(text)
        return Item(text, self.say("leg.late" if leg.is_overdue(self.today) else "leg.due", day=day_text(leg.due_on)))
