"""Where a unit's office is, and where the citizen's own unit stands in an answer on where to hand something in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from knowledge import blocks as b
from knowledge.formatting import day_text
from knowledge.models import AuthorityLevel, Procedure
from knowledge.places.contacts import Day, Directory, Hours, Office, OfficeKind, Span
from knowledge.places.models import Unit
from knowledge.wording import Wording

_IN_ORDER = list(Day)


def office_text(directory: Directory, one: Unit, kind: OfficeKind, today: date, say: Wording) -> str:
    """Return name, address, phones and hours of a unit's office, a line each; "" where nothing verified is held.

    Where the one-stop office is not held, the people's committee's is told, under its own name.
    """
    kinds = (kind, OfficeKind.COMMITTEE) if kind is OfficeKind.ONE_STOP else (kind,)
    office = next((found for of in kinds if (found := directory.office(one.code, of, today)) is not None), None)
    return "\n".join(_lines(office, today, say)) if office else ""


def where_blocks(
    procedure: Procedure, one: Unit | None, directory: Directory, today: date, say: Wording
) -> tuple[b.Block, ...]:
    """Return what to add to an answer on where to hand in `procedure`: the citizen's own unit, and its office.

    Nothing where the record says that no commune receives it, or where the unit is not known.
    """
    if one is None or AuthorityLevel.COMMUNE not in procedure.authority_levels:
        return ()
    told = office_text(directory, one, OfficeKind.ONE_STOP, today, say) or say("places.unverified")
    return (b.paragraph(say("places.here", unit=one.name)), *(b.paragraph(line) for line in told.splitlines()))


def before_source(parts: Sequence[b.Block], added: Sequence[b.Block]) -> tuple[b.Block, ...]:
    """Put `added` before the source, which ends every answer."""
    end = len(parts) - isinstance(parts[-1], b.SourceNote) if parts else 0
    return (*parts[:end], *added, *parts[end:])


def _lines(office: Office, today: date, say: Wording) -> Iterator[str]:
    yield say("places.office", name=office.name, address=office.address) if office.address else office.name
    if office.phones:
        yield say("places.phone", phones=", ".join(office.phones))
    if office.hours is not None and office.hours.verified.holds_on(today):
        yield say("places.hours", hours=hours_text(office.hours, say))
    if office.note:
        yield office.note
    if office.verified.on is not None:
        yield say("places.verified", day=day_text(office.verified.on))


def hours_text(hours: Hours, say: Wording) -> str:
    """Return opening hours as one line, days with the same hours together ("thứ Hai đến thứ Sáu 7:30–11:30 …")."""
    of_day = {day: _times(day, hours.spans) for day in _IN_ORDER}
    open_days = [day for day in _IN_ORDER if of_day[day]]
    told = []
    for _, group in groupby(open_days, key=lambda day: (of_day[day], _IN_ORDER.index(day) - open_days.index(day))):
        days = list(group)
        first, last = say(f"places.{days[0].value}"), say(f"places.{days[-1].value}")
        name = first if len(days) == 1 else say("places.from_to", first=first, last=last)
        told.append(f"{name} {of_day[days[0]]}")
    return "; ".join([*told, *([hours.note] if hours.note else [])])


def _times(day: Day, spans: Sequence[Span]) -> str:
    times = sorted((span.start, span.end) for span in spans if day in span.days)
    return ", ".join(f"{start.lstrip('0')}–{end.lstrip('0')}" for start, end in times)
