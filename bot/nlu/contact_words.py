"""How somebody wants to be reached, in their own words: "0901 234 567, gọi cô Ba" is a number and a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from knowledge.curated import read_yaml
from knowledge.settings import CONTENT_DIR
from knowledge.text import fold

_RUN = re.compile(r"(?<![\w.-])\+?\(?\d(?:[\s.\-()]{0,2}\d){6,13}(?![\w-])")
_SHAPE = re.compile(r"0(?:[35789]\d{8}|2\d{8,9})")
_MOST_NAMES = 4
_LONGEST_NAME = 20


@dataclass(frozen=True)
class Contact:
    """phone: ten or eleven digits from 0; "" where none can be right. called: what to say to them, without surname.

    tried: something like a number stands there, right or not. long: seven digits or more, which no code has.
    """

    phone: str = ""
    called: str = ""
    tried: bool = False
    long: bool = False


def read_contact(text: str) -> Contact:
    """Return the number in `text` and the name beside it."""
    found = _RUN.search(text)
    if found is None:
        return Contact(tried=bool(re.search(r"\d{3}", text)))
    digits = re.sub(r"\D", "", found.group())
    if digits.startswith("84") and len(digits) in (11, 12):
        digits = f"0{digits[2:]}"
    if not _SHAPE.fullmatch(digits):
        return Contact(tried=True, long=True)
    return Contact(digits, _called(f"{text[: found.start()]} {text[found.end() :]}"), tried=True, long=True)


def masked_phone(phone: str) -> str:
    """Return a number as it is shown again: the last three digits."""
    return f"…{phone[-3:]}" if phone else ""


def _called(rest: str) -> str:
    """Return a title and a given name, or the given name: a surname is nobody's business here."""
    said = [word for word in re.findall(r"[^\W\d_]+", rest) if len(word) <= _LONGEST_NAME]
    while said and fold(said[0]) in _words("fillers") and not _is_title(said):
        said.pop(0)
    while said and fold(said[-1]) in _words("fillers"):
        said.pop()
    if not said or len(said) > _MOST_NAMES:
        return ""
    if _is_title(said):
        return f"{said[0].lower()} {_name(said[-1])}"
    return _name(said[-1]) if len(said) == 1 or said[-1][:1].isupper() else ""


def _is_title(said: list[str]) -> bool:
    return len(said) > 1 and fold(said[0]) in _words("titles") and fold(said[1]) not in _words("fillers")


@lru_cache(maxsize=4)
def _words(name: str) -> frozenset[str]:
    """Words beside a number that are no name, and words of address."""
    return frozenset(fold(str(word)) for word in read_yaml(CONTENT_DIR / "contact_words.yml")[name])


def _name(word: str) -> str:
    return word[:1].upper() + word[1:].lower()
