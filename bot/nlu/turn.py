"""What to do with a citizen's turn about procedures: pure decisions, no Rasa, no text.

The component's findings and the slots go in as a `Turn`; a `Step` comes out, which the action carries out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    case_id: str = ""
    others: tuple[Hit, ...] = ()
    sure: float = 0.0


@dataclass(frozen=True)
class Step:
    """`code` (and a dossier's `case_id`) for ANSWER, `offers` (code, title) for WHICH and NEAREST; `facts` so far."""

    kind: StepKind
    facts: tuple[Fact, ...] = ()
    code: str = ""
    offers: Offers = ()
    case_id: str = ""


def read_turn(
    message: dict[str, Any],
    active_code: str,
    offered: tuple[str, ...],
    pending: tuple[Fact, ...],
    last: tuple[Fact, ...] = (),
) -> Turn:
    """Build a `Turn` from Rasa's parsed message; hostile or missing parts count as nothing."""
    entities = {item.get("entity"): str(item.get("value")) for item in message.get("entities") or []}
    intent = str((message.get("intent") or {}).get("name"))
    link = message.get("procedure_link") or {}
    pressed = intent in ("choose_procedure", "ask_fact")
    facts = [entities.get("fact", "")] if pressed else message.get("facts") or []
    if message.get("carries_on") and last and not pressed:
        facts = [fact.value for fact in last]
    return Turn(
        intent=intent,
        facts=tuple(Fact(value) for value in facts if value in Fact._value2member_map_),
        hits=_hits(link.get("hits")),
        certainty=Certainty(link.get("certainty", "none")),
        words=int(link.get("words") or 0),
        typed_code=str(link.get("code") or ""),
        chosen_code=entities.get("procedure_code", "") if pressed else "",
        choice=int(entities["choice"]) if entities.get("choice", "").isdecimal() else None,
        active_code=active_code,
        offered=offered,
        pending=pending,
        case_id=entities.get("dossier_case", "") if pressed else "",
        others=_hits(link.get("others")),
        sure=float(link.get("sure") or 0.0),
    )


def _hits(items: list[dict[str, Any]] | None) -> tuple[Hit, ...]:
    return tuple(Hit(item["code"], item["title"], item["score"], item.get("name", "")) for item in items or [])


def plan_turn(turn: Turn) -> Step:
    """Decide the step: a choice first, then a code, then a follow-up, then what the words link to."""
    facts = turn.facts or turn.pending
    code = turn.chosen_code or turn.typed_code
    if code:
        return Step(StepKind.ANSWER, facts, code)
    if turn.intent == "ask_fact":
        return replace(_of_active(turn, turn.facts), case_id=turn.case_id)
    if turn.choice is not None:
        return _chosen(turn, facts)
    if turn.intent == "affirm":
        return _agreed(turn, facts)
    if turn.words == 0:
        return _of_active(turn, turn.facts)
    return _linked(turn, facts)


def _chosen(turn: Turn, facts: tuple[Fact, ...]) -> Step:
    if not turn.offered:
        return Step(StepKind.NO_SUBJECT, facts)
    if turn.choice is None or not 1 <= turn.choice <= len(turn.offered):
        return Step(StepKind.OUT_OF_RANGE, facts)
    return _of_offer(turn.offered[turn.choice - 1], facts)


def join_case(code: str, case_id: str) -> str:
    """Return what is remembered of an offered dossier case."""
    return f"{code}{_CASE_MARK}{case_id}"


def _of_offer(offer: str, facts: tuple[Fact, ...]) -> Step:
    code, _, case_id = offer.partition(_CASE_MARK)
    return Step(StepKind.ANSWER, facts, code, case_id=case_id)


def _agreed(turn: Turn, facts: tuple[Fact, ...]) -> Step:
    """Yes: to the first of what was offered; otherwise ask what else is wanted."""
    if turn.offered and _CASE_MARK not in turn.offered[0]:
        return _of_offer(turn.offered[0], facts)
    return Step(StepKind.WHICH_FACT, code=turn.active_code) if turn.active_code else Step(StepKind.NO_SUBJECT)


def _of_active(turn: Turn, facts: tuple[Fact, ...]) -> Step:
    """A question without a subject is about the procedure last answered."""
    if turn.active_code:
        return Step(StepKind.ANSWER, facts, turn.active_code)
    return Step(StepKind.NO_SUBJECT, facts) if facts else Step(StepKind.NOT_UNDERSTOOD)


def _linked(turn: Turn, facts: tuple[Fact, ...]) -> Step:
    named = _named_offer(turn)
    if named:
        return Step(StepKind.ANSWER, facts, named)
    if _leans_on_active(turn):
        return Step(StepKind.ANSWER, turn.facts, turn.active_code)
    if not turn.hits or turn.certainty is Certainty.NONE:
        return Step(StepKind.NOTHING_NEAR, facts)
    if turn.certainty is Certainty.CLEAR:
        return Step(StepKind.ANSWER, facts, turn.hits[0].code)
    close = turn.certainty is Certainty.CLOSE
    offers = _offers(choices(list(turn.hits)) if close else list(turn.hits[:3]))
    if close and turn.facts and turn.active_code in [code for code, _ in offers]:
        return Step(StepKind.ANSWER, turn.facts, turn.active_code)
    return Step(StepKind.WHICH if close else StepKind.NEAREST, facts, offers=offers)


def _named_offer(turn: Turn) -> str:
    """A short reply that names one of the procedures just offered takes that one, though another fits better."""
    if not turn.offered or turn.words > _SHORT_REPLY:
        return ""
    return next((hit.code for hit in (*turn.hits, *turn.others) if hit.code in turn.offered), "")


def _leans_on_active(turn: Turn) -> bool:
    """A few words beside a fact, not clearly another matter: about the procedure at hand ("nhờ mẹ nộp được không")."""
    if not (turn.active_code and turn.facts and turn.words <= _FEW_WORDS):
        return False
    weak = turn.certainty in (Certainty.WEAK, Certainty.NONE)
    return weak or turn.sure < _OTHER_MATTER


_CASE_MARK = "#"
_FEW_WORDS, _SHORT_REPLY = 3, 4
_OTHER_MATTER = 0.75


def _offers(hits: list[Hit]) -> Offers:
    return tuple((hit.code, hit.name or hit.title) for hit in hits)
