"""An age that a question names, against ages in the titles: "chưa 14 tuổi" is not "từ đủ 14 tuổi trở lên".

Words of the matter weigh more than a number in search, so of two records that differ in nothing but the age the wrong
one may lead. Only a child's age decides: a grown-up who is named may be the one who files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge.search.found import Ranked
from knowledge.text import fold

_SAID = re.compile(
    r"(?<!\w)(?P<below>(?:chua(?: du| tron| toi| den| len)?|duoi|khong du|thieu)\s+)?"
    r"(?P<age>\d{1,3})\s*(?:tuoi|tui|t)(?!\w)"
)
_FROM = re.compile(r"(?<!\w)tu(?: du)? (\d{1,2}) tuoi(?: tro len)?(?!\w)")
_BELOW = re.compile(r"(?<!\w)duoi (\d{1,2}) tuoi(?!\w)")


def of_that_age(ranked: Ranked, text: str) -> Ranked:
    """Return `ranked` led by the record for the age in `text`, where the first differs from it in the age alone."""
    age = _age_in(fold(text))
    if age is None or not ranked.hits:
        return ranked
    first = ranked.hits[0]
    title = fold(first.title)
    least = _FROM.search(title)
    if least is None or age >= int(least.group(1)):
        return ranked
    matter = _FROM.sub("", title).strip()
    for place, hit in enumerate(ranked.hits[1:], 1):
        most = _BELOW.search(fold(hit.title))
        if most and age < int(most.group(1)) and _BELOW.sub("", fold(hit.title)).strip() == matter:
            return _exchanged(ranked, place)
    return ranked


def _age_in(folded: str) -> float | None:
    """The one age that is named, a little less where it is not reached; None where there are none or several."""
    found: Sequence[re.Match[str]] = list(_SAID.finditer(folded))
    ages = {int(match["age"]) - (0.5 if match["below"] else 0.0) for match in found}
    return ages.pop() if len(ages) == 1 else None


def _exchanged(ranked: Ranked, place: int) -> Ranked:
    """The first and the one at `place` change places, not chances."""
    hits = list(ranked.hits)
    first, other = hits[0], hits[place]
    hits[0], hits[place] = replace(other, score=first.score), replace(first, score=other.score)
    return replace(ranked, hits=tuple(hits))
