"""Danger first, then codes, then accusations: what screening found, and what both classifiers together make likely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from bot.nlu.arbiter import ASK_PROCEDURE, FALLBACK, SAFETY
from bot.ops.screening.kinds import CREDENTIALS
from bot.ops.screening.screening import BEREAVED, LITTLE, MASKED, MATTER, PAYLOADS, Matter

_EMERGENCY, _DESPAIR = PAYLOADS[Matter.EMERGENCY][1:], PAYLOADS[Matter.DISTRESS][1:]
_DANGER = tuple(PAYLOADS[matter][1:] for matter in (Matter.EMERGENCY, Matter.VIOLENCE, Matter.DISTRESS))
_BODILY = tuple(PAYLOADS[matter][1:] for matter in (Matter.EMERGENCY, Matter.VIOLENCE))
_ACCUSATION, _CODES, _FRAUD = PAYLOADS[Matter.DENUNCIATION][1:], "share_credentials", "report_scam"
# What a message that only asks about something may not be taken for.
_NOT: Mapping[Matter | None, str] = {Matter.NO_CODES: _CODES, Matter.NO_DENUNCIATION: _ACCUSATION}
_CREDENTIALS = frozenset(kind.value for kind in CREDENTIALS)
_SURE_INTENT, _SHORT = 0.80, 2
# By what they find and what they cost on ordinary questions: docs/safety.md, "Wording that no rule foresaw".
_WHOLE, _AGREED, _CLAUSE, _AGREED_CODES = 0.45, 0.44, 0.95, 0.40
_CLEAR_WHOLE, _CLEAR_AGREED = 0.80, 0.70
_ASKED_WHOLE, _ASKED_AGREED = 0.50, 0.60
_SURE_HARMLESS, _SURE_FRAUD, _LEAST_FRAUD = 0.80, 0.78, 0.10
_CALM_WHOLE, _CALM_AGREED = 0.65, 0.56
"""For accusations, where a question wrongly turned away costs more than a matter told once more."""
_LEAST_INTENTS, _ALONE = 0.18, 0.80
"""Where the intent classifier sees hardly any danger, the second is believed alone only when it is this sure;
despair is told in too many ways for that."""
_FRAUD_WHOLE, _FRAUD_AGREED = 0.45, 0.44
"""For fraud where no fact is asked: the answer warns, and turns nobody away."""
_TOLD, _CLEAR_TOLD, _AGREED_TOLD, _UNRANKED = 0.50, 0.85, 0.42, 0.01
_SAME_TOLD = 0.45
"""Enough where the other classifier thinks first of the same matter, and no procedure is near."""


@dataclass(frozen=True)
class Guess:
    """What the classifiers make of a message, each by itself.

    name, confidence: the intent classifier's best. intents: it says that some kind of danger is meant, so sure.
    kind, whole, clause: of the `DangerClassifier`.
    """

    name: str
    confidence: float
    intents: float = 0.0
    kind: str = ""
    whole: float = 0.0
    clause: float = 0.0

    @property
    def agreed(self) -> float:
        """How sure both are, neither without the other."""
        return sqrt(self.intents * self.whole)


def read_guess(ranking: Sequence[Mapping[str, Any]], danger: Mapping[str, Any] | None) -> Guess:
    """Return the guess in an intent ranking and in what the `DangerClassifier` sets."""
    best, danger = ranking[0] if ranking else {"name": FALLBACK, "confidence": 0.0}, danger or {}
    return Guess(
        str(best["name"]),
        float(best["confidence"]),
        sum(float(entry["confidence"]) for entry in ranking if entry["name"] in SAFETY),
        str(danger.get("intent") or ""),
        float(danger.get("whole") or 0.0),
        float(danger.get("clause") or 0.0),
    )


def safety_intent(
    guess: Guess, screening: Mapping[str, Any], link: Mapping[str, Any], facts: Sequence[str] = ()
) -> tuple[str, float] | None:
    """Return the intent that safety settles; None where it settles nothing (then go on with `without_danger`).

    screening: of the `Screener`. link: `Link.to_json()`. facts: which are asked.
    """
    return _found_by_rules(guess, screening, link) or _found_by_the_models(guess, screening, link, facts)


def may_be_danger(screening: Mapping[str, Any], danger: Mapping[str, Any] | None) -> bool:
    """Say whether `safety_intent` may settle on danger, codes or an accusation, whatever the intent classifier and the
    linker make of the message. Where not, neither needs to be asked: how `tools.evaluate_safety` gets through.
    """
    if screening.get(MASKED) or _matter(screening) in (*PAYLOADS, Matter.CODES):
        return True
    guess = read_guess([], danger)
    return guess.whole >= min(_LEAST_FRAUD, _AGREED_CODES**2) or guess.clause >= _CLAUSE


def without_danger(ranking: Sequence[Mapping[str, Any]]) -> tuple[str, float]:
    """Return the likeliest intent that is no danger: what a message is that was not believed to be any."""
    others = (entry for entry in ranking if entry["name"] not in SAFETY)
    return next(((str(entry["name"]), float(entry["confidence"])) for entry in others), (FALLBACK, 0.0))


def told_matter(
    ranking: Sequence[Mapping[str, Any]],
    danger: Mapping[str, Any] | None,
    link: Mapping[str, Any],
    facts: Sequence[str] = (),
) -> tuple[str, float] | None:
    """Return the other matter (a dispute, a pothole, a clerk's manner) that is told; None where it is not likely."""
    best = ranking[0] if ranking else {}
    matter, told = str((danger or {}).get("matter") or ""), float((danger or {}).get("told") or 0.0)
    first = next((float(entry["confidence"]) for entry in ranking if entry["name"] == matter), _UNRANKED)
    agreed = sqrt(first * told)
    certainty = link.get("certainty")
    asks = certainty == "clear" or bool(facts)
    if facts and certainty == "none" and told >= _TOLD:
        asks = False  # "ném giấy tờ của tôi" asks for no papers
    likely = told >= _CLEAR_TOLD or agreed >= _CLEAR_AGREED if asks else told >= _TOLD or agreed >= _AGREED_TOLD
    same = best.get("name") == matter and certainty == "none" and told >= _SAME_TOLD
    other = best.get("name") != matter and float(best.get("confidence") or 0.0) >= _SURE_HARMLESS
    return (matter, max(told, agreed)) if matter and (likely or same) and not other else None


def _found_by_rules(guess: Guess, screening: Mapping[str, Any], link: Mapping[str, Any]) -> tuple[str, float] | None:
    matter = _matter(screening)
    masked = set(screening.get(MASKED) or ())
    in_danger = guess.name in _DANGER and guess.confidence >= _SURE_INTENT
    if matter in PAYLOADS:
        # Of the three kinds of danger the classifier may know better which it is.
        better = in_danger and matter in (Matter.VIOLENCE, Matter.DISTRESS)
        return (guess.name, guess.confidence) if better else (PAYLOADS[matter][1:], 1.0)
    if masked & _CREDENTIALS or matter is Matter.CODES:
        return (guess.name, guess.confidence) if in_danger else (_CODES, 1.0)
    if matter in _NOT and guess.name == _NOT[matter]:
        return ASK_PROCEDURE, guess.confidence
    # A number and hardly a word: nothing was asked, so say why the number does not help.
    if masked and int(link.get("words") or 0) <= _SHORT and guess.name in (_CODES, FALLBACK):
        return _CODES, 1.0
    return None


def _found_by_the_models(
    guess: Guess, screening: Mapping[str, Any], link: Mapping[str, Any], facts: Sequence[str]
) -> tuple[str, float] | None:
    if screening.get(LITTLE):
        return None
    # Where the first classifier is sure of one of the kinds, it says which.
    first = guess.name in SAFETY and (guess.confidence >= _SURE_INTENT or not guess.kind)
    name = guess.name if first else guess.kind
    matter = _matter(screening)
    clear = link.get("certainty") == "clear"
    if (matter in _NOT and name == _NOT[matter]) or not _is_likely(guess, name, clear, facts):
        return None
    if screening.get(BEREAVED) and name in _BODILY and guess.agreed < _CLEAR_AGREED:
        return None  # "nhà em có người vừa mất" comes for the papers
    return name, guess.confidence if first else max(guess.whole, guess.agreed)


def _is_likely(guess: Guess, name: str, clear: bool, facts: Sequence[str]) -> bool:
    """name: what it would be. clear: a procedure is clearly meant, so more is needed; so where the first classifier
    is sure of no danger. facts: which are asked, in words ("có mất tiền không") that accusations and fraud share.
    """
    if guess.name == _FRAUD and guess.confidence >= _SURE_FRAUD and guess.whole >= _LEAST_FRAUD:
        return True
    harmless = guess.name not in SAFETY and guess.confidence >= _SURE_HARMLESS and guess.kind != _EMERGENCY
    alone = guess.intents < _LEAST_INTENTS and name != _DESPAIR
    if alone and guess.whole < _ALONE and guess.clause < _CLAUSE:
        return False
    if clear or harmless:
        return guess.whole >= _CLEAR_WHOLE or guess.agreed >= _CLEAR_AGREED
    if name == _FRAUD and not facts:
        return guess.whole >= _FRAUD_WHOLE or guess.agreed >= _FRAUD_AGREED or guess.clause >= _CLAUSE
    if name in (_ACCUSATION, _FRAUD):
        if facts:
            return guess.whole >= _ASKED_WHOLE or guess.agreed >= _ASKED_AGREED
        return guess.whole >= _CALM_WHOLE or guess.agreed >= _CALM_AGREED or guess.clause >= _CLAUSE
    agreed = _AGREED_CODES if guess.name == _CODES else _AGREED
    return guess.whole >= _WHOLE or guess.agreed >= agreed or guess.clause >= _CLAUSE


def _matter(screening: Mapping[str, Any]) -> Matter | None:
    return Matter(screening[MATTER]) if screening.get(MATTER) else None
