"""Texts that officers start from, each for one step of the desk (templates.yml)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.ops.clock import city_date
from bot.petitions.models import Petition
from knowledge.curated import read_yaml
from knowledge.formatting import day_text

TEMPLATES_FILE = Path(__file__).with_name("templates.yml")
STEPS = ("ask", "answer", "transfer")
_BLANK = re.compile(r"<[^<>\s][^<>\n]{0,79}>")


@dataclass(frozen=True)
class Template:
    """step: which of `STEPS` it is for. kinds: of petitions; empty: for all."""

    id: str
    step: str
    title: str
    text: str
    kinds: tuple[str, ...] = ()

    def fits(self, step: str, petition: Petition) -> bool:
        """Say whether it is for this step on this petition."""
        return self.step == step and (not self.kinds or petition.kind.value in self.kinds)

    def filled(self, petition: Petition, blanks: tuple[str, ...] = ()) -> str:
        """Return the text with what the petition knows, and its blanks filled in their order as far as `blanks` go."""
        known = self.text.format(
            code=petition.code,
            received_on=day_text(city_date(petition.received_at)),
            unit=petition.unit_name,
            procedure=petition.procedure_title,
        )
        given = iter(blanks)
        return _BLANK.sub(lambda blank: next(given, blank.group()), known)


@lru_cache(maxsize=1)
def load_templates() -> tuple[Template, ...]:
    """Return the shipped templates."""
    entries = read_yaml(TEMPLATES_FILE)
    return tuple(Template(**{**entry, "kinds": tuple(entry.get("kinds", ()))}) for entry in entries)


def has_blanks(text: str) -> bool:
    """Say whether something of a template is still to be written."""
    return _BLANK.search(text) is not None
