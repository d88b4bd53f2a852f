"""What to do with a turn about a petition that was lodged: pure decisions, no Rasa, no text, no look-up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any

from bot.nlu import petition_reading as reading
from bot.nlu.entities import choice_number
from bot.nlu.replies import NO, YES, Choice, Wish, read_reply
from bot.ops.petition_codes import find_petition_codes, has_torn_code, parse_petition_code
from bot.ops.screening.case_proofs import find_proof
from knowledge.text import words

ASK = "ask_petition"
CODE, STEP = "petition_code", "petition_step"
_BARE_BESIDE_A_CODE = 5
"""Words beside a code up to which four digits by themselves are its proof."""


class WaitFor(str, Enum):
    """What was asked for last."""

    NOTHING = "nothing"
    CODE = "code"
    PROOF = "proof"
    MESSAGE = "message"
    REOPEN = "reopen"
    REASON = "reason"
    WITHDRAW = "withdraw"
    TOLD = "told"
    """Nothing was asked, but an answer was told that may be found wrong."""


@dataclass(frozen=True)
class Waiting:
    """kind, for which petition. key: of the message that will come, so that it is added once. want: the step that
    is wanted once the petition is proven. rating: what a reason is about.
    """

    kind: WaitFor = WaitFor.NOTHING
    code: str = ""
    key: str = ""
    want: str = ""
    rating: str = ""
    missed: int = 0

    def to_slot(self) -> dict[str, Any]:
        return {**vars(self), "kind": self.kind.value}


def read_waiting(value: Any) -> Waiting:
    """Return what a slot's value says is waited for."""
    if not isinstance(value, Mapping) or not value.get("kind"):
        return Waiting()
    code, key, want, rating = (str(value.get(name) or "") for name in ("code", "key", "want", "rating"))
    known = value["kind"] in {kind.value for kind in WaitFor}
    missed = value.get("missed")
    return Waiting(
        WaitFor(value["kind"]) if known else WaitFor.NOTHING,
        code,
        key,
        want,
        rating,
        missed if isinstance(missed, int) else 0,
    )


class StatusStepKind(str, Enum):
    SHOW = "show"
    SHOW_MINE = "show_mine"
    LOOK_UP = "look_up"
    ASK_CODE = "ask_code"
    TORN_CODE = "torn_code"
    ASK_MESSAGE = "ask_message"
    ADD = "add"
    RATE = "rate"
    REASON = "reason"
    ASK_REOPEN = "ask_reopen"
    REOPEN = "reopen"
    OFFER_REOPEN = "offer_reopen"
    """The answer was found wrong, in words that do not say more."""
    ASK_WITHDRAW = "ask_withdraw"
    WITHDRAW = "withdraw"
    FOLLOW = "follow"
    CLOSE = "close"
    NEW = "new"
    """It only sounds like a petition that exists: one is to be lodged, or is not after all."""
    DIGRESS = "digress"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True)
class StatusStep:
    """code: "" where the only one of this conversation is meant. value: a rating, or the citizen's words."""

    kind: StatusStepKind
    code: str = ""
    proof: str = ""
    value: str = ""
    want: str = ""


@dataclass(frozen=True)
class StatusTurn:
    """One message and what is remembered. code, step: of a button. is_open: our question waits for an answer."""

    intent: str
    text: str = ""
    code: str = ""
    step: str = ""
    waiting: Waiting = Waiting()
    is_open: bool = False
    asks_aside: bool = False


def read_status_turn(message: Mapping[str, Any], text: str, waiting: Waiting, is_open: bool) -> StatusTurn:
    """Build a turn from Rasa's parsed message; text: as it was stored."""
    pressed = text.startswith("/")
    entities = {item.get("entity"): str(item.get("value")) for item in message.get("entities") or []}
    near = (message.get("procedure_link") or {}).get("certainty") in ("clear", "close")
    intent = str((message.get("intent") or {}).get("name"))
    return StatusTurn(
        intent=intent,
        text="" if pressed else text,
        code=(parse_petition_code(entities.get(CODE, "")) or "") if pressed else "",
        step=entities.get(STEP, "") if pressed else "",
        waiting=waiting,
        is_open=is_open,
        asks_aside=not pressed and intent == "ask_procedure" and bool(message.get("facts")) and near,
    )


def plan_status(turn: StatusTurn) -> StatusStep:
    """Decide the step: a button, then a reply to what was asked, then a code, then what is wanted in words."""
    if not turn.text:
        return _pressed(turn)
    if turn.is_open and turn.waiting.kind is WaitFor.TOLD:
        return _after_telling(turn)
    if reading.calls_off(turn.text) and turn.waiting.kind is not WaitFor.WITHDRAW and not wanted_in(turn.text):
        return StatusStep(StatusStepKind.NEW)
    replied = _reply(turn) if turn.is_open else None
    return replied or _wanted(turn)


def _after_telling(turn: StatusTurn) -> StatusStep:
    """Words right after an answer was told; what names no other petition is about this one."""
    if choice_number(turn.text) is not None:  # of a list that is not ours
        return StatusStep(StatusStepKind.SHOW, turn.waiting.code)
    if read_reply(turn.text, (answer_is_wrong(),)).option:
        return StatusStep(StatusStepKind.OFFER_REOPEN, turn.waiting.code)
    step = _wanted(replace(turn, is_open=False))
    return step if step.code or not step.want else replace(step, code=turn.waiting.code)


