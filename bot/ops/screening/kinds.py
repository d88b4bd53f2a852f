"""The kinds of personal data that are taken out of messages, and what stands in their place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path

from knowledge.plain_yaml import plain_yaml

LABELS_FILE = Path(__file__).resolve().parent / "labels.yml"


class Kind(str, Enum):
    """Personal data by kind. A form may ask for any that is not a credential (`expects` of a message)."""

    OTP = "otp"
    PASSWORD = "password"  # noqa: S105 - a name, no password
    PIN = "pin"
    PASSCODE = "passcode"
    CARD_NUMBER = "card_number"
    CARD_CODE = "card_code"
    CITIZEN_ID = "citizen_id"
    IDENTITY_NUMBER = "identity_number"
    PASSPORT = "passport"
    PHONE = "phone"
    BANK_ACCOUNT = "bank_account"
    INSURANCE_NUMBER = "insurance_number"
    TAX_CODE = "tax_code"
    EMAIL = "email"
    OTHER_NUMBER = "other_number"
    CASE_PROOF = "case_proof"
    """Taken out after the look-up that needed it."""


CREDENTIALS = frozenset((Kind.OTP, Kind.PASSWORD, Kind.PIN, Kind.PASSCODE, Kind.CARD_NUMBER, Kind.CARD_CODE))
"""Never asked for by anybody (R-16), so never let through."""


@dataclass(frozen=True)
class Finding:
    """Personal data from character `start` to `end`."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class Labels:
    """The words of labels.yml."""

    masks: dict[Kind, str]
    dropped: str


@lru_cache(maxsize=1)
def labels() -> Labels:
    """Read labels.yml once; raise `KeyError` where a kind has no name."""
    entries = plain_yaml(LABELS_FILE.read_text("utf-8"))
    masks = {kind: entries["masked"].format(kind=entries["kinds"][kind.value]) for kind in Kind}
    return Labels(masks, entries["dropped"])


_NAMED = {kind.value: kind for kind in Kind if kind not in CREDENTIALS}


def kinds_named(names: object) -> frozenset[Kind]:
    """Return the kinds that `names` (of a message: anything) names; credentials and strangers count for nothing."""
    listed = names if isinstance(names, list | tuple | set | frozenset) else ()
    return frozenset(_NAMED[name] for name in listed if isinstance(name, str) and name in _NAMED)


def kinds_masked_in(text: str) -> tuple[Kind, ...]:
    """Return the kinds whose masks stand in `text`."""
    return tuple(kind for kind, mask in labels().masks.items() if mask in text)
