"""By what somebody's data is looked up at the desk, read as officers type it down from a telephone call."""

from __future__ import annotations

import re
import uuid
from enum import Enum

from bot.ops.petition_codes import parse_petition_code
from bot.petitions.drafts import parse_contact
from bot.referrals.references import find_reference

LONGEST_KEY = 254
_ZALO = re.compile(r"[0-9A-Za-z_.\-]{5,128}")
_REFERENCE = re.compile(r"(GL|GY|DL)([0-9A-Z]{6})")


class KeyKind(str, Enum):
    """What is known of a person. `REFERENCE`: of a call back (GL), the teams (HT), feedback (GY), a data request (DL).

    `CONVERSATION`: as it stands in the address of an officers' page; citizens read none.
    """

    PETITION = "petition"
    REFERENCE = "reference"
    CONTACT = "contact"
    ZALO = "zalo"
    CONVERSATION = "conversation"


def read_key(kind: KeyKind, text: str) -> str:
    """Return what `text` means as a key of this kind, as it is stored; "" where it is none."""
    text = text.strip()[:LONGEST_KEY]
    if kind is KeyKind.PETITION:
        return parse_petition_code(text) or ""
    if kind is KeyKind.REFERENCE:
        return _reference(text)
    if kind is KeyKind.CONTACT:
        contact = parse_contact(text)
        return contact.value if contact else ""
    if kind is KeyKind.ZALO:
        return text if _ZALO.fullmatch(text) else ""
    return _conversation(text)


def _reference(text: str) -> str:
    found = _REFERENCE.fullmatch(re.sub(r"[\s.\-–]", "", text).upper())
    return f"{found.group(1)}-{found.group(2)}" if found else find_reference(text)


def _conversation(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return ""
