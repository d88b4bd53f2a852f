"""What to do with a turn about a dossier's state: pure decisions, no Rasa, no text, no look-up.

The message and what is remembered go in as a `CaseTurn`; a `CaseStep` comes out for the action to carry out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any

from bot.nlu.replies import NO, NOTHING, YES, Choice, Reading, Wish, read_reply
from bot.ops.case_codes import FoundCode, complete_code, find_case_codes
from bot.ops.screening.case_proofs import find_proof
from bot.ops.screening.kinds import Kind
from bot.ops.screening.screening import MASKED
from knowledge.text import words

ASK, FOLLOW, AGREE, REFUSE = "ask_case_status", "follow_case", "agree_to_follow", "refuse_to_follow"
LIST, STOP_FOLLOWING, FORGOT, RATE = "ask_followed_cases", "stop_following", "forget_case_code", "rate_case"
MOST_CODES = 3
"""Dossiers of one message: each look-up counts as a try, and more would not fit on a telephone."""
_PLAIN_NO = 2
_TELLING, _SURE = 3, 0.6
"""Words of the catalogue, and the classifier's confidence, from which a message without a clear subject tells one."""
_BARE_BESIDE_A_CODE = 4
"""Words beside a code up to which four digits by themselves are its proof."""


class WaitFor(str, Enum):
    """What was asked for last."""

    NOTHING = "nothing"
    CODE = "code"
    PROOF = "proof"
    CONSENT = "consent"
    RATING = "rating"
    REMARK = "remark"


@dataclass(frozen=True)
class Waiting:
    """What is waited for, for which codes. follow: wanted once proven. missed: replies in a row not understood.

    part: day and number of a code that came without its unit, which may come by itself.
    """

    kind: WaitFor = WaitFor.NOTHING
    codes: tuple[str, ...] = ()
    follow: bool = False
    missed: int = 0
    part: str = ""

    def to_slot(self) -> dict[str, Any]:
        said = {"kind": self.kind.value, "codes": list(self.codes), "follow": self.follow, "missed": self.missed}
        return {**said, "part": self.part} if self.part else said


NO_WAIT = Waiting()


def read_waiting(value: Any) -> Waiting:
    """Return what a slot's value says is waited for."""
    if not isinstance(value, Mapping) or not value.get("kind"):
        return Waiting()
    codes = tuple(map(str, value.get("codes") or ()))
    missed, part = int(value.get("missed") or 0), str(value.get("part") or "")
    return Waiting(WaitFor(value["kind"]), codes, bool(value.get("follow")), missed, part)


class CaseStepKind(str, Enum):
    ASK_CODE = "ask_code"
    CODE_PLACE = "code_place"
    FAULTY_CODE = "faulty_code"
    ASK_PROOF = "ask_proof"
    LOOK_UP = "look_up"
    SHOW_AGAIN = "show_again"
    ASK_CONSENT = "ask_consent"
    FOLLOW = "follow"
    NO_FOLLOW = "no_follow"
    LIST_FOLLOWED = "list_followed"
    STOP_FOLLOWING = "stop_following"
    STOP_ALL = "stop_all"
    RATE = "rate"
    REMARK = "remark"
    CLOSE = "close"
    DIGRESS = "digress"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True)
class CaseTurn:
    """One message and what is remembered.

    found: codes in the text, right and wrong ones. proof: four digits or a key. button_code, rating: what a button
    carries. proven: codes whose proof was right in this conversation, the last one last. tells: the message is
    clearly about a procedure, or asks a fact of one at hand. identity: it held the number of an identity card, which
    is taken out by now.
    """

    intent: str
    text: str = ""
    found: tuple[FoundCode, ...] = ()
    proof: str = ""
    button_code: str = ""
    rating: str = ""
    waiting: Waiting = NO_WAIT
    open: bool = False
    reading: Reading = NOTHING
    proven: tuple[str, ...] = ()
    tells: bool = False
    identity: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(str(item.code) for item in self.found if item.code)


@dataclass(frozen=True)
class CaseStep:
    """codes: the dossiers that it is about. faulty: codes that cannot be. more: codes left out of this turn."""

    kind: CaseStepKind
    codes: tuple[str, ...] = ()
    proof: str = ""
    faulty: tuple[FoundCode, ...] = ()
    more: tuple[str, ...] = ()
    follow: bool = False
    rating: str = ""


