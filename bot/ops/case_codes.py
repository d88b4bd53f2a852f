"""Dossier codes as citizens type them: `{unit}-{yymmdd}-{number}` (law and process brief B.5).

Blanks, small letters, O for 0, l for 1 and dashes of all kinds are read as meant; a code that cannot be right is found
too, with what is wrong with it, so that the citizen can be told kindly. Every province's codes are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

from knowledge.text import fold

_ALIKE = str.maketrans(dict.fromkeys("‐‑‒–—―−﹘﹣－_", "-") | dict.fromkeys("\xa0\u2007\u202f\u200b\u3000\t\n", " "))
_DIGITS = str.maketrans("OoIlL", "00111")
_D = "[0-9OoIl]"
_UNIT = rf"[A-Za-z]?{_D}{{1,3}}(?:[ ]?\.[ ]?[A-Za-z]?{_D}{{1,3}}){{0,5}}"
_DASH = r"[ ]?(?:-[ ]?){1,2}"
_FIRST_YEAR = 2010
"""The oldest codes of this form that were found are of 2021; a year before this is a slip."""
_NUMBER_LENGTHS = range(4, 8)
_JOINED = 10
_LETTER = re.compile("[A-Za-z]")

# With dashes, any unit; with blanks or dots, only one that holds a letter and a digit ("H29.12 261101 0042"), or a run
# of numbers such as a telephone's would be taken for a code.
_DASHED = re.compile(rf"(?<![\w.])({_UNIT}){_DASH}({_D}(?:[ ]?{_D}){{3,8}}){_DASH}({_D}{{1,10}})(?![\w])")
_LETTERED = r"(?:[0-9]{1,3}\.)*[A-Za-z][0-9]{1,3}(?:\.[A-Za-z]?[0-9]{1,3}){0,5}"
_SPACE = rf"(?:[ ]+|[ ]?\.[ ]?|{_DASH})"
_BLANKED = re.compile(rf"(?<![\w.])({_LETTERED}){_SPACE}({_D}{{6}}){_SPACE}({_D}{{4,7}})(?![\w])")
_AGENCY = r"(?:[0-9]{1,3}\.)*[GgHh][0-9]{2}(?:\.[0-9]{1,3}){0,5}"
_TORN = re.compile(rf"(?<![\w.])({_AGENCY}){_DASH}({_D}{{4,13}})(?![\w-])")
"""Date and number run together ("H29.12-2611010042"), or one of them missing; behind a ministry's (G) or a province's
(H) letter only, or "A4-2024" would be a torn code."""
_UNITLESS = re.compile(rf"(?<![\w.,/-])({_D}{{6}})({_SPACE}|)({_D}{{4,7}})(?![\w-])(?![.,/]\d)")
"""Day and number without the unit ("261102-0004"). With a dash by itself; with a blank, a dot or nothing between them
only behind a word for a dossier, or a telephone's number would be one."""
_OF_A_DOSSIER = re.compile(r"(?<![a-z])(?:ho so|bien nhan|giay hen|giay tiep nhan|ma hs)(?![a-z])[^\n]{0,30}$")
_OF_A_SECRET = re.compile(
    r"(?<![a-z])(?:otp|xac thuc|xac nhan|xac minh|mat khau|pin|passcode|mat ma|cvv)(?![a-z])[^\n]{0,30}$"
)
_OF_A_PERSON = re.compile(
    r"(?<![a-z])(?:so the|stk|tk|tai khoan|sdt|dt|dien thoai|cccd|can cuoc|cmnd|bhxh|bhyt|bao hiem|mst|zalo)(?![a-z])"
    r"[^\n]{0,30}$"
)
_BEFORE = 45
_UNIT_ALONE = re.compile(
    rf"[\s\"'“”(]*(?:ma co quan|co quan|phan dau|don vi)?[\s:]*(?:la )?({_LETTERED})[\s\"'“”).!]*", re.IGNORECASE
)


class CodeFault(str, Enum):
    """What is wrong with a code."""

    DATE_LENGTH = "date_length"
    NO_SUCH_DAY = "no_such_day"
    IN_FUTURE = "in_future"
    NUMBER_LENGTH = "number_length"
    TORN = "torn"
    """Its last part is missing."""
    NO_UNIT = "no_unit"
    """Its first part, the unit's, is missing."""


