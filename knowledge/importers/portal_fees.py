"""Fees of the portal's record. The cell and its note often disagree (docs/curated-records.md): the words win."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
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
_VALID_FROM = re.compile(r"\btu (?:ngay )?(\d{1,2})/(\d{1,2})/(\d{4})")
_SENTENCES = re.compile(r"(?<=[.;])\s+(?=[-+*]|[^\W\d_a-zà-ỹ])|\s+(?=- )")
_LEAST_AMOUNT = 1000
"""A smaller amount beside words that name another one was typed in thousands: the words win."""
_AMOUNT_IN_WORDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+\s*(?:dong|d\b|vnd)")


def fees_of(method: dict[str, Any]) -> tuple[Fee, ...]:
    """Return the fees of one submission method, empty rows left out when others say more."""
    fees = [part for raw in method.get("fees") or [] if isinstance(raw, dict) for part in _parts(_fee(raw))]
    telling = [fee for fee in fees if fee.status is not FeeStatus.NOT_PUBLISHED]
    return tuple(dict.fromkeys(telling or fees))


def _fee(raw: dict[str, Any]) -> Fee:
    kind = FeeKind.CHARGE if raw.get("type") == "FEE" else FeeKind.FEE
    note = text_of(raw.get("description")).lstrip("-+* ").strip()
    folded, value = fold(note), raw.get("value")
    amount = int(value) if is_number(value) and value > 0 else None
    if amount is not None and not (amount < _LEAST_AMOUNT and _AMOUNT_IN_WORDS.search(folded)):
        return Fee(kind, amount=amount, note=note, valid_to=_valid_to(folded))
    status = _status_without_amount(folded)
    said = status is not FeeStatus.FREE and not _NOTHING_SAID.match(folded)
    return Fee(kind, status, note=note if said else "")


def _parts(fee: Fee) -> Iterator[Fee]:
    """Yield the fee, and each sentence of its note that names a period as one of its own, told only while it holds."""
    sentences = [part.strip(" -+*") for part in _SENTENCES.split(fee.note)]
    timed = [part for part in sentences if _VALID_TO.search(fold(part))]
    if not timed:
        yield fee
        return
    if len(sentences) == 1 and fee.amount:
        yield replace(fee, valid_to=_last_day(fee.note))
        return
    rest = " ".join(part for part in sentences if part not in timed)
    if rest:
        status = fee.status if fee.amount else _status_without_amount(fold(rest))
        yield replace(fee, note=rest, valid_to=None, status=status)
    for part in timed:
        yield Fee(fee.kind, FeeStatus.DESCRIBED, note=part, valid_from=_first_day(part), valid_to=_last_day(part))


def _first_day(text: str) -> date | None:
    days = [day for found in _VALID_FROM.findall(fold(text)) if (day := _day(found))]
    return min(days) if days else None


def _last_day(text: str) -> date | None:
    days = [day for found in _VALID_TO.findall(fold(text)) if (day := _day(found))]
    return max(days) if days else None


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
    return _day(found[0])


def _day(parts: tuple[str, str, str]) -> date | None:
    try:
        return date(int(parts[2]), int(parts[1]), int(parts[0]))
    except ValueError:
        return None