def read_case_turn(
    message: Mapping[str, Any], slots: Mapping[str, Any], choices: tuple[Choice, ...] | None, today: date
) -> CaseTurn:
    """Build a turn from Rasa's parsed message and the slots.

    choices: those of our own open question; None where none is open.
    """
    entities = {item.get("entity"): str(item.get("value")) for item in message.get("entities") or []}
    text = str(message.get("text") or "")
    pressed = text.startswith("/")
    waiting = read_waiting(slots.get("case_status__waiting"))
    found = () if pressed else _codes_in(text, waiting, today)
    asked = waiting.kind is WaitFor.PROOF or (bool(found) and len(words(text)) <= 1 + _BARE_BESIDE_A_CODE)
    proof = None if pressed else find_proof(text, asked)
    return CaseTurn(
        intent=str((message.get("intent") or {}).get("name")),
        text="" if pressed else text,
        found=found,
        proof=proof.value if proof else "",
        button_code=_code_of(entities.get("case_code", ""), today) if pressed else "",
        rating=entities.get("rating", "") if pressed else "",
        waiting=waiting,
        open=choices is not None,
        reading=Reading() if pressed else read_reply(text, choices or ()),
        proven=tuple(map(str, slots.get("case_status__proven") or ())),
        identity=Kind.CITIZEN_ID.value in ((message.get("screening") or {}).get(MASKED) or ()),
        tells=_tells(message, bool(slots.get("procedure_code")), waiting.kind in (WaitFor.CODE, WaitFor.PROOF)),
    )


def _codes_in(text: str, waiting: Waiting, today: date) -> tuple[FoundCode, ...]:
    """The codes in a message; a unit by itself completes the code that lacked it."""
    completed = complete_code(waiting.part, text, today) if waiting.part else None
    return (completed,) if completed else find_case_codes(text, today)


def _tells(message: Mapping[str, Any], at_hand: bool, narrow: bool) -> bool:
    """Say whether a message is clearly about a procedure: it names one, or asks a fact of one.

    at_hand: a procedure was spoken of, so a fact may be of that one. narrow: a code or its proof is waited for, which
    words are not; so a procedure that only may be named, or a longer question, is about something else too.
    """
    link = message.get("procedure_link") or {}
    certainty = link.get("certainty")
    sure = float((message.get("intent") or {}).get("confidence") or 0.0) >= _SURE
    longer = sure and int(link.get("words") or 0) >= _TELLING
    if certainty == "clear" or (narrow and (certainty == "close" or longer)):
        return True
    return bool(message.get("facts")) and (at_hand or certainty == "close")


def plan_case_turn(turn: CaseTurn) -> CaseStep:
    """Decide the step: a button, then codes in the message, then a reply to what was asked, then the intent."""
    if not turn.text:
        return _pressed(turn)
    if turn.found:
        return _with_codes(turn)
    return (_reply(turn) if turn.open else None) or _wish(turn)


def _pressed(turn: CaseTurn) -> CaseStep:
    codes = (turn.button_code,) if turn.button_code else ()
    if turn.intent == RATE:
        return CaseStep(CaseStepKind.RATE, turn.waiting.codes, rating=turn.rating)
    if turn.intent == STOP_FOLLOWING:
        return CaseStep(CaseStepKind.STOP_FOLLOWING if codes else CaseStepKind.STOP_ALL, codes)
    if turn.intent == REFUSE:
        return CaseStep(CaseStepKind.NO_FOLLOW, codes)
    if turn.intent in (FOLLOW, AGREE) and codes:
        return _follow(turn, codes, CaseStepKind.FOLLOW if turn.intent == AGREE else CaseStepKind.ASK_CONSENT)
    if turn.intent == ASK and codes:
        known = turn.button_code in turn.proven
        return CaseStep(CaseStepKind.SHOW_AGAIN if known else CaseStepKind.ASK_PROOF, codes)
    return CaseStep(CaseStepKind.ASK_CODE) if turn.intent == ASK else _wish(turn)


def _follow(turn: CaseTurn, codes: tuple[str, ...], proven: CaseStepKind) -> CaseStep:
    """Nothing is told to one who has not proven that the dossier is theirs."""
    if all(code in turn.proven for code in codes):
        return CaseStep(proven, codes[:1])
    return CaseStep(CaseStepKind.LOOK_UP if turn.proof else CaseStepKind.ASK_PROOF, codes, turn.proof, follow=True)


