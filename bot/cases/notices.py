"""Late notices: an apology, the reason and the next date, all three or none (R-34, R-35; directive IV.4a)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from pathlib import Path

from bot.cases.models import LateNotice
from bot.ops.case_codes import CaseCode
from knowledge.plain_yaml import plain_yaml
from knowledge.text import fold, words
from knowledge.working_days import Calendar

GENERIC_FILE = Path(__file__).with_name("generic_reasons.yml")
SHORTEST_REASON = 20
LONGEST = 2000
_APOLOGY = ("xin lỗi", "cáo lỗi", "tạ lỗi")
_FEWEST_OWN_WORDS = 4
"""Words that a reason must have beside a generic phrase."""


class NoticeFault(str, Enum):
    """Why a notice is refused; what the officer reads is in wording.yml."""

    CODE_INVALID = "code_invalid"
    NO_APOLOGY = "no_apology"
    NO_REASON = "no_reason"
    SHORT_REASON = "short_reason"
    GENERIC_REASON = "generic_reason"
    NO_DATE = "no_date"
    DATE_PASSED = "date_passed"
    DAY_OFF = "day_off"
    TOO_LONG = "too_long"
    NO_WRITER = "no_writer"


@dataclass(frozen=True)
class NoticeDraft:
    """What an officer wrote. contact: whom the citizen may ask; written_by: the officer, whom no citizen is told.

    key: one for this notice, made with its form: sent twice, it is written once. Without it each is a new notice.
    """

    code: CaseCode | None
    apology: str
    reason: str
    next_return_date: date | None
    written_by: str
    contact: str = ""
    title: str = ""
    unit: str = ""
    due_on: date | None = None
    key: str = ""


@dataclass(frozen=True)
class WrittenNotice:
    """A notice on record. was_late: written after the due date. sent: to how many followers, by now."""

    id: str
    case_code: str
    notice: LateNotice
    due_on: date
    written_by: str
    written_at: datetime
    was_late: bool
    unit: str = ""
    title: str = ""
    contact: str = ""
    sent: int = 0


def faults_of(draft: NoticeDraft, today: date, calendar: Calendar) -> tuple[NoticeFault, ...]:
    """Return all that keeps a notice from being sent; empty where nothing does."""
    found = [NoticeFault.CODE_INVALID] if draft.code is None else []
    if not any(phrase in fold(draft.apology) for phrase in map(fold, _APOLOGY)):
        found.append(NoticeFault.NO_APOLOGY)
    found += _of_reason(draft.reason.strip())
    found += _of_date(draft.next_return_date, today, calendar)
    if max(len(draft.apology), len(draft.reason)) > LONGEST:
        found.append(NoticeFault.TOO_LONG)
    return tuple(found if draft.written_by.strip() else [*found, NoticeFault.NO_WRITER])


def _of_reason(reason: str) -> list[NoticeFault]:
    if not reason:
        return [NoticeFault.NO_REASON]
    if is_generic(reason):
        return [NoticeFault.GENERIC_REASON]
    return [NoticeFault.SHORT_REASON] if len(reason) < SHORTEST_REASON else []


def is_generic(reason: str) -> bool:
    """Say whether a reason holds a phrase that explains nothing, and hardly anything beside it."""
    text = f" {' '.join(words(reason))} "
    rest = text
    for phrase in _generic_phrases():
        rest = rest.replace(f" {phrase} ", " ")
    if rest == text:
        return False
    own = [word for word in rest.split() if word not in _small_words()]
    return len(own) < _FEWEST_OWN_WORDS


def _of_date(day: date | None, today: date, calendar: Calendar) -> list[NoticeFault]:
    if day is None:
        return [NoticeFault.NO_DATE]
    if day <= today:
        return [NoticeFault.DATE_PASSED]
    return [] if calendar.is_working_day(day) else [NoticeFault.DAY_OFF]


@lru_cache(maxsize=1)
def _read() -> dict[str, list[str]]:
    data: dict[str, list[str]] = plain_yaml(GENERIC_FILE.read_text("utf-8"))
    return data


def _generic_phrases() -> list[str]:
    """Longest first, so that a phrase within another is not left over."""
    return sorted((" ".join(words(phrase)) for phrase in _read()["phrases"]), key=len, reverse=True)


@lru_cache(maxsize=1)
def _small_words() -> frozenset[str]:
    return frozenset(fold(word) for word in _read()["small_words"])
