"""What a request for help asks for, in which order, and what an answer to each means for the draft."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

from bot.referrals.models import Referral, TimeWish, Way
from knowledge.how_to import HelpKind

SKIP, AGAIN = "skip", "again"


class Field(str, Enum):
    """The questions. Those of `ORDER` fill the draft; the others are answered by yes or no."""

    CONSENT = "consent"
    WARD = "ward"
    NEIGHBOURHOOD = "neighbourhood"
    CONTACT = "contact"
    WISH = "wish"
    ABOUT = "about"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    PHONE_AGAIN = "phone_again"
    CAME = "came"


ORDER = (Field.WARD, Field.NEIGHBOURHOOD, Field.CONTACT, Field.WISH, Field.ABOUT)


def field_named(name: str) -> Field | None:
    return next((field for field in Field if field.value == name), None)


def next_field(draft: Referral) -> Field:
    """Return what is still to be asked of a draft; CONFIRM where nothing is."""
    return next((field for field in ORDER if not _is_filled(draft, field)), Field.CONFIRM)


def field_before(draft: Referral, field: Field) -> Field | None:
    """Return the question before `field` that was answered; None before the first."""
    before = ORDER[: ORDER.index(field)] if field in ORDER else ORDER
    return next((one for one in reversed(before) if _is_filled(draft, one)), None)


def emptied(field: Field) -> dict[str, Any]:
    """Return the values with which a field is asked for again."""
    values: dict[Field, dict[str, Any]] = {
        Field.WARD: {"commune_code": ""},
        Field.NEIGHBOURHOOD: {"neighbourhood": None},
        Field.CONTACT: {"way": "", "phone": None, "called": None},
        Field.WISH: {"wish": ""},
        Field.ABOUT: {"kind": "", "guide": "", "step": "", "about": None},
    }
    return values.get(field, {})


def value_of(field: Field | None, value: str) -> dict[str, Any] | None:
    """Return what an option means for the draft; None where it is none of the field's."""
    if field is Field.WARD and re.fullmatch(r"\d{5}", value):
        return {"commune_code": value}
    if field is Field.NEIGHBOURHOOD and value == SKIP:
        return {"neighbourhood": ""}
    if field is Field.CONTACT and value == Way.CHAT.value:
        return {"way": Way.CHAT.value, "phone": None}
    if field is Field.WISH and value in {one.value for one in TimeWish}:
        return {"wish": value}
    if field is Field.ABOUT and value in {one.value for one in HelpKind}:
        return {"kind": value}
    return None


def _is_filled(draft: Referral, field: Field) -> bool:
    return {
        Field.WARD: bool(draft.commune_code),
        Field.NEIGHBOURHOOD: draft.neighbourhood is not None,
        Field.CONTACT: draft.way is not None,
        Field.WISH: draft.wish is not None,
        Field.ABOUT: draft.kind is not None,
    }[field]
