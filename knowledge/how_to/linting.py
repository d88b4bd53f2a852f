"""What may be wrong with a guide that its schema does not see. Each fault is a sentence with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from knowledge.how_to.loading import sentences
from knowledge.how_to.models import HowToGuide
from knowledge.text import fold
from knowledge.vocabulary import groups, lowered, repealed_laws, words

MOST_SENTENCES, MOST_WORDS, MOST_CHARACTERS = 2, 22, 200
"""Of a step: what fits on a telephone, and is read in one go."""
_SECRET = r"(?:mat khau|otp|ma pin|pin|passcode|smart ?otp|cvv|so the ngan hang|ma xac (?:thuc|nhan))"  # noqa: S105 - words to find
_GIVE = r"(?:nhap|gui|nhan|cho|doc|dua|cung cap|noi|bao)"
_ASKS = re.compile(rf"(?<![a-z]){_GIVE}(?![a-z])[^.;!?]{{0,40}}(?<![a-z]){_SECRET}(?![a-z])")
_DENIED = re.compile(r"(?:khong|dung|chang|chua)(?![a-z])[^.;!?]*$")
_BY_ONESELF = re.compile(r"(?<![a-z])tu\s*$")
_QUOTED = re.compile(r"[“\"]([^”\"]+)[”\"]")
_MONEY = re.compile(r"(?:so tai khoan|ma qr)")


@dataclass(frozen=True)
class GuideFault:
    """place: "sign_in/steps/open/do". grave: it must not be shipped; else it is only old."""

    place: str
    text: str
    grave: bool = True


def faults_of_guide(guide: HowToGuide, today: date, stale_after: int) -> Iterator[GuideFault]:
    """Yield what is wrong with `guide`."""
    for step in guide.steps:
        for part in ("do", "stuck"):
            text, place = getattr(step, part), f"{guide.id}/steps/{step.id}/{part}"
            yield from _too_long(text, place)
            yield from _invented_names(text, place, guide)
    for place, text in said_by(guide):
        yield from _asks_for_secrets(text, place)
        yield from _old_words(text, place, today)
    if guide.checked_on > today:
        yield GuideFault(f"{guide.id}/checked_on", f"{guide.checked_on} is still to come")
    elif guide.is_old(today, stale_after):
        days = (today - guide.checked_on).days
        yield GuideFault(f"{guide.id}/checked_on", f"looked at {days} days ago; citizens are told so", grave=False)


def said_by(guide: HowToGuide) -> Iterator[tuple[str, str]]:
    """Yield (place, text) of everything in a guide that a citizen reads."""
    for name in ("title", "need", "never_share", "done", "recheck"):
        yield f"{guide.id}/{name}", getattr(guide, name)
    for step in guide.steps:
        yield f"{guide.id}/steps/{step.id}/do", step.do
        yield f"{guide.id}/steps/{step.id}/stuck", step.stuck


def _too_long(text: str, place: str) -> Iterator[GuideFault]:
    parts = sentences(text)
    if len(parts) > MOST_SENTENCES:
        yield GuideFault(place, f"{len(parts)} sentences; {MOST_SENTENCES} at most")
    if len(text) > MOST_CHARACTERS:
        yield GuideFault(place, f"{len(text)} characters; {MOST_CHARACTERS} at most")
    for part in parts:
        count = len(part.split())
        if count > MOST_WORDS:
            yield GuideFault(place, f"a sentence of {count} words; {MOST_WORDS} at most: {part}")


def _invented_names(text: str, place: str, guide: HowToGuide) -> Iterator[GuideFault]:
    """What stands in quotation marks is taken for the exact words on a screen: only where a source has them."""
    for name in _QUOTED.findall(text):
        if name not in guide.names_found:
            yield GuideFault(place, f"“{name}” in quotation marks is not among names_found")


def asks_for_secrets(text: str) -> bool:
    """Say whether `text` reads as if a code, a password or money to an account were asked for."""
    folded = fold(text)
    asked = (folded[: found.start()] for found in _ASKS.finditer(folded))
    if any(not _DENIED.search(before) and not _BY_ONESELF.search(before) for before in asked):
        return True
    return any(not _DENIED.search(folded[: found.start()]) for found in _MONEY.finditer(folded))


def _asks_for_secrets(text: str, place: str) -> Iterator[GuideFault]:
    if asks_for_secrets(text):
        yield GuideFault(place, f"reads as if a secret, or money to an account, were asked for: {text}")


def _old_words(text: str, place: str, today: date) -> Iterator[GuideFault]:
    low = lowered(text)
    for name in groups():
        found = words(name).found(low)
        if found is not None:
            yield GuideFault(place, f"old word: {found[0]}")
    for law in repealed_laws():
        if law.since <= today and law.loose_pattern.search(low):
            yield GuideFault(place, f"{law.number} was replaced by {law.by}")
