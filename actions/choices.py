"""Procedures offered by number: read, named, as buttons and as what is remembered of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from rasa_sdk.events import EventType, SlotSet

from bot.ops.outcomes import Outcome
from bot.services import Services
from knowledge.contrasting import name_of
from knowledge.errors import CatalogueError
from knowledge.facts import Fact
from knowledge.models import Procedure
from knowledge.offering import Offer

PROCEDURE_CODE = "procedure_code"
OFFERED = "procedure__offered"
PENDING_FACTS = "procedure__facts"
LAST_FACTS = "procedure__last_facts"
LIKELY = "procedure__likely"
LISTED = "procedure__listed"
HISTORY = "procedure__history"


async def read_record(services: Services, code: str) -> Procedure:
    """Return the record to answer from; raises `CatalogueError`. In a thread of its own only where it must be read."""
    kept = services.catalogue.kept(code)
    return kept if kept is not None else await asyncio.to_thread(services.catalogue.get, code)


async def read_records(services: Services, codes: Sequence[str]) -> list[Procedure]:
    """Return the records that can be read, each once: an offer is made without the others rather than not at all."""
    found: dict[str, Procedure] = {}
    for code in codes:
        with suppress(CatalogueError):
            record = await read_record(services, code)
            found.setdefault(record.code, record)
    return list(found.values())


def offers_of(records: Sequence[Procedure]) -> list[Offer]:
    """Return `records` as offers under their short names."""
    return [Offer(record.code, name_of(record)) for record in records]


def choice_buttons(offers: Sequence[Offer], listed: Sequence[str] = ()) -> list[dict[str, str]]:
    """One button a procedure, numbered so that a typed number chooses too.

    listed: the codes of a list that stands already, whose numbers stay.
    """
    codes = list(listed) or [offer.code for offer in offers]
    return [
        {
            "title": f"{codes.index(offer.code) + 1}. {offer.name}",
            "payload": f'/choose_procedure{{"procedure_code":"{offer.code}"}}',
        }
        for offer in offers
        if offer.code in codes
    ]


def offered_slots(codes: Sequence[str], facts: Sequence[Fact], likely: str = "", asked: bool = True) -> list[EventType]:
    """Remember what was offered, and the facts asked so far.

    likely: what a question without a subject is about from now on, in place of the procedure answered last.
    asked: whether the citizen was asked which one; a short reply then means one of them, whatever else it fits.
    """
    slots = [
        SlotSet(OFFERED, list(codes) if asked else None),
        SlotSet(LISTED, list(codes)),
        SlotSet(PENDING_FACTS, [fact.value for fact in facts] or None),
        SlotSet(LIKELY, likely or None),
    ]
    return [*slots, SlotSet(PROCEDURE_CODE, None)] if likely else slots


def empty_answer(outcome: Outcome, facts: Sequence[Fact] = (), code: str | None = None) -> dict[str, Any]:
    """Return the machine-readable side of a turn that answers no fact of a record."""
    return {"outcome": outcome.value, "procedure_code": code, "fields": [fact.value for fact in facts]}
