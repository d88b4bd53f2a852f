"""Words of a citizen about an answer, before anything is stored: personal data out, accusations not taken (R-26)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.ops.screening.denunciations import goes_on_accusing
from bot.ops.screening.kinds import Kind
from bot.ops.screening.screening import Before, Matter, matter_of, screen

LONGEST_WORDS = 2000
ACCUSING, _CODES = "report_corruption", "share_credentials"
_SUSPICION = 0.2
"""Measured: docs/evaluation.md."""
_DANGER = frozenset(("report_emergency", "report_violence", "express_distress"))
_URGENT = frozenset((Matter.EMERGENCY, Matter.VIOLENCE, Matter.DISTRESS))


@dataclass(frozen=True)
class Understood:
    """What the assistant takes words for, and how likely it finds it (0 … 1) that they accuse somebody."""

    intent: str = ""
    accusation: float = 0.0


NOT_SUSPECT = Understood()
"""Of words that the assistant has judged already, or that rules alone are to judge."""


@dataclass(frozen=True)
class TakenWords:
    """What may be stored of them. urgent: somebody may be in danger, and nobody reads feedback at once."""

    text: str = ""
    masked: tuple[Kind, ...] = ()
    dropped: bool = False
    urgent: bool = False


def take_words(text: str, understood: Understood | None) -> TakenWords:
    """Screen `text` (cleaned, at most `LONGEST_WORDS` characters).

    understood: by the assistant, whose classifiers know accusations that no rule does; None where it cannot be asked.
    Feedback is never worth writing an accusation down: a suspicion is enough, far below what a question is refused for.
    """
    if not text.strip():
        return TakenWords()
    intent = understood.intent if understood is not None else ""
    screened = screen(text, Before(code_spoken_of=intent == _CODES))
    urgent = intent in _DANGER or matter_of(text) in _URGENT
    if understood is None:
        suspect = goes_on_accusing(text)
    else:
        suspect = intent == ACCUSING or understood.accusation >= _SUSPICION
    if screened.dropped or suspect:
        return TakenWords(dropped=True, urgent=urgent)
    return TakenWords(screened.text.strip(), screened.masked, urgent=urgent)


def understood_from(parsed: Any) -> Understood | None:
    """Return what Rasa's parsed message says; None where it says nothing.

    The likelihood of an accusation: the higher of the two classifiers' (`intent_ranking`, and `danger` where that is
    what it sees).
    """
    intent = parsed.get("intent") if isinstance(parsed, Mapping) else None
    if not isinstance(intent, Mapping) or not isinstance(intent.get("name"), str):
        return None
    ranking = [one for one in parsed.get("intent_ranking") or [] if one.get("name") == ACCUSING]
    danger = parsed.get("danger") or {}
    seen = [danger.get("whole"), danger.get("clause")] if danger.get("intent") == ACCUSING else []
    likely = [float(number or 0) for number in (*(one.get("confidence") for one in ranking), *seen)]
    return Understood(str(intent["name"]), max(likely, default=0.0))
