"""A message as the finders read it: folded letter by letter, with what is certainly no personal number blanked out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from knowledge.text import fold, without_invisible

BLANK = "§"
_DASH = r"[-–—]"
_UNIT = r"(?:[a-z]?[\do]{1,4})(?:\s?[.\-–—]\s?[a-z]?[\do]{1,3}){0,6}"
# Law and process brief B.5, as people type it: blanks, dashes of all kinds or none, O for 0, l for 1.
_CASE_WITH_LETTER = re.compile(
    rf"(?<![\w.])(?=[\d.\-o]*h[\do]{{2}}){_UNIT}[\s.\-–—]{{1,3}}[\dol]{{6}}[\s.\-–—]{{1,3}}[\dol]{{4,7}}(?!\w)"
)
_CASE_OF_DAY = re.compile(rf"(?<![\w.]){_UNIT}\s?{_DASH}\s?[12]\d[01]\d[0-3]\d\s?{_DASH}\s?\d{{4,7}}(?![\w])")
_PROCEDURE = re.compile(r"(?<![\d.])\d\.\d{6}(?!\d)(?:\.\d{2,3})*(?:\.h\d\d)?")
_DOCUMENT = re.compile(r"(?<![\w/])\d{1,6}\s?/\s?(?:\d{4}\s?/\s?)?[a-z][a-z0-9\-]*")
_DAY = re.compile(
    r"(?<!\d)(?:[0-3]?\d\s?[-./]\s?[01]?\d\s?[-./]\s?(?:19|20)\d\d|(?:19|20)\d\d[01]\d[0-3]\d|[0-3]\d[01]\d(?:19|20)\d\d)(?!\d)"
)
_AMOUNT = re.compile(
    r"(?<![\w.])\d[\d.,]*(?:\s?\d{3})*\s?(?:d|dong|vnd|k|ngan|nghin|tram|trieu|tr|ty|ti|m2|met|m|ha|%)(?![a-z\d])"
)
_ROUND_AMOUNT = re.compile(r"(?<![\w.])(?:[1-9]\d{0,2}(?:[.,]\d{3})+|[1-9]\d*000)(?![\d])(?!\.\d)")
# 1022, 113 and the like are too short to be taken for anything; free and paid hotlines are not.
_HOTLINE = re.compile(r"(?<!\d)1[89]00[ .]?\d{2,4}(?:[ .]?\d{2,3})?(?![\d])")
_MASK = re.compile(r"\[da che: [^\]]*\]|\[noi dung khong duoc luu\]")
_SURE = (_MASK, _CASE_WITH_LETTER, _CASE_OF_DAY, _PROCEDURE, _DOCUMENT)
_LIKELY = (_DAY, _AMOUNT, _HOTLINE)


@dataclass(frozen=True)
class Reading:
    """All texts have the same length, so a place in one is the place in the others.

    typed: as it came, in NFC. folded: small letters without marks. plain: `folded` without masks and official codes.
    loose: `plain` without days, amounts and hotlines as well.
    """

    typed: str
    folded: str
    plain: str
    loose: str


def read(text: str) -> Reading:
    """Return the reading of `text`, freed of characters that nobody sees."""
    typed = without_invisible(text)
    folded = "".join(_folded(char) for char in typed)
    plain = _blanked(folded, _SURE)
    return Reading(typed, folded, plain, _blanked(plain, _LIKELY))


def without_round_amounts(text: str) -> str:
    """Return `text` (a reading's) with "15.000.000" and "500000" blanked out."""
    return _blanked(text, (_ROUND_AMOUNT,))


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    """One letter for one: wide and foreign digits become ours, what cannot be folded to one letter stays."""
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    folded = fold(unicodedata.normalize("NFKC", char))
    return folded if len(folded) == 1 else char


def _blanked(text: str, patterns: tuple[re.Pattern[str], ...]) -> str:
    for pattern in patterns:
        text = pattern.sub(lambda found: BLANK * len(found.group()), text)
    return text
