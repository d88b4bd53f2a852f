"""What screening found goes before what the classifier guesses: danger first, then codes, then accusations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.ops.screening.kinds import CREDENTIALS
from bot.ops.screening.screening import MASKED, MATTER, Matter

_KIND_OF_DANGER = ("report_violence", "express_distress")
"""Also answered with 113 and 115, in the words that fit."""
_SURE_INTENT, _SHORT = 0.80, 2
_CREDENTIALS = frozenset(kind.value for kind in CREDENTIALS)


def safety_intent(
    name: str, confidence: float, screening: Mapping[str, Any], link: Mapping[str, Any]
) -> tuple[str, float] | None:
    """Return the intent that the screening settles, with confidence; None where it settles nothing.

    name, confidence: the classifier's best. screening: of the `Screener`. link: `Link.to_json()`.
    """
    matter, masked = screening.get(MATTER), set(screening.get(MASKED) or ())
    dangerous = name in _KIND_OF_DANGER and confidence >= _SURE_INTENT
    if matter == Matter.EMERGENCY.value:
        return (name, confidence) if dangerous else ("report_emergency", 1.0)
    if matter == Matter.DENUNCIATION.value:
        return "report_corruption", 1.0
    if masked & _CREDENTIALS:
        danger = name in (*_KIND_OF_DANGER, "report_emergency") and confidence >= _SURE_INTENT
        return (name, confidence) if danger else ("share_credentials", 1.0)
    # A number and hardly a word: nothing was asked, so say why the number does not help.
    if masked and int(link.get("words") or 0) <= _SHORT and name in ("share_credentials", "nlu_fallback"):
        return "share_credentials", 1.0
    return None
