"""Procedures offered side by side, told apart in plain words: by what editors say of siblings, else by level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.models import Procedure
from knowledge.text import fold
from knowledge.wording import load_wording


@dataclass(frozen=True)
class Offer:
    """A procedure to choose: `name` for a button; `when`: in which case it is meant, empty where nobody has said."""

    code: str
    name: str
    when: str = ""


def told_apart(offers: Sequence[Offer], records: Sequence[Procedure]) -> list[Offer]:
    """Return `offers` with what sets each apart from the others. records: those offered, as far as they can be read."""
    by_code = {record.code: record for record in records}
    said = {sibling.code: sibling.difference for record in records for sibling in record.siblings}
    names = [fold(offer.name) for offer in offers]
    named = [
        _with_level(offer, by_code) if names.count(name) > 1 else offer.name
        for offer, name in zip(offers, names, strict=True)
    ]
    return [Offer(offer.code, name, said.get(offer.code, "")) for offer, name in zip(offers, named, strict=True)]


def _with_level(offer: Offer, by_code: dict[str, Procedure]) -> str:
    record = by_code.get(offer.code)
    if record is None or not record.authority_levels:
        return offer.name
    say = load_wording()
    levels = ", ".join(say(f"levels.{level.value}") for level in record.authority_levels)
    return f"{offer.name} ({levels})"


def differences_text(offers: Sequence[Offer]) -> str:
    """Return a line for each offer of which something is said, by its number; empty where there is none."""
    lines = [
        f"{place}. {offer.when[:1].upper()}{offer.when[1:]}"
        for place, offer in enumerate(offers, start=1)
        if offer.when
    ]
    return "\n" + "\n".join(lines) if lines else ""