@dataclass(frozen=True)
class CaseCode:
    """A code as the systems write it: capital letters, hyphens, no blanks. unit: who received the dossier, and when."""

    unit: str
    day: date
    number: str

    def __str__(self) -> str:
        return f"{self.unit}-{self.day:%y%m%d}-{self.number}"


@dataclass(frozen=True)
class FoundCode:
    """A code in a message: `text[start:end]` as typed; `code`, or the `fault` that keeps it from being one.

    part: day and number as the systems write them, where only the unit is missing.
    """

    typed: str
    start: int
    end: int
    code: CaseCode | None
    fault: CodeFault | None = None
    part: str = ""


def find_case_codes(text: str, today: date) -> tuple[FoundCode, ...]:
    """Return all codes in `text`, in order, each once; `today`: the city's day, beyond which none can be dated."""
    seen = text.translate(_ALIKE)
    found: list[FoundCode] = []
    taken: list[tuple[int, int]] = []
    for pattern in (_DASHED, _BLANKED, _TORN, _UNITLESS):
        for match in pattern.finditer(seen):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            item = _without_unit(match, text, today) if pattern is _UNITLESS else _read(match, text, today)
            if item is None or (pattern is not _UNITLESS and item.fault and not _LETTER.search(match.group(1))):
                continue  # without a letter, what is no code may be a telephone's or an account's number
            taken.append(match.span())
            found.append(item)
    return _each_once(sorted(found, key=lambda item: item.start))


def complete_code(part: str, text: str, today: date) -> FoundCode | None:
    """Return the code that a `part` without its unit and `text`, a unit by itself ("H29.12"), make; None for others."""
    unit = _UNIT_ALONE.fullmatch(fold(text))
    found = find_case_codes(f"{unit.group(1).upper()}-{part}", today) if unit else ()
    return found[0] if found and found[0].code else None


def _without_unit(match: re.Match[str], text: str, today: date) -> FoundCode | None:
    """Day and number of a code whose unit is missing; None where it is rather a number of another kind."""
    before = fold(text[max(0, match.start() - _BEFORE) : match.start()])
    digits, between, number = match.group(1).translate(_DIGITS), match.group(2), match.group(3).translate(_DIGITS)
    day = _day(digits)
    named = _OF_A_DOSSIER.search(before)
    another = _OF_A_SECRET.search(before) or (_OF_A_PERSON.search(before) and not named)
    if day is None or day > today or another or not ("-" in between or named):
        return None
    typed = text[match.start() : match.end()]
    return FoundCode(typed, match.start(), match.end(), None, CodeFault.NO_UNIT, f"{day:%y%m%d}-{number}")


def _read(match: re.Match[str], text: str, today: date) -> FoundCode:
    typed = text[match.start() : match.end()]
    where = (typed, match.start(), match.end())
    digits = match.group(2).replace(" ", "").translate(_DIGITS)
    if match.re is _TORN and len(digits) < _JOINED:
        return FoundCode(*where, None, CodeFault.TORN)
    digits, number = (digits[:6], digits[6:]) if match.re is _TORN else (digits, match.group(3).translate(_DIGITS))
    unit = ".".join(_group(part) for part in match.group(1).replace(" ", "").split("."))
    day = _day(digits)
    fault = _fault(digits, day, number, today)
    if fault is not None or day is None:
        return FoundCode(*where, None, fault)
    return FoundCode(*where, CaseCode(unit, day, number))


def _fault(digits: str, day: date | None, number: str, today: date) -> CodeFault | None:
    if len(digits) != 6:
        return CodeFault.DATE_LENGTH
    if day is None:
        return CodeFault.NO_SUCH_DAY
    if day > today:
        return CodeFault.IN_FUTURE
    return None if len(number) in _NUMBER_LENGTHS else CodeFault.NUMBER_LENGTH


def _group(part: str) -> str:
    """One part of the unit: an O among digits is a zero, a letter before digits stays ("H29", "hO9", "OOO")."""
    upper = part.upper()
    if upper[0].isalpha() and upper[0] not in "OIL":
        return upper[0] + upper[1:].translate(_DIGITS)
    return upper.translate(_DIGITS)


def _day(digits: str) -> date | None:
    if len(digits) != 6:
        return None
    try:
        found = date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return None
    return found if found.year >= _FIRST_YEAR else None


def _each_once(found: list[FoundCode]) -> tuple[FoundCode, ...]:
    kept: dict[str, FoundCode] = {}
    for item in found:
        kept.setdefault(str(item.code) if item.code else item.typed, item)
    return tuple(kept.values())
