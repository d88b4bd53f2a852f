"""What a message says beyond one procedure: subjects set side by side, several wishes, an event of life, going back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.nlu.comparison import Compared, Rank, compared, sides_of
from bot.nlu.recall import Recalled, recalled
from bot.nlu.wishes import wishes_in
from knowledge.facts import Fact
from knowledge.search.asked import facts_in
from knowledge.search.denials import asserted
from knowledge.search.index import Hit
from knowledge.search.life_events import Told, told_event
from knowledge.search.normalise import subject_words


@dataclass(frozen=True)
class GoingBack:
    """Which earlier procedure is meant, and the facts asked of it."""

    which: Recalled
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Several:
    """Found in one message; each part is empty where there is nothing of the kind.

    compared: with no hit where a comparison names nothing itself ("hai cái đó khác nhau sao"), with one where it names
    one of two ("còn tạm trú thì khác gì").
    """

    compared: Compared | None = None
    wishes: tuple[Hit, ...] = ()
    told: Told | None = None
    back: GoingBack | None = None

    def to_json(self) -> dict[str, Any]:
        """Return JSON values, without the parts that are empty."""
        found: dict[str, Any] = {}
        if self.compared:
            found["compared"] = {"codes": [hit.code for hit in self.compared.hits], "terms": list(self.compared.terms)}
        if self.wishes:
            found["wishes"] = [{"code": hit.code, "title": hit.title, "name": hit.name} for hit in self.wishes]
        if self.told:
            found["event"] = {
                "name": self.told.event.event,
                "alone": self.told.alone,
                "asks_all": self.told.asks_all,
                "codes": list(self.told.event.codes),
            }
        if self.back:
            found["back"] = {"which": self.back.which.value, "facts": [fact.value for fact in self.back.facts]}
        return found


def find_several(text: str, tokens: Sequence[str], rank: Rank) -> Several:
    """Return what `text` says beyond one procedure.

    tokens: its folded words as read. rank: finds the procedure of a part.
    """
    side_by_side = _side_by_side(text, rank)
    if side_by_side:
        return Several(compared=side_by_side)
    return Several(wishes=wishes_in(asserted(text), rank), told=told_event(tokens), back=_going_back(text))


def _side_by_side(text: str, rank: Rank) -> Compared | None:
    sides = sides_of(text)
    if sides is None:
        return None
    if sides.outright and (not sides.parts or (len(sides.parts) == 1 and recalled(text))):
        return Compared((), ())
    return compared(sides, rank)


def _going_back(text: str) -> GoingBack | None:
    """Going back counts only where the message names no matter itself ("quay lại cái khai sinh hồi nãy" does)."""
    found = recalled(text)
    if found is None:
        return None
    asked = facts_in(found[1].split())
    return None if subject_words(asked.rest.split()) else GoingBack(found[0], asked.facts)
