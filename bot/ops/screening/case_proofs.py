"""What proves that a dossier is one's own, in a message: the last four digits of a phone, or the key of the receipt.

One reader for the action that checks it and for the masking that takes it out of the transcript afterwards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.ops.screening.kinds import Kind, labels
from bot.ops.screening.masking import Masked
from bot.ops.screening.reading import BLANK, Reading, read

PROOF_DIGITS = 4
_FOUR = r"(?<![\w.,/-])(\d(?:[ .]?\d){3})(?![\w/-])(?![.,]\d)"
_PHONE = re.compile(r"(?<![\w.-])(?:\+?84|0)(?:[ .-]?\d){8,10}(?![\w-])")
_NAMED_DIGITS = re.compile(
    r"(?<![a-z])(?:so cuoi|cuoi|duoi|sdt|so dt|dt|dien thoai|phone)(?![a-z])[^\d§]{0,30}" + _FOUR
)
_NAMED_KEY = re.compile(
    r"(?<![a-z])(?:ma khoa|khoa(?: tra cuu)?|ma bi mat|ma tra cuu|key)(?![a-z])\s*(?:la|:|=)?\s*([a-z0-9]{3,12})(?!\w)"
)
_LONE_DIGITS = re.compile(r"(?<!nam )" + _FOUR)
_LONE_KEY = re.compile(r"[\s\"'“”(]*([a-z0-9]{4,12})[\s\"'“”).!]*")
_NO_KEYS = frozenset({"nha", "nhe", "day", "roi", "cua", "bao", "nao", "nam", "tra", "cuu"})
"""Words that follow "mã khóa" in a sentence about it."""
_MOST_BESIDE = 6


@dataclass(frozen=True)
class Proof:
    """`value`: four digits, or a key in capital letters; typed from character `start` to `end`."""

    value: str
    start: int
    end: int


def find_proof(text: str, asked: bool) -> Proof | None:
    """Return the proof in `text`, None where there is none.

    asked: it was just asked for, so four digits by themselves, or one word that can be a key, are the answer.
    """
    reading = read(text)
    phone = _PHONE.search(reading.plain)  # before the four digits behind "điện thoại", which may be its beginning
    if phone:
        return _proof(reading, *phone.span())
    for pattern in (_NAMED_DIGITS, _NAMED_KEY):
        for match in pattern.finditer(reading.plain):
            if match.group(1) not in _NO_KEYS:
                return _proof(reading, *match.span(1))
    return _lone(reading) if asked else None


def is_bare_proof(text: str) -> bool:
    """Say whether a message is a proof and hardly anything else ("5678", "số cuối là 5678 nhé")."""
    proof = find_proof(text, asked=True)
    if proof is None:
        return False
    rest = read(text).plain[: proof.start] + read(text).plain[proof.end :]
    return len(rest.split()) <= _MOST_BESIDE and BLANK not in rest


def hide_proof(text: str) -> Masked:
    """Return `text` without the proof in it: once a dossier is looked up, nobody needs to read it again."""
    proof = find_proof(text, asked=True)
    if proof is None:
        return Masked(text)
    typed = read(text).typed
    hidden = f"{typed[: proof.start]}{labels().masks[Kind.CASE_PROOF]}{typed[proof.end :]}"
    return Masked(hidden, (Kind.CASE_PROOF,))


def _lone(reading: Reading) -> Proof | None:
    found = list(_LONE_DIGITS.finditer(reading.plain))
    if len(found) == 1:
        return _proof(reading, *found[0].span(1))
    whole = _LONE_KEY.fullmatch(reading.plain)
    if whole is None or whole.group(1).isdigit():
        return None
    typed = reading.typed[whole.start(1) : whole.end(1)]
    # A small word ("thôi", "alo") is an answer of another kind.
    is_key = typed.isascii() and (typed.isupper() or re.search(r"\d", typed))
    return _proof(reading, *whole.span(1)) if is_key else None


def _proof(reading: Reading, start: int, end: int) -> Proof:
    """Of a whole telephone number, its end."""
    read_as, typed = reading.plain[start:end], reading.typed[start:end]
    if any(char.isalpha() for char in read_as):
        return Proof(typed.upper(), start, end)
    return Proof(re.sub(r"\D", "", read_as)[-PROOF_DIGITS:], start, end)
