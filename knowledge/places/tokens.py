"""The words of a message with their places in it, ready to be compared with names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

from knowledge.search.keyboard import decode_keystrokes, is_syllable
from knowledge.text import fold

MOST_TOKENS = 400
"""Words of a message that are looked at; a pasted wall of text costs no more."""

_WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")
_GLUED = re.compile(r"(?:(?:phuong|phuog|ph|p|f|quan|q)\d{1,2})+(?:(?:quan|q|p|f|phuong)[a-z]*)?")
_PART = re.compile(r"\d+|[^\d]+")
_LEVEL_NUMBER = re.compile(r"phường|phuong|quận|quan|ph|[pfq]|\d+|.+")
_LAST_Y = re.compile(r"(?<=[bcdghklmnpqrstvxu])y$")
_BREAK = re.compile(r"[,;:!?\n()/|]")
_STOP = re.compile(r"[.…]\s")
_LONGEST_SHORT = 3
"""Letters of an abbreviation: "tt." and "tp." end no sentence."""


@dataclass(frozen=True)
class Token:
    """A word: `text[start:end]`. marked: small letters, NFC, keystrokes read. plain: folded, y read as i.

    number: its value where it is digits. break_before: a comma or the like, or the end of a sentence stands before it.
    """

    start: int
    end: int
    marked: str
    plain: str
    number: int | None
    break_before: bool


def tokens_of(text: str) -> list[Token]:
    """Return the words of `text`; "p12" and "q10" are two words each. Places are those in `text` as it is."""
    found: list[Token] = []
    for start, stop, word in _words(text):
        marked, plain = reading(word)
        number = int(plain) if plain.isdecimal() and plain.isascii() and len(plain) <= 2 else None
        found.append(Token(start, stop, marked, plain, number, _is_break(text, found[-1] if found else None, start)))
        if len(found) == MOST_TOKENS:
            break
    return found


def _is_break(text: str, last: Token | None, start: int) -> bool:
    """Say whether a comma or the like, or the end of a sentence stands between a word and what begins at `start`."""
    end = last.end if last else 0
    if start - end == 1 and text[end] == " ":  # so it mostly is
        return False
    stops = last is not None and end - last.start > _LONGEST_SHORT and _STOP.search(text, end, start)
    return bool(stops or _BREAK.search(text, end, start))


def _words(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _WORD.finditer(text):
        word = match.group()
        if not word.isalpha() and any(char.isdigit() for char in word) and _GLUED.fullmatch(fold(word)):
            yield from _unglued(word, match.start())
        else:
            yield match.start(), match.end(), word


def _unglued(word: str, at: int) -> Iterator[tuple[int, int, str]]:
    for part in _PART.finditer(word):
        place = 0
        # After the number of a ward may follow the letter of the district's word: "p12q10", "p12qtanbinh".
        pieces = _LEVEL_NUMBER.findall(part.group().lower()) if part.start() else [part.group()]
        for piece in pieces:
            begin = at + part.start() + place
            yield begin, begin + len(piece), part.group()[place : place + len(piece)]
            place += len(piece)


@lru_cache(maxsize=20_000)
def reading(word: str) -> tuple[str, str]:
    """Return (with marks, folded) of a word as it was meant: Telex and VNI keystrokes are read."""
    marked = normalize("NFC", word.lower())
    folded = fold(marked)
    if marked.isascii() and not marked.isdecimal() and not is_syllable(folded):
        decoded = decode_keystrokes(marked)
        if decoded:
            marked, folded = decoded, fold(decoded)
    return marked, plain(folded)


def plain(folded: str) -> str:
    """Return a folded word with one spelling of i and y at its end: "quy" and "qui", "my" and "mi"."""
    return _LAST_Y.sub("i", folded)


def likeness(typed: str, name: str) -> int:
    """Say how a typed word fits a name's word of the same letters: 2 same marks, 1 some missing, 0 other marks."""
    ours, theirs = _letters(typed), _letters(name)
    if ours == theirs:
        return 2
    left = list(theirs)
    for letter in ours:
        if letter not in left:
            return 0
        left.remove(letter)
    return 1


@lru_cache(maxsize=20_000)
def _letters(word: str) -> tuple[str, ...]:
    """Letters and marks in any order: "hoà" and "hòa" are the same."""
    return tuple(sorted(normalize("NFD", word.replace("đ", "d\u0335").replace("y", "i"))))
