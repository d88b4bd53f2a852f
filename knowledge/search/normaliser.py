"""What somebody typed → the words that were meant, with every reading that was considered.

Missing marks, Telex and VNI keystrokes, chat and office abbreviations, words run together and slips of the finger are
read; codes, numbers and names stay as typed. Where a word has several readings, the statistics of our own texts
(`restoring.Restorer`) choose among them by its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache

from rapidfuzz.distance import OSA

from knowledge.search.initials import Initials
from knowledge.search.keyboard import decode_keystrokes, is_syllable
from knowledge.search.normalise import Lexicon
from knowledge.search.restoring import Restorer
from knowledge.text import fold, without_invisible

MAX_WORDS = 120
"""Words of a message that are read; a wall of pasted text is about its beginning."""

_WORD = re.compile(r"[^\W_]+(?:[./][^\W_]+)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TAG = re.compile(r"<[^<>]{1,80}>")
_LONG = re.compile(r"([a-zà-ỹđ])\1{2,}")
_LEAST_STUCK, _LEAST_SPELT, _MOST_READINGS, _NEIGHBOURS = 5, 3, 6, 2
_MOST_STUCK = 24


class Reading(str, Enum):
    """How a word was read."""

    TYPED = "typed"
    WRITTEN_OUT = "written_out"
    KEYSTROKES = "keystrokes"
    SPLIT = "split"
    CORRECTED = "corrected"


@dataclass(frozen=True)
class Word:
    """A word as typed (`text[start:end]` of the message), its readings, the chosen one first, and how it was read."""

    typed: str
    start: int
    end: int
    readings: tuple[str, ...]
    how: Reading = Reading.TYPED


@dataclass(frozen=True)
class Question:
    """A message and its words. `tokens`: folded words of the chosen readings; `marked`: with likely diacritics."""

    typed: str
    words: tuple[Word, ...]
    marked: str

    @cached_property
    def tokens(self) -> list[str]:
        return fold(" ".join(word.readings[0] for word in self.words)).split()


class Normaliser:
    """Reads messages with a lexicon and, once an index is built, with the statistics of its texts."""

    def __init__(self, lexicon: Lexicon, restorer: Restorer | None = None, initials: Initials | None = None) -> None:
        self._lexicon = lexicon
        self._restorer = restorer
        self._initials = initials
        self._read = lru_cache(maxsize=20_000)(self._readings)

    def read(self, text: str) -> Question:
        """Return the question in `text`; hostile text costs no more than `MAX_WORDS` words."""
        seen = without_invisible(_CONTROL.sub(" ", text[: MAX_WORDS * 20]))
        typed = _TAG.sub(lambda tag: " " * len(tag.group()), seen)
        found = list(_WORD.finditer(typed))[:MAX_WORDS]
        shouted = sum(match.group().isupper() for match in found) * 2 > len(found)
        words: list[Word] = []
        for match in found:
            words.append(self._word(match, typed, shouted, words[-1] if words else None))
        chosen = self._choose(words) if self._restorer else words
        plain = " ".join(word.readings[0] for word in chosen)
        return Question(typed, tuple(chosen), self._restorer.restore(plain) if self._restorer else plain)

    def _word(self, match: re.Match[str], text: str, shouted: bool, last: Word | None) -> Word:
        typed = match.group()
        before = text[: match.start()].rstrip()
        starts = not before or before[-1] in ".!?\n"
        is_name = typed[0].isupper() and not typed.isupper() and not starts and not shouted
        readings, how = self._read(typed.lower(), is_name, last is not None and self._is_pair(last, typed))
        return Word(typed, match.start(), match.end(), readings, how)

    def _is_pair(self, last: Word, typed: str) -> bool:
        """Say whether a word is whole beside the one before: "hong" is "không", but not after "sổ"."""
        return f"{fold(last.readings[0]).rpartition(' ')[2]} {fold(typed)}" in self._lexicon.pairs

    def _readings(self, word: str, is_name: bool, is_pair: bool = False) -> tuple[tuple[str, ...], Reading]:
        short = self._lexicon.readings.get(word)
        if short and not is_name and not is_pair:
            return short, Reading.WRITTEN_OUT
        folded = fold(word)
        if not folded.isalpha() and not any(char.isalpha() for char in folded):
            return (word,), Reading.TYPED
        if self._is_known(folded) or (is_name and is_syllable(folded)):
            return (word,), Reading.TYPED
        decoded = decode_keystrokes(word)
        if decoded:
            return (decoded,), Reading.KEYSTROKES
        if is_name or not folded.isalpha():
            return (word,), Reading.TYPED
        return self._repaired(word, folded)

    def _repaired(self, word: str, folded: str) -> tuple[tuple[str, ...], Reading]:
        short = _LONG.sub(r"\1", word)
        if short != word:
            return self._readings(short, is_name=False)[0], Reading.CORRECTED
        meant = self._initials.meaning(folded) if self._initials and not is_syllable(folded) else ""
        if meant:
            return (meant,), Reading.WRITTEN_OUT
        parts = self._split(folded)
        if parts:
            return parts, Reading.SPLIT
        near = self._near(folded)
        return (*near, word)[:_MOST_READINGS], Reading.CORRECTED if near else Reading.TYPED

    def _is_known(self, folded: str) -> bool:
        if self._restorer is not None:
            return self._restorer.knows(folded)
        return is_syllable(folded)

    def _split(self, folded: str) -> tuple[str, ...]:
        """Return how a long word falls into known syllables, the fewest first; empty when it does not."""
        if not _LEAST_STUCK <= len(folded) <= _MOST_STUCK or is_syllable(folded):
            return ()
        ways: list[list[tuple[str, ...]]] = [[] for _ in range(len(folded) + 1)]
        ways[0] = [()]
        for end in range(1, len(folded) + 1):
            for begin in range(max(0, end - 7), end):
                part = folded[begin:end]
                if ways[begin] and end - begin > 1 and is_syllable(part) and self._is_common(part):
                    ways[end] += [(*way, part) for way in ways[begin]]
            ways[end] = sorted(ways[end], key=len)[:_MOST_READINGS]
        return tuple(" ".join(way) for way in ways[-1] if len(way) > 1)

    def _is_common(self, folded: str) -> bool:
        return self._restorer is None or self._restorer.frequency(folded) >= _COMMON

    def _near(self, folded: str) -> tuple[str, ...]:
        """Return known syllables one slip away, the most frequent first."""
        if self._restorer is None or len(folded) < _LEAST_SPELT:
            return ()
        known = self._restorer.common_syllables
        close = [known_one for known_one in known if abs(len(known_one) - len(folded)) <= 1]
        near = [item for item in close if OSA.distance(folded, item, score_cutoff=1) <= 1]
        return tuple(near[: _MOST_READINGS - 1])

    def _choose(self, words: list[Word]) -> list[Word]:
        """Put the likeliest reading of each doubtful word first, by its neighbours."""
        chosen = list(words)
        for place, word in enumerate(words):
            if len(word.readings) > 1:
                before = [item.readings[0] for item in chosen[max(0, place - _NEIGHBOURS) : place]]
                after = [item.readings[0] for item in chosen[place + 1 : place + 1 + _NEIGHBOURS]]
                ordered = sorted(word.readings, key=lambda reading: -self._fit(before, reading, after))
                chosen[place] = Word(word.typed, word.start, word.end, tuple(ordered), word.how)
        return chosen

    def _fit(self, before: Iterable[str], reading: str, after: Iterable[str]) -> float:
        assert self._restorer is not None  # noqa: S101 - only called with one
        return self._restorer.fit(" ".join([*before, reading, *after]))


_COMMON = 20.0
"""How often a syllable must stand in our texts to be a part of a word run together."""
