"""Vietnamese text: clean-up and folding, shared by search and understanding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ue000-\uf8ff\ufeff]"
)
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u3000]+")
_TYPED_WORD = re.compile(r"[^\W_]+(?:[./][^\W_]+)*")
_MARKS = re.compile("[\u0300-\u036f]+")
_NO_MARK = re.compile("[^\x00-\x7f\u0300-\u036f]")
_MARKED_WORD = re.compile(r"\w+")
_WORD = re.compile(r"[a-z0-9]+(?:[./][a-z0-9]+)*")


def clean(text: str) -> str:
    """Return `text` in NFC, without invisible characters, runs of blanks or blank ends; line breaks stay."""
    if _is_clean(text):
        return unicodedata.normalize("NFC", text)
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    lines = (_single_blanks(line).strip() for line in text.replace("\r", "\n").split("\n"))
    return "\n".join(line for line in lines if line)


def _is_clean(text: str) -> bool:
    """Most texts of the portal are: `isprintable` knows no space but the blank, and nothing invisible."""
    return text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]


def _single_blanks(line: str) -> str:
    return line if line.isprintable() and "  " not in line else _SPACES.sub(" ", line)


def without_invisible(text: str) -> str:
    """Return `text` in NFC, without characters that nobody sees."""
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def clean_line(text: str) -> str:
    """Return `text` cleaned and on one line."""
    return " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).split())


def fold(text: str) -> str:
    """Return `text` in small letters without diacritics; đ becomes d. Same for NFC and NFD input."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    if _NO_MARK.search(apart):
        return _MARKS.sub("", apart)
    return apart.encode("ascii", "ignore").decode("ascii")  # what is not ASCII are marks: twice as fast


def typed_words(text: str) -> list[str]:
    """Return the words of `text` as typed, in small letters; codes such as 1.004194 and ct01/a stay whole."""
    return _TYPED_WORD.findall(unicodedata.normalize("NFC", text.lower()))


def words(text: str) -> list[str]:
    """Return the folded words of `text`; codes such as 1.004194 and ct01/a stay whole."""
    return _WORD.findall(fold(text))


def marked_words(text: str) -> list[str]:
    """Return the words of `text` with their diacritics, in small letters."""
    return _MARKED_WORD.findall(unicodedata.normalize("NFC", text.lower()))


def bigrams(tokens: list[str]) -> Iterator[str]:
    """Yield neighbouring pairs, joined by a blank."""
    return (f"{left} {right}" for left, right in pairwise(tokens))


def has_diacritics(text: str) -> bool:
    """Say whether `text` carries any Vietnamese mark (tone, vowel or đ)."""
    return not text.isascii() and fold(text) != unicodedata.normalize("NFC", text.lower())
