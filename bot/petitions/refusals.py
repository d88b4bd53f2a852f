"""Why a petition is refused, and where it belongs: a closed list (refusals.yml), each with its words to the citizen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.curated import read_yaml

REFUSALS_FILE = Path(__file__).with_name("refusals.yml")


@dataclass(frozen=True)
class Refusal:
    """why, place: what the citizen reads. needs_text, needs_place: the officer has to write them.

    drops_words: nothing of what was written is kept (R-26).
    """

    name: str
    why: str
    place: str = ""
    needs_text: bool = False
    needs_place: bool = False
    drops_words: bool = False


@dataclass(frozen=True)
class Refusals:
    """All reasons, by name."""

    reasons: dict[str, Refusal]

    def find(self, name: str) -> Refusal | None:
        """Return a reason; None for an unknown name."""
        return self.reasons.get(name)

    def names(self) -> tuple[str, ...]:
        """Return all names."""
        return tuple(self.reasons)


@lru_cache(maxsize=1)
def load_refusals() -> Refusals:
    """Return the shipped reasons."""
    return Refusals({name: Refusal(name, **entry) for name, entry in read_yaml(REFUSALS_FILE).items()})
