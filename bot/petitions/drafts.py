"""What a citizen wants to lodge, before it is stored: made clean, and looked through for what is missing."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import Enum
from typing import Any

from bot.ops.screening.denunciations import is_denunciation
from bot.ops.screening.masking import mask
from bot.petitions.models import Contact, ContactKind, PetitionDraft

LONGEST_CONTENT, LONGEST_WISH, LONGEST_NAME = 4000, 1000, 120
SHORTEST_CONTENT = 10
_LONGEST = {"procedure_title": 600, "procedure_code": 32, "unit_said": 300, "case_code": 64, "paper": 300}
_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters, marks that turn the direction of writing, halves of characters: no words, but able to deceive."""
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,10}")
_PHONE = re.compile(r"0(?:[35789]\d{8}|2\d{8,9})")
_COMMUNE = re.compile(r"\d{5}")


class DraftFault(str, Enum):
    """Why a draft cannot be lodged; `not_open`: what was to be joined is answered by now."""

    NO_KEY = "no_key"
    NO_CONTENT = "no_content"
    TOO_LONG = "too_long"
    NO_NAME = "no_name"
    NO_CONTACT = "no_contact"
    NO_CONSENT = "no_consent"
    DENUNCIATION = "denunciation"
    """An accusation: nothing of it is kept (R-26)."""
    NOT_OPEN = "not_open"


def clean(text: str, longest: int = LONGEST_CONTENT) -> str:
    """Return a citizen's `text` as it may be kept: without people's codes and numbers, at most `longest` characters."""
    return mask(written(text)).text[:longest]


def written(text: str) -> str:
    """Return `text` without what is no writing."""
    return _NO_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def parse_contact(text: str) -> Contact | None:
    """Return the telephone number or the e-mail address that `text` holds; None where it holds neither, or two.

    Blanks, dots, hyphens and +84 are read; a number that no telephone of this country has is none.
    """
    mails = {found.group().lower() for found in _EMAIL.finditer(text)}
    phones = {number for run in _runs(_EMAIL.sub(" ", text)) for number in [_phone(run)] if number}
    found = [Contact(ContactKind.PHONE, phone) for phone in phones]
    found += [Contact(ContactKind.EMAIL, mail) for mail in mails if len(mail) <= 254]
    return found[0] if len(found) == 1 else None


def cleaned(draft: PetitionDraft) -> PetitionDraft:
    """Return the draft as it may be stored."""
    short: dict[str, Any] = {name: clean(getattr(draft, name), longest) for name, longest in _LONGEST.items()}
    commune = draft.commune_code.strip()
    return replace(
        draft,
        content=clean(draft.content),
        wish=clean(draft.wish, LONGEST_WISH),
        sender_name=" ".join(clean(draft.sender_name, LONGEST_NAME).split()),
        commune_code=commune if _COMMUNE.fullmatch(commune) else "",
        contact=parse_contact(draft.contact.value) or Contact(draft.contact.kind, ""),
        **short,
    )


def faults_of(draft: PetitionDraft, as_written: PetitionDraft) -> tuple[DraftFault, ...]:
    """Return all that keeps a cleaned draft from being lodged; empty where nothing does."""
    looks = (
        (DraftFault.NO_KEY, not draft.key.strip() or not draft.sender),
        (DraftFault.NO_CONTENT, len(draft.content) < SHORTEST_CONTENT),
        (DraftFault.TOO_LONG, len(as_written.content) > LONGEST_CONTENT or len(as_written.wish) > LONGEST_WISH),
        (DraftFault.NO_NAME, len(draft.sender_name) < 2 or "[" in draft.sender_name),
        (DraftFault.NO_CONTACT, not draft.contact.value),
        (DraftFault.NO_CONSENT, not draft.consent_version.strip()),
        (DraftFault.DENUNCIATION, is_denunciation(f"{draft.content}\n{draft.wish}")),
    )
    return tuple(fault for fault, there in looks if there)


def word_faults(words: str, as_written: str, required: bool) -> tuple[DraftFault, ...]:
    """Return what keeps a citizen's further words from being added."""
    looks = (
        (DraftFault.NO_CONTENT, required and not words),
        (DraftFault.TOO_LONG, len(as_written) > LONGEST_CONTENT),
        (DraftFault.DENUNCIATION, is_denunciation(words)),
    )
    return tuple(fault for fault, there in looks if there)


def hidden(contact: Contact) -> str:
    """Return a contact as it is shown to one who need not use it: the last three digits, the first letter."""
    if not contact.value:
        return ""
    if contact.kind is ContactKind.PHONE:
        return f"…{contact.value[-3:]}"
    name, _, host = contact.value.partition("@")
    return f"{name[:1]}…@{host}"


def _runs(text: str) -> list[str]:
    return re.findall(r"\+?\d(?:[ .\-()\xa0]{0,2}\d){7,14}", text)


def _phone(run: str) -> str:
    digits = re.sub(r"\D", "", run)
    if digits.startswith("84"):
        digits = "0" + digits[2:].removeprefix("0")
    return digits if _PHONE.fullmatch(digits) else ""
