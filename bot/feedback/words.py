"""Words of a citizen about an answer, before anything is stored: personal data out, accusations not taken (R-26)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.ops.screening.denunciations import goes_on_accusing
from bot.ops.screening.kinds import Kind
from bot.ops.screening.screening import Before, Matter, matter_of, screen

LONGEST_WORDS = 2000
_ACCUSING, _CODES = "report_corruption", "share_credentials"
_DANGER = frozenset(("report_emergency", "report_violence", "express_distress"))
_URGENT = frozenset((Matter.EMERGENCY, Matter.VIOLENCE, Matter.DISTRESS))


@dataclass(frozen=True)
class TakenWords:
    """What may be stored of them. urgent: somebody may be in danger, and nobody reads feedback at once."""

    text: str = ""
    masked: tuple[Kind, ...] = ()
    dropped: bool = False
    urgent: bool = False


def take_words(text: str, intent: str | None) -> TakenWords:
    """Screen `text` (cleaned, at most `LONGEST_WORDS` characters).

    intent: what the assistant takes it for, whose classifiers know accusations that no rule does; None where it cannot
    be asked. Then whatever may be an accusation is left out: feedback is never worth writing one down.
    """
    if not text.strip():
        return TakenWords()
    screened = screen(text, Before(code_spoken_of=intent == _CODES))
    urgent = intent in _DANGER or matter_of(text) in _URGENT
    if screened.dropped or intent == _ACCUSING or (intent is None and goes_on_accusing(text)):
        return TakenWords(dropped=True, urgent=urgent)
    return TakenWords(screened.text.strip(), screened.masked, urgent=urgent)
