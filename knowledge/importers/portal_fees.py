"""Fees of the portal's record. The cell and its note often disagree (docs/curated-records.md): the words win."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from knowledge.importers.portal_values import is_number, text_of
from knowledge.models import Fee, FeeKind, FeeStatus
from knowledge.text import fold

_NOTHING_SAID = re.compile(r"^(khong( co| quy dinh)?|chua co( quy dinh)?|0)\W*$")
_FREE = re.compile(
    r"^\W*((le )?phi\s*:?\s*)?(mien (phi|le phi|thu)|khong thu( phi| le phi)?|khong mat phi)( dong)?\W*$"
)
_COUNCIL = re.compile(r"hoi dong nhan dan|\bhdnd\b")
_VALID_TO = re.compile(r"den (?:het )?(?:ngay )?(\d{1,2})/(\d{1,2})/(\d{4})")
_AMOUNT_IN_WORDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+\s*(?:dong|d\b|vnd)")


def fees_of(method: dict[str, Any]) -> tuple[Fee, ...]:
    """Return the fees of one submission method, empty rows left out when others say more."""
    fees = [_fee(raw) for raw in method.get("fees") or [] if isinstance(raw, dict)]
    telling = [fee for fee in fees if fee.status is not FeeStatus.NOT_PUBLISHED]
    return tuple(dict.fromkeys(telling or fees))


def _fee(raw: dict[str, Any]) -> Fee:
    kind = FeeKind.CHARGE if raw.get("type") == "FEE" else FeeKind.FEE
    note = text_of(raw.get("description")).lstrip("-+* ").strip()
    folded, value = fold(note), raw.get("value")
    amount = int(value) if is_number(value) and value > 0 else None
    if amount is not None:
        return Fee(kind, amount=amount, note=note, valid_to=_valid_to(folded))
    return Fee(kind, _status_without_amount(folded), note="" if _NOTHING_SAID.match(folded) else note)


def _status_without_amount(folded: str) -> FeeStatus:
    if not folded or _NOTHING_SAID.match(folded):
        return FeeStatus.NOT_PUBLISHED
    if _FREE.match(folded):
        return FeeStatus.FREE
    if _COUNCIL.search(folded) and not _AMOUNT_IN_WORDS.search(folded):
        return FeeStatus.SET_BY_COUNCIL
    return FeeStatus.DESCRIBED


def _valid_to(folded: str) -> date | None:
    """Return the end of validity where the note names exactly one; several periods in one note stay words."""
    found = _VALID_TO.findall(folded)
    if len(found) != 1:
        return None
    day, month, year = (int(part) for part in found[0])
    try:
        return date(year, month, day)
    except ValueError:
        return None
