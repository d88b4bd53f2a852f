"""Abbreviations that no list holds, read from the titles: "GPLHX" is "giấy phép lưu hành xe" because titles say so.

Trades abbreviate their own papers in ways that nobody can list beforehand; the words behind the letters mostly stand
in a row in the titles of the procedures that are about them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from knowledge.text import words

_LEAST, _MOST = 3, 7
_LEAST_TITLES = {3: 6, 4: 3}
"""By the number of letters, how many titles must hold the words: three letters fit many runs by chance, five hardly."""
_LEAST_SHARE = 0.5
"""Of all runs of words with these first letters."""


class Initials:
    """The first letters of the titles' words."""

    def __init__(self, titles: Iterable[str]) -> None:
        distinct = dict.fromkeys(tuple(words(title)) for title in titles)
        self._titles = [("".join(word[0] for word in title), title) for title in distinct]
        self._meaning = lru_cache(maxsize=2_000)(self._look)

    def meaning(self, letters: str) -> str:
        """Return the folded words that the folded `letters` stand for, or "" where the titles do not tell."""
        return self._meaning(letters) if _LEAST <= len(letters) <= _MOST and letters.isalpha() else ""

    def _look(self, letters: str) -> str:
        found: Counter[tuple[str, ...]] = Counter()
        for firsts, title in self._titles:
            place = firsts.find(letters)
            if place >= 0:
                found[title[place : place + len(letters)]] += 1
        if not found:
            return ""
        run, titles = found.most_common(1)[0]
        enough = titles >= _LEAST_TITLES.get(len(letters), 1) and titles >= _LEAST_SHARE * found.total()
        return " ".join(run) if enough else ""
