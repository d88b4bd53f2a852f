"""What screening found goes before what the classifier guesses: danger first, then codes, then accusations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.nlu.arbiter import ASK_PROCEDURE
from bot.ops.screening.kinds import CREDENTIALS
from bot.ops.screening.screening import MASKED, MATTER, PAYLOADS, Matter

_DANGER = tuple(PAYLOADS[matter][1:] for matter in (Matter.EMERGENCY, Matter.VIOLENCE, Matter.DISTRESS))
_ACCUSATION, _CODES = PAYLOADS[Matter.DENUNCIATION][1:], "share_credentials"
# What a message that only asks about something may not be taken for.
_NOT = {Matter.NO_CODES: _CODES, Matter.NO_DENUNCIATION: _ACCUSATION}
_SURE_INTENT, _SHORT = 0.80, 2
_CREDENTIALS = frozenset(kind.value for kind in CREDENTIALS)


def safety_intent(
    name: str, confidence: float, screening: Mapping[str, Any], link: Mapping[str, Any]
) -> tuple[str, float] | None:
    """Return the intent that the screening settles, with confidence; None where it settles nothing.

    name, confidence: the classifier's best. screening: of the `Screener`. link: `Link.to_json()`.
    """
    matter = Matter(screening[MATTER]) if screening.get(MATTER) else None
    masked = set(screening.get(MASKED) or ())
    in_danger = name in _DANGER and confidence >= _SURE_INTENT
    if matter in PAYLOADS:
        # Of the three kinds of danger the classifier may know better which it is.
        better = in_danger and matter in (Matter.VIOLENCE, Matter.DISTRESS)
        return (name, confidence) if better else (PAYLOADS[matter][1:], 1.0)
    if masked & _CREDENTIALS or matter is Matter.CODES:
        return (name, confidence) if in_danger else (_CODES, 1.0)
    if matter in _NOT and name == _NOT[matter]:
        return ASK_PROCEDURE, confidence
    # A number and hardly a word: nothing was asked, so say why the number does not help.
    if masked and int(link.get("words") or 0) <= _SHORT and name in (_CODES, "nlu_fallback"):
        return _CODES, 1.0
    return None