def _with_codes(turn: CaseTurn) -> CaseStep:
    faulty = tuple(item for item in turn.found if item.fault)
    codes, more = turn.codes[:MOST_CODES], turn.codes[MOST_CODES:]
    if not codes:
        return CaseStep(CaseStepKind.FAULTY_CODE, faulty=faulty)
    if turn.intent == STOP_FOLLOWING:
        return CaseStep(CaseStepKind.STOP_FOLLOWING, codes[:1])
    if turn.intent == FOLLOW:
        return _follow(turn, codes[:1], CaseStepKind.ASK_CONSENT)
    follow = turn.waiting.kind is WaitFor.CODE and turn.waiting.follow
    kind = CaseStepKind.LOOK_UP if turn.proof else CaseStepKind.ASK_PROOF
    if not turn.proof and all(code in turn.proven for code in codes):
        kind = CaseStepKind.SHOW_AGAIN
    return CaseStep(kind, codes, turn.proof, faulty, more, follow)


def _reply(turn: CaseTurn) -> CaseStep | None:
    """What a message without a code says to the open question; None where it says nothing to it."""
    waiting, reading = turn.waiting, turn.reading
    if waiting.kind is WaitFor.PROOF and turn.proof:
        return CaseStep(CaseStepKind.LOOK_UP, waiting.codes, turn.proof, follow=waiting.follow)
    if waiting.kind is WaitFor.CONSENT:
        if reading.option in (YES, NO):
            return CaseStep(CaseStepKind.FOLLOW if reading.option == YES else CaseStepKind.NO_FOLLOW, waiting.codes)
        if reading.wish is Wish.STOP:
            return CaseStep(CaseStepKind.NO_FOLLOW, waiting.codes)
    if waiting.kind is WaitFor.RATING and (reading.option or reading.wish is Wish.STOP):
        return CaseStep(CaseStepKind.RATE, waiting.codes, rating=reading.option or "skipped")
    if reading.wish is Wish.STOP or _is_plain_no(turn):
        return CaseStep(CaseStepKind.CLOSE, waiting.codes)
    if turn.intent in (LIST, STOP_FOLLOWING, FOLLOW, FORGOT) or (
        turn.intent == ASK and waiting.kind is not WaitFor.REMARK
    ):
        return None
    if turn.intent == "ask_procedure" and turn.tells:
        return CaseStep(CaseStepKind.DIGRESS, waiting.codes)
    if waiting.kind is WaitFor.REMARK:
        said_no = turn.intent == "deny" or not turn.text.strip()
        return CaseStep(CaseStepKind.CLOSE if said_no else CaseStepKind.REMARK, waiting.codes)
    return CaseStep(CaseStepKind.NOT_UNDERSTOOD, waiting.codes)


def _is_plain_no(turn: CaseTurn) -> bool:
    """Whether a code or its proof was asked for and "không" is all that is said; "không nhớ số nào" asks for help."""
    asked = turn.waiting.kind in (WaitFor.CODE, WaitFor.PROOF)
    return asked and turn.intent == "deny" and len(words(turn.text)) <= _PLAIN_NO


def _wish(turn: CaseTurn) -> CaseStep:
    """What is wanted by a message that names no code: the dossier at hand is meant, if there is one."""
    waiting_codes = turn.waiting.codes if turn.waiting.kind is WaitFor.PROOF else ()
    if turn.intent == FORGOT:
        return CaseStep(CaseStepKind.CODE_PLACE)
    if turn.intent == LIST:
        return CaseStep(CaseStepKind.LIST_FOLLOWED)
    if turn.intent == STOP_FOLLOWING:
        return CaseStep(CaseStepKind.STOP_FOLLOWING)
    if turn.intent in (FOLLOW, AGREE):
        codes = waiting_codes or turn.proven[-1:]
        return _follow(turn, codes, CaseStepKind.ASK_CONSENT) if codes else CaseStep(CaseStepKind.ASK_CODE, follow=True)
    if waiting_codes:
        return CaseStep(CaseStepKind.LOOK_UP if turn.proof else CaseStepKind.ASK_PROOF, waiting_codes, turn.proof)
    if turn.proven and turn.intent == ASK:
        return CaseStep(CaseStepKind.SHOW_AGAIN, turn.proven[-1:])
    return CaseStep(CaseStepKind.ASK_CODE)


def _code_of(text: str, today: date) -> str:
    """Return the code that a button carries, "" where it is none."""
    found = find_case_codes(text, today)
    return str(found[0].code) if found and found[0].code else ""


def missed_once_more(waiting: Waiting) -> Waiting:
    return replace(waiting, missed=waiting.missed + 1)
