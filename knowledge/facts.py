"""Which published facts a question can ask for."""

from __future__ import annotations

from enum import Enum


class Fact(str, Enum):
    """A kind of fact of a procedure; the values travel in `answer.fields`."""

    OVERVIEW = "overview"
    DOCUMENTS = "documents"
    STEPS = "steps"
    FEE = "fee"
    TIME = "time"
    PLACE = "place"
    WHO = "who"
    CONDITIONS = "conditions"
    RESULT = "result"
    FORMS = "forms"
    LEGAL_BASIS = "legal_basis"
    ONLINE = "online"


# What people usually ask next; the first three that were not just answered become buttons.
USUAL_NEXT = (Fact.DOCUMENTS, Fact.FEE, Fact.TIME, Fact.PLACE, Fact.STEPS, Fact.ONLINE)


def next_facts(answered: tuple[Fact, ...], count: int = 3) -> list[Fact]:
    """Return the facts to offer after `answered`."""
    covered = {Fact.TIME, Fact.FEE, Fact.PLACE} if Fact.OVERVIEW in answered else set()
    first = [fact for fact in USUAL_NEXT if fact not in answered and fact not in covered]
    rest = [fact for fact in USUAL_NEXT if fact in covered and fact not in answered]
    return (first + rest)[:count]