@lru_cache(maxsize=1)
def answer_is_wrong() -> Choice:
    """Return what says that the answer to a petition is not right: alone, or behind who has answered."""
    said, by = reading.choice_of("answer_wrong").phrases, reading.choice_of("who_answered").phrases
    return Choice("reopen", (*said, *(f"{who} {one}" for who in by for one in said)))


def blames_an_office(text: str) -> bool:
    """Say whether a complaint about an answer names who gave it: an office, not the assistant."""
    told = f" {' '.join(words(text))} "
    return any(f" {who} " in told for who in reading.choice_of("office_named").phrases)


_BUTTONS = {
    "message": StatusStepKind.ASK_MESSAGE,
    "reopen": StatusStepKind.ASK_REOPEN,
    "withdraw": StatusStepKind.ASK_WITHDRAW,
    "withdraw_sure": StatusStepKind.WITHDRAW,
    "follow": StatusStepKind.FOLLOW,
    "close": StatusStepKind.CLOSE,
}


def _pressed(turn: StatusTurn) -> StatusStep:
    name, _, value = turn.step.partition(":")
    if name == "rate":
        return StatusStep(StatusStepKind.RATE, turn.code, value=value)
    if name in _BUTTONS:
        return StatusStep(_BUTTONS[name], turn.code)
    return StatusStep(StatusStepKind.SHOW if turn.code else StatusStepKind.SHOW_MINE, turn.code)


def _reply(turn: StatusTurn) -> StatusStep | None:
    """What the message says to what was asked; None where it says nothing to it."""
    waiting, text = turn.waiting, turn.text
    codes = find_petition_codes(text)
    if waiting.kind in (WaitFor.CODE, WaitFor.PROOF) and codes:
        return None
    if read_reply(text, ()).wish is Wish.STOP or (waiting.kind is WaitFor.REASON and turn.intent == "deny"):
        return StatusStep(StatusStepKind.CLOSE, waiting.code)
    if waiting.kind is WaitFor.WITHDRAW:
        option = read_reply(text, (Choice(YES, ("đồng ý rút", "rút")), Choice(NO, ("không rút", "giữ lại")))).option
        known = {YES: StatusStepKind.WITHDRAW, NO: StatusStepKind.CLOSE}
        return StatusStep(known.get(option, StatusStepKind.NOT_UNDERSTOOD), waiting.code)
    if waiting.kind is WaitFor.REOPEN:
        agreed = read_reply(text, (Choice(YES, ()), Choice(NO, ())))
        if agreed.option and agreed.exact:  # a yes is no reason yet
            kind = StatusStepKind.ASK_REOPEN if agreed.option == YES else StatusStepKind.CLOSE
            return StatusStep(kind, waiting.code)
    if turn.asks_aside and len(words(text)) <= 14:
        return StatusStep(StatusStepKind.DIGRESS, waiting.code)
    if waiting.kind is WaitFor.PROOF:
        proof = proof_in(text, asked=True)
        return StatusStep(StatusStepKind.LOOK_UP, waiting.code, proof, want=waiting.want) if proof else _missed(turn)
    words_taken = {
        WaitFor.MESSAGE: StatusStepKind.ADD,
        WaitFor.REOPEN: StatusStepKind.REOPEN,
        WaitFor.REASON: StatusStepKind.REASON,
    }
    if waiting.kind in words_taken and any(char.isalnum() for char in text):
        return StatusStep(words_taken[waiting.kind], waiting.code, value=reading.story_in(text))
    return _missed(turn)


def _missed(turn: StatusTurn) -> StatusStep | None:
    """What is about petitions all the same is taken as such."""
    return None if turn.intent == ASK else StatusStep(StatusStepKind.NOT_UNDERSTOOD, turn.waiting.code)


def _wanted(turn: StatusTurn) -> StatusStep:
    codes, want = find_petition_codes(turn.text), wanted_in(turn.text)
    if codes:
        proof = proof_in(_without_codes(turn.text), asked=len(words(turn.text)) <= 3 + _BARE_BESIDE_A_CODE)
        if proof:
            return StatusStep(StatusStepKind.LOOK_UP, codes[0], proof, want=want)
        return StatusStep(_BUTTONS.get(want, StatusStepKind.SHOW), codes[0], want=want)
    if has_torn_code(turn.text):
        return StatusStep(StatusStepKind.TORN_CODE)
    if not want and not turn.is_open and not reading.speaks_of_lodged(turn.text):
        return StatusStep(StatusStepKind.NEW)
    return StatusStep(_BUTTONS.get(want, StatusStepKind.SHOW_MINE), want=want)


def wanted_in(text: str) -> str:
    """Return what is wanted of a petition that was lodged: "withdraw", "message", "reopen"; "" to see how it stands."""
    return reading.kind_of_wish(text, ("withdraw", "message", "reopen"))


def proof_in(text: str, asked: bool) -> str:
    """Return what proves that a petition is one's own: four digits, or an e-mail address."""
    contact = reading.contact_in(text)
    if contact.startswith("email:"):
        return contact.partition(":")[2]
    found = find_proof(text, asked)
    return found.value if found and found.value.isdigit() else ""


def _without_codes(text: str) -> str:
    """Digits of the code are no proof."""
    for code in find_petition_codes(text):
        bare = code.replace("-", "").removeprefix("PA")
        pattern = r"[ \xa0.,_\-–—]{0,3}".join(map(re.escape, bare))
        text = re.sub(rf"(?i)(?:pa[ .,_\-–—]{{0,3}})?{pattern}", " ", text)
    return text


def missed_once_more(waiting: Waiting) -> Waiting:
    return replace(waiting, missed=waiting.missed + 1)
