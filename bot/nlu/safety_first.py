"""What screening found goes before what the classifier guesses: danger first, then codes, then accusations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.nlu.arbiter import ASK_PROCEDURE, SAFETY
from bot.ops.screening.kinds import CREDENTIALS
from bot.ops.screening.screening import MASKED, MATTER, PAYLOADS, Matter

_DANGER = tuple(PAYLOADS[matter][1:] for matter in (Matter.EMERGENCY, Matter.VIOLENCE, Matter.DISTRESS))
_ACCUSATION, _CODES, _FRAUD = PAYLOADS[Matter.DENUNCIATION][1:], "share_credentials", "report_scam"
# What a message that only asks about something may not be taken for.
_NOT: Mapping[Matter | None, str] = {Matter.NO_CODES: _CODES, Matter.NO_DENUNCIATION: _ACCUSATION}
_SURE_INTENT, _SHORT = 0.80, 2
# By what they find of batches 3 and 4 and the false alarms they cost on ordinary questions (docs/safety.md).
_WHOLE, _CLAUSE, _CLEAR_WHOLE, _CLEAR_CLAUSE = 0.40, 0.95, 0.80, 0.98
_LEAST_DANGER, _LEAST = 0.10, 0.20
_SURE_ALARM, _LEAST_SURE = 0.75, 0.05
_SURE_HARMLESS, _LEAST_WHOLE = 0.90, 0.05
_CREDENTIALS = frozenset(kind.value for kind in CREDENTIALS)


def safety_intent(
    name: str,
    confidence: float,
    screening: Mapping[str, Any],
    link: Mapping[str, Any],
    danger: Mapping[str, Any] | None = None,
) -> tuple[str, float] | None:
    """Return the intent that the screening or the danger classifier settles; None where neither settles anything.

    name, confidence: the classifier's best. screening: of the `Screener`. link: `Link.to_json()`.
    danger: of the `DangerClassifier`.
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
    emergency = (danger or {}).get("intent") == "report_emergency"  # never outvoted by a likeness to something else
    harmless = name not in SAFETY and confidence >= _SURE_HARMLESS and not emergency
    clear = link.get("certainty") == "clear"
    if (
        clear
        and confidence >= _SURE_HARMLESS
        and name not in SAFETY
        and (danger or {}).get("whole", 1.0) < _LEAST_WHOLE
    ):
        return None  # both say that a procedure is asked about; one clause alone may only sound like danger
    found = _found_by_the_model(danger or {}, matter, harmless or clear)
    # Where the first classifier is sure of one of the kinds, it says which.
    return (name, confidence) if found and name in SAFETY and confidence >= _SURE_INTENT else found


def believed(ranking: Sequence[Mapping[str, Any]], danger: Mapping[str, Any] | None) -> tuple[str, float] | None:
    """Return the intent that takes the place of one of danger, codes or an accusation that the second classifier
    thinks unlikely; None where the first of `ranking` (the intent classifier's) may stand. Danger needs less.
    """
    name = str(ranking[0]["name"]) if ranking else ""
    if not danger or not danger["intent"] or name not in SAFETY - {_FRAUD}:
        return None
    # One clause is enough to keep an alarm; so is a first classifier that is sure, unless the second sees nothing.
    most, sure = max(danger["whole"], danger["clause"]), float(ranking[0]["confidence"]) >= _SURE_ALARM
    likely = most >= _LEAST_DANGER if name in _DANGER else danger["whole"] >= _LEAST
    if likely or (sure and most >= _LEAST_SURE):
        return None
    others = (entry for entry in ranking if entry["name"] not in SAFETY)
    return next(((str(entry["name"]), float(entry["confidence"])) for entry in others), (ASK_PROCEDURE, 0.0))


def _found_by_the_model(danger: Mapping[str, Any], matter: Matter | None, clear: bool) -> tuple[str, float] | None:
    """The kind of danger that is likely enough. clear: a procedure, or something harmless, is meant; more is needed."""
    name = str(danger.get("intent") or "")
    if not name or (matter in _NOT and name == _NOT[matter]):
        return None
    whole, clause = float(danger["whole"]), float(danger["clause"])
    likely = whole >= (_CLEAR_WHOLE if clear else _WHOLE) or clause >= (_CLEAR_CLAUSE if clear else _CLAUSE)
    return (name, max(whole, clause)) if likely else None
