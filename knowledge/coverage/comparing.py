"""How alike two names are, and in what they differ. Siblings such as "cấp" and "cấp lại" are never taken for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from knowledge.coverage.names import Name, vocabulary
from knowledge.text import fold

_LEAST_CONTAINED, _LEAST_SHARE, _CONTAINED = 5, 0.3, 0.95
_UNKNOWN = 8.0
"""Weight of a word that no title has: as much as the rarest."""
_LEAST_LETTERS = 4
"""Shorter words one letter apart are more often two words than one misread."""


@dataclass(frozen=True)
class Difference:
    """Words that stand only in the list's name, and only in the catalogue's title, at one place."""

    listed: tuple[str, ...]
    titled: tuple[str, ...]


class Acts(str, Enum):
    """How the acts of two names stand to each other."""

    AGREE = "agree"
    MORE_IN_TITLE = "more in the title"
    SIBLINGS = "siblings"


def compare_acts(listed: Name, titled: Name) -> Acts:
    """Say whether the title covers the acts that the list names; where it does not, they are siblings."""
    known = vocabulary()
    if any((word in listed.acts) != (word in titled.acts) for word in known["negations"]):
        return Acts.SIBLINGS
    missing, more = listed.acts - titled.acts, titled.acts - listed.acts
    if missing:
        unsaid = missing <= set(known["base"]) and not titled.acts
        return Acts.AGREE if unsaid else Acts.SIBLINGS
    return Acts.MORE_IN_TITLE if more - set(known["base"]) else Acts.AGREE


def levels_conflict(listed: Name, titled: Name, ward: bool) -> bool:
    """Say whether the levels differ. A district's are the commune's now; names on a ward's list are the commune's."""
    ours = "commune" if listed.level == "district" else listed.level or ("commune" if ward else "")
    theirs = "commune" if titled.level == "district" else titled.level
    return bool(ours and theirs and ours != theirs)


def differences(listed: Name, titled: Name, known_words: frozenset[str]) -> list[Difference]:
    """Return in what two names differ, apart from empty words, lost diacritics, and letters misread on paper."""
    empty = set(vocabulary()["empty"])
    found = []
    for step in Levenshtein.opcodes(listed.folded, titled.folded):
        if step.tag == "equal":
            continue
        ours = tuple(word for word in listed.words[step.src_start : step.src_end] if word not in empty)
        theirs = tuple(word for word in titled.words[step.dest_start : step.dest_end] if word not in empty)
        if len(ours) == len(theirs) and all(map(_misread, ours, theirs, [known_words] * len(ours))):
            continue
        if ours or theirs:
            found.append(Difference(ours, theirs))
    return found


def _misread(listed: str, titled: str, known_words: frozenset[str]) -> bool:
    """Say whether a word of the list is one of the title with a letter misread: no title has it as it stands."""
    ours, theirs = fold(listed), fold(titled)
    if ours == theirs:
        return True
    long = min(len(ours), len(theirs)) >= _LEAST_LETTERS
    return long and listed not in known_words and Levenshtein.distance(ours, theirs) <= 1


def is_district_only(found: list[Difference]) -> bool:
    """Say whether the names differ only in that the list says district where the title says commune."""
    return bool(found) and all(
        (fold(" ".join(item.listed)), fold(" ".join(item.titled))) == ("huyen", "xa") for item in found
    )


def is_reordered(listed: Name, titled: Name) -> bool:
    """Say whether the same words stand in another order, where order is no part of the meaning."""
    empty = set(vocabulary()["empty"])  # told by their diacritics: thủ is empty, thử is not
    ours = Counter(fold(word) for word in listed.words if word not in empty)
    theirs = Counter(fold(word) for word in titled.words if word not in empty)
    padded = f" {titled.key} "
    return ours == theirs and not any(f" {word} " in padded for word in vocabulary()["directions"])


def likeness(listed: Name, titled: Name, weights: Mapping[str, float]) -> float:
    """Return 0 to 100: half by shared words, rare ones counting more, and half by letters in order."""
    ours, theirs = Counter(listed.folded), Counter(titled.folded)
    shared = sum(weights.get(word, _UNKNOWN) * count for word, count in (ours & theirs).items())
    total = sum(weights.get(word, _UNKNOWN) * count for word, count in (ours + theirs).items())
    by_words = 200 * shared / total if total else 0.0
    return (by_words + fuzz.ratio(listed.plain, titled.plain)) / 2


def contained(listed: Name, titled: Name, weights: Mapping[str, float]) -> bool:
    """Say whether (nearly) all words of the shorter name stand in the longer: procedures are merged and narrowed."""
    shorter, longer = sorted((listed, titled), key=lambda name: len(name.folded))
    if len(shorter.folded) < max(_LEAST_CONTAINED, _LEAST_SHARE * len(longer.folded)):
        return False
    ours, theirs = Counter(shorter.folded), Counter(longer.folded)
    shared = sum(weights.get(word, _UNKNOWN) * count for word, count in (ours & theirs).items())
    return shared >= _CONTAINED * sum(weights.get(word, _UNKNOWN) * count for word, count in ours.items())


def exchanged(found: list[Difference]) -> int:
    """Count the words that stand against other words: an exchange is more often another procedure than an addition."""
    return sum(min(len(item.listed), len(item.titled)) for item in found)


def fits(parts: list[Name], titled: Name) -> bool:
    """Say whether a title begins with the first part, and holds the others in this order."""
    title, place = f"{titled.plain} ", 0
    for number, part in enumerate(parts):
        found = title.find(f"{part.plain} ", place)
        if found < 0 or (number == 0 and found > 0):
            return False
        place = found + len(part.plain)
    return True
