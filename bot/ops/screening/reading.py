"""A message as the finders read it: folded letter by letter, with what is certainly no personal number blanked out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bot.ops.case_codes import find_case_codes
from knowledge.text import fold, without_invisible

BLANK = "§"
_PROCEDURE = re.compile(r"(?<![\d.])\d\.\d{6}(?!\d)(?:\.\d{2,3})*(?:\.h\d\d)?")
_DOCUMENT = re.compile(r"(?<![\w/])\d{1,6}\s?/\s?(?:\d{4}\s?/\s?)?[a-z][a-z0-9\-]*")
_DAY = re.compile(
    r"(?<!\d)(?:[0-3]?\d\s?[-./]\s?[01]?\d\s?[-./]\s?(?:19|20)\d\d|(?:19|20)\d\d[01]\d[0-3]\d|[0-3]\d[01]\d(?:19|20)\d\d)(?!\d)"
)
# No amount begins like a telephone number, and "ngân hàng" is no "ngàn".
_AMOUNT = re.compile(
    r"(?<![\w.+])(?<!\d[ .\-)])(?<!\d\) )(?!0\d|84\d{9,10}(?!\d))\d(?:[\d.,]*\d)?(?:\s?\d{3})*\s?"
    r"(?:d|dong|vnd|k|ngan(?! hang)|nghin|tram|trieu|tr|ty|ti(?! le)|m2|met|m|ha|%)(?![a-z\d])"
)
_ROUND_AMOUNT = re.compile(r"(?<![\w.])(?:[1-9]\d{0,2}(?:[.,]\d{3})+|[1-9]\d*000)(?![\d])(?!\.\d)")
# 1022, 113 and the like are too short to be taken for anything; free and paid hotlines are not.
_HOTLINE = re.compile(r"(?<!\d)1[89]00[ .]?\d{2,4}(?:[ .]?\d{2,3})?(?![\d])")
_MASK = re.compile(r"\[da che: [^\]]*\]|\[noi dung khong duoc luu\]")
# Of a request to the digital team ("mã HT 482-137-2"): no code of a telephone.
_REFERENCE = re.compile(r"(?<!\w)ht ?\d{3}[ -]?\d{3}[ -]?\d(?!\d)")
_SURE = (_PROCEDURE, _DOCUMENT, _REFERENCE)
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
    plain = _blanked(_without_case_codes(_blanked(folded, (_MASK,))), _SURE)
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


def _without_case_codes(text: str) -> str:
    """Blank dossier codes out, also those with a slip in them: whatever the day, none is a person's number."""
    while codes := find_case_codes(text, date.max):  # each is found once, however often it was typed
        for found in codes:
            text = text[: found.start] + BLANK * (found.end - found.start) + text[found.end :]
    return text


def _blanked(text: str, patterns: tuple[re.Pattern[str], ...]) -> str:
    for pattern in patterns:
        text = pattern.sub(lambda found: BLANK * len(found.group()), text)
    return text
