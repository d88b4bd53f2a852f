"""What to do with a citizen's turn about procedures: pure decisions, no Rasa, no text.

The component's findings and the slots go in as a `Turn`; a `Step` comes out, which the action carries out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from knowledge.facts import Fact
from knowledge.search.deciding import Certainty, choices
from knowledge.search.index import Hit

Offers = tuple[tuple[str, str], ...]


class StepKind(str, Enum):
    ANSWER = "answer"
    WHICH = "which"
    NEAREST = "nearest"
    WHICH_FACT = "which_fact"
    NO_SUBJECT = "no_subject"
    NOTHING_NEAR = "nothing_near"
    NOT_UNDERSTOOD = "not_understood"
    OUT_OF_RANGE = "out_of_range"


@dataclass(frozen=True)
class Turn:
    """One message and what is known from before."""

    intent: str
    facts: tuple[Fact, ...]
    hits: tuple[Hit, ...]
    certainty: Certainty
    words: int
    typed_code: str
    chosen_code: str
    choice: int | None
    active_code: str
    offered: tuple[str, ...]
    pending: tuple[Fact, ...]


@dataclass(frozen=True)
class Step:
    """`code` for ANSWER, `offers` (code, title) for WHICH and NEAREST; `facts` asked so far."""

    kind: StepKind
    facts: tuple[Fact, ...] = ()
    code: str = ""
    offers: Offers = ()


def read_turn(message: dict[str, Any], active_code: str, offered: tuple[str, ...], pending: tuple[Fact, ...]) -> Turn:
    """Build a `Turn` from Rasa's parsed message; hostile or missing parts count as nothing."""
    entities = {item.get("entity"): str(item.get("value")) for item in message.get("entities") or []}
    intent = str((message.get("intent") or {}).get("name"))
    link = message.get("procedure_link") or {}
    pressed = intent in ("choose_procedure", "ask_fact")
    facts = [entities.get("fact", "")] if pressed else message.get("facts") or []
    return Turn(
        intent=intent,
        facts=tuple(Fact(value) for value in facts if value in Fact._value2member_map_),
        hits=tuple(Hit(hit["code"], hit["title"], hit["score"]) for hit in link.get("hits") or []),
        certainty=Certainty(link.get("certainty", "none")),
        words=int(link.get("words") or 0),
        typed_code=str(link.get("code") or ""),
        chosen_code=entities.get("procedure_code", "") if pressed else "",
        choice=int(entities["choice"]) if entities.get("choice", "").isdecimal() else None,
        active_code=active_code,
        offered=offered,
        pending=pending,
    )


def plan_turn(turn: Turn) -> Step:
    """Decide the step: a choice first, then a code, then a follow-up, then what the words link to."""
    facts = turn.facts or turn.pending
    code = turn.chosen_code or turn.typed_code
    if code:
        return Step(StepKind.ANSWER, facts, code)
    if turn.intent == "ask_fact":
        return _of_active(turn, turn.facts)
    if turn.choice is not None and turn.offered:
        return _chosen(turn, facts)
    if turn.intent == "affirm":
        return _agreed(turn, facts)
    if turn.words == 0:
        return _of_active(turn, turn.facts)
    return _linked(turn, facts)


def _chosen(turn: Turn, facts: tuple[Fact, ...]) -> Step:
    if turn.choice is None or not 1 <= turn.choice <= len(turn.offered):
        return Step(StepKind.OUT_OF_RANGE, facts)
    return Step(StepKind.ANSWER, facts, turn.offered[turn.choice - 1])


def _agreed(turn: Turn, facts: tuple[Fact, ...]) -> Step:
    """Yes: to the first of what was offered; otherwise ask what else is wanted."""
    if turn.offered:
        return Step(StepKind.ANSWER, facts, turn.offered[0])
    return Step(StepKind.WHICH_FACT, code=turn.active_code) if turn.active_code else Step(StepKind.NO_SUBJECT)


def _of_active(turn: Turn, facts: tuple[Fact, ...]) -> Step:
    """A question without a subject is about the procedure last answered."""
    if turn.active_code:
        return Step(StepKind.ANSWER, facts, turn.active_code)
    return Step(StepKind.NO_SUBJECT, facts) if facts else Step(StepKind.NOT_UNDERSTOOD)


def _linked(turn: Turn, facts: tuple[Fact, ...]) -> Step:
    best = turn.hits[0] if turn.hits else None
    weak = turn.certainty in (Certainty.WEAK, Certainty.NONE)
    # Few words that lead nowhere, beside a fact: still about the procedure at hand ("thế cho bé thì phí sao?").
    if weak and turn.active_code and turn.facts and turn.words <= _FEW_WORDS:
        return Step(StepKind.ANSWER, turn.facts, turn.active_code)
    if best is None or turn.certainty is Certainty.NONE:
        return Step(StepKind.NOTHING_NEAR, facts)
    if turn.certainty is Certainty.CLEAR:
        return Step(StepKind.ANSWER, facts, best.code)
    close = turn.certainty is Certainty.CLOSE
    offers = _offers(choices(list(turn.hits)) if close else list(turn.hits[:3]))
    if close and turn.facts and turn.active_code in [code for code, _ in offers]:
        return Step(StepKind.ANSWER, turn.facts, turn.active_code)
    return Step(StepKind.WHICH if close else StepKind.NEAREST, facts, offers=offers)


_FEW_WORDS = 3


def _offers(hits: list[Hit]) -> Offers:
    return tuple((hit.code, hit.title) for hit in hits)
