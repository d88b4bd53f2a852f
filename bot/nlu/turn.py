"""What to do with a citizen's turn about procedures: pure decisions, no Rasa, no text.

The component's findings and the slots go in as a `Turn`; a `Step` comes out, which the action carries out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from bot.nlu.recall import Recalled
from knowledge.facts import Fact
from knowledge.search.deciding import Certainty, choices
from knowledge.search.index import Hit
from knowledge.search.life_events import linked_for
from knowledge.text import words

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
    likely: str = ""
    """The first of a choice that was offered and not taken yet: what a question without a subject is about."""
    listed: tuple[str, ...] = ()
    """The procedures last offered by number, also after one of them was taken."""
    history: tuple[str, ...] = ()
    recalled: Recalled | None = None
    wishes: tuple[Hit, ...] = ()
    event_codes: tuple[str, ...] = ()


class Beside(str, Enum):
    """Why other procedures are offered beside an answer."""

    EVENT = "event"
    WISHES = "wishes"
    CHOICE = "choice"


@dataclass(frozen=True)
class Step:
    """`code` (and a dossier's `case_id`) for ANSWER, `offers` (code, title) for WHICH and NEAREST; `facts` so far.

    also: codes to offer beside an answer, for the reason `beside`.
    """

    kind: StepKind
    facts: tuple[Fact, ...] = ()
    code: str = ""
    offers: Offers = ()
    case_id: str = ""
    also: tuple[str, ...] = ()
    beside: Beside | None = None


@dataclass(frozen=True)
class Memory:
    """What is kept of a conversation: codes in `history` in the order in which they were answered."""

    active_code: str = ""
    offered: tuple[str, ...] = ()
    pending: tuple[Fact, ...] = ()
    last: tuple[Fact, ...] = ()
    likely: str = ""
    listed: tuple[str, ...] = ()
    history: tuple[str, ...] = ()


def read_turn(message: dict[str, Any], memory: Memory) -> Turn:
    """Build a `Turn` from Rasa's parsed message; hostile or missing parts count as nothing."""
    entities = {item.get("entity"): str(item.get("value")) for item in message.get("entities") or []}
    intent = str((message.get("intent") or {}).get("name"))
    link = message.get("procedure_link") or {}
    pressed = intent in ("choose_procedure", "ask_fact")
    facts = [entities.get("fact", "")] if pressed else message.get("facts") or []
    if message.get("carries_on") and memory.last and not pressed:
        facts = [fact.value for fact in memory.last]
    several = message.get("several") or {}
    back = several.get("back") or {}
    if back:
        facts = back["facts"]
    return Turn(
        intent=intent,
        facts=tuple(Fact(value) for value in facts if value in Fact._value2member_map_),
        hits=_hits(link.get("hits")),
        certainty=Certainty(link.get("certainty", "none")),
        words=int(link.get("words") or 0),
        typed_code=str(link.get("code") or ""),
        chosen_code=entities.get("procedure_code", "") if pressed else "",
        choice=int(entities["choice"]) if entities.get("choice", "").isdecimal() else None,
        active_code=memory.active_code,
        offered=memory.offered,
        pending=memory.pending,
        case_id=entities.get("dossier_case", "") if pressed else "",
        others=_hits(link.get("others")),
        sure=float(link.get("sure") or 0.0),
        likely=memory.likely,
        listed=memory.listed,
        history=memory.history,
        recalled=Recalled(back.get("which") or Recalled.PREVIOUS) if intent == "recall_procedure" else None,
        wishes=tuple(Hit(item["code"], item["title"], 0.0, item["name"]) for item in several.get("wishes") or []),
        event_codes=tuple((several.get("event") or {}).get("codes") or ()),
    )


def _hits(items: list[dict[str, Any]] | None) -> tuple[Hit, ...]:
    return tuple(Hit(item["code"], item["title"], item["score"], item.get("name", "")) for item in items or [])


def asks_without_subject(turn: Turn) -> bool:
    """Say whether a typed message asks where, how long, how, by whom, and names nothing that it is asked of."""
    chosen = turn.chosen_code or turn.typed_code or turn.intent == "ask_fact" or turn.choice is not None
    near = turn.certainty in (Certainty.CLEAR, Certainty.CLOSE)
    return not chosen and bool(_OF_A_REFUSAL.intersection(turn.facts)) and turn.words <= _BARE and not near


def plan_turn(turn: Turn) -> Step:
    """Decide the step: a choice first, then a code, then a follow-up, then what the words link to."""
    facts = turn.facts or turn.pending
    code = turn.chosen_code or turn.typed_code
    if code:
        return Step(StepKind.ANSWER, facts, code)
    if turn.intent == "ask_fact":
        shown = turn.active_code or next(iter(turn.history[-1:]), "")  # its button stands under the last answer
        return replace(_of_active(replace(turn, active_code=shown), turn.facts), case_id=turn.case_id)
    if turn.recalled is not None:
        return _going_back(turn)
    if turn.choice is not None:
        return _chosen(turn, facts)
    if turn.intent == "affirm":
        return _agreed(turn, facts)
    if turn.words == 0:
        return _of_active(turn, turn.facts)
    return _with_others(turn, _linked(turn, facts))


def _chosen(turn: Turn, facts: tuple[Fact, ...]) -> Step:
    offered = turn.offered or turn.listed
    if not offered:
        return Step(StepKind.NO_SUBJECT, facts)
    if turn.choice is None or not 1 <= turn.choice <= len(offered):
        return Step(StepKind.OUT_OF_RANGE, facts)
    return _of_offer(offered[turn.choice - 1], facts)


def _going_back(turn: Turn) -> Step:
    """To a procedure spoken of before: the first, the one before this, or the other one of a list."""
    others = tuple(code for code in turn.listed if code != turn.active_code)
    if turn.recalled is Recalled.OTHER and len(others) == 1:
        return Step(StepKind.ANSWER, turn.facts, others[0])
    if turn.recalled is Recalled.OTHER and others:
        return Step(StepKind.WHICH, turn.facts, offers=tuple((code, "") for code in others))
    row = turn.history if turn.recalled is Recalled.FIRST else turn.history[::-1]
    earlier = [code for code in row if code != turn.active_code or turn.recalled is Recalled.FIRST]
    if not earlier:
        return _of_active(turn, turn.facts) if turn.active_code else Step(StepKind.NO_SUBJECT, turn.facts)
    return Step(StepKind.ANSWER, turn.facts, earlier[0])


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
    if turn.likely:
        return Step(StepKind.ANSWER, facts, turn.likely)
    return Step(StepKind.WHICH_FACT, code=turn.active_code) if turn.active_code else Step(StepKind.NO_SUBJECT)


def _of_active(turn: Turn, facts: tuple[Fact, ...]) -> Step:
    """A question without a subject is about the procedure last answered, or the likeliest of those just offered."""
    if turn.active_code:
        return Step(StepKind.ANSWER, facts, turn.active_code)
    if turn.likely and facts:
        return _of_likely(turn, facts)
    return Step(StepKind.NO_SUBJECT, facts) if facts else Step(StepKind.NOT_UNDERSTOOD)


def _of_likely(turn: Turn, facts: tuple[Fact, ...]) -> Step:
    """What was asked before the choice is answered with what is asked now; the other choices stay open."""
    both = tuple(dict.fromkeys((*turn.pending, *facts)))
    others = tuple(code for code in turn.listed if code != turn.likely)
    return Step(StepKind.ANSWER, both, turn.likely, also=others, beside=Beside.CHOICE)


def _with_others(turn: Turn, step: Step) -> Step:
    """Add to an answer what else the message wishes, or what else belongs to the event that it tells of."""
    found = [hit.code for hit in turn.hits[:1]]
    if turn.wishes and (step.kind is not StepKind.ANSWER or step.code in found):
        return _of_wishes(turn, step)
    if step.kind is StepKind.ANSWER and step.code in found and step.code in turn.event_codes:
        return replace(step, also=_without(turn.event_codes, step.code), beside=Beside.EVENT)
    return step


def _of_wishes(turn: Turn, step: Step) -> Step:
    """The linked procedure that covers the wishes, or the first of them; not where the whole means another one."""
    codes = tuple(hit.code for hit in turn.wishes)
    linked = linked_for(codes)
    if linked is None and step.kind is StepKind.ANSWER and step.code not in codes and _means_the_whole(turn):
        return step
    code = linked.code if linked else codes[0]
    return Step(StepKind.ANSWER, step.facts, code, also=_without(codes, code), beside=Beside.WISHES)


def _means_the_whole(turn: Turn) -> bool:
    """Say whether the first hit is rather meant than the wishes: surely, or because its name holds theirs.

    "Khai sinh và nhận con" has one procedure for both; "kết hôn với khai sinh cho con" only sounds like it.
    """
    title = set(words(turn.hits[0].title)) if turn.hits else set()
    return turn.sure >= _SURE_OF_ONE or all(title.issuperset(words(hit.title)) for hit in turn.wishes)


def _without(codes: tuple[str, ...], code: str) -> tuple[str, ...]:
    return tuple(other for other in codes if other != code)


def _linked(turn: Turn, facts: tuple[Fact, ...]) -> Step:
    named = _named_offer(turn)
    if named:
        return Step(StepKind.ANSWER, facts, named)
    if turn.active_code:  # what was kept was of that procedure; this is another matter
        facts = turn.facts
    if _leans_on_active(turn):
        return _of_active(turn, turn.facts)
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
    if not ((turn.active_code or turn.likely) and turn.facts and turn.words <= _FEW_WORDS):
        return False
    weak = turn.certainty in (Certainty.WEAK, Certainty.NONE)
    return weak or (bool(turn.active_code) and turn.sure < _OTHER_MATTER)


_CASE_MARK = "#"
_BARE = 2
_OF_A_REFUSAL = frozenset((Fact.PLACE, Fact.TIME, Fact.STEPS, Fact.WHO))
_FEW_WORDS, _SHORT_REPLY = 3, 4
_OTHER_MATTER = 0.75
_SURE_OF_ONE = 0.9


def _offers(hits: list[Hit]) -> Offers:
    return tuple((hit.code, hit.name or hit.title) for hit in hits)
