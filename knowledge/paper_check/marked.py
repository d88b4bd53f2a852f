"""Phrases found with their marks: folded, "sổ đỏ" is also "số đó" and "sơ đồ", and records always write marks.

Where a tone stands in a word is a matter of taste ("khoẻ", "khỏe"), so a word's marks are compared as a bag.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from knowledge.text import fold, has_diacritics, typed_words, words


@dataclass(frozen=True)
class Marked:
    """A text for finding phrases in. text: its folded words joined by blanks; keys: one a word, with its marks."""

    text: str
    keys: tuple[str, ...]

    def holds(self, phrase: str) -> bool:
        """Say whether `phrase` stands in the text; a phrase typed without any mark is met whatever the marks."""
        folded = f" {' '.join(words(fold(phrase)))} "
        text = f" {self.text} "
        if folded.strip() == "" or folded not in text:
            return False
        if not has_diacritics(phrase):
            return True
        wanted = keys_of(phrase)
        return any(self.keys[at : at + len(wanted)] == wanted for at in range(len(self.keys) - len(wanted) + 1))


@lru_cache(maxsize=8192)
def marked(text: str) -> Marked:
    """Return `text` made ready."""
    return Marked(" ".join(words(fold(text))), keys_of(text))


def keys_of(text: str) -> tuple[str, ...]:
    """Return each word's folded letters and sorted marks."""
    return tuple(_key(word) for word in typed_words(text))


@lru_cache(maxsize=8192)
def _key(word: str) -> str:
    marks = sorted(letter for letter in unicodedata.normalize("NFD", word) if unicodedata.combining(letter))
    return f"{fold(word)}{'d' * word.count('đ')}{''.join(marks)}"
