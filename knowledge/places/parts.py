"""What the parts of a place's name are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.places.names import Option
from knowledge.places.ways import TIERS, Tier


@dataclass(frozen=True)
class Piece:
    """tokens[start:end]. options: what it can mean. level: the kind that was said before the name, "" where none was.

    fit: how well the marks fit (`Names.at`). number: of a ward or district said by number.
    """

    start: int
    end: int
    options: tuple[Option, ...]
    level: str = ""
    fit: int = 2
    number: int | None = None

    @property
    def tiers(self) -> frozenset[Tier]:
        return frozenset(option.tier for option in self.options)

    @property
    def is_city(self) -> bool:
        return self.tiers == {Tier.CITY}

    @property
    def district(self) -> Option | None:
        """The former district that it can be."""
        return next((option for option in self.options if option.tier is Tier.DISTRICT), None)


def of_level(options: Sequence[Option], kind: str, strictly: bool = False) -> tuple[Option, ...]:
    """Keep what has the kind that was said; where nothing has, what is as large ("huyện Dĩ An" was a city)."""
    exact = tuple(option for option in options if option.kind == kind)
    if exact or strictly:
        return exact
    return tuple(option for option in options if option.tier in TIERS[kind])
