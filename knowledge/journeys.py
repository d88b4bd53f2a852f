"""The procedures of a life event as a numbered list: what each is for, the linked one marked, codes as the source."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge import blocks as b
from knowledge.contrasting import name_of
from knowledge.models import Procedure
from knowledge.search.life_events import EventStep, LifeEvent
from knowledge.wording import Wording, load_wording


def journey(event: LifeEvent, records: Sequence[Procedure], say: Wording | None = None) -> tuple[b.Block, ...]:
    """Return the list of `event`. records: those of its steps that the catalogue has, in their order."""
    say = say or load_wording()
    steps = {step.code: step for step in event.steps}
    items = tuple(b.Item(name_of(record), _purpose(steps.get(record.code), record, say)) for record in records)
    codes = ", ".join(record.code for record in records)
    return (
        b.heading(say("life_event.heading", title=event.title)),
        b.ItemList(items, True),
        b.paragraph(say("life_event.order")),
        b.paragraph(say("life_event.source", codes=codes)),
    )


def _purpose(step: EventStep | None, record: Procedure, say: Wording) -> str:
    """What the event says; an old code leads to a record of another code, whose own words then say it."""
    if step is None:
        return record.summary
    return say("life_event.linked", purpose=step.purpose) if step.linked else step.purpose
