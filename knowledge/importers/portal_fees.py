"""Fees of the portal's record. The cell and its note often disagree (docs/curated-records.md): the words win."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from knowledge.importers.portal_values import is_number, kept_fold, text_of
from knowledge.importers.render_warnings import Notebook, WarningKind
from knowledge.models import Fee, FeeKind, FeeStatus

_NOTHING_SAID = re.compile(r"^(khong( co| quy dinh)?|chua co( quy dinh)?|0)\W*$")
_FREE = re.compile(
    r"^\W*((le )?phi\s*:?\s*)?(mien (phi|le phi|thu)|khong thu( phi| le phi)?|khong mat phi)( dong)?\W*$"
)
_COUNCIL = re.compile(r"hoi dong nhan dan|\bhdnd\b")
_DAY = r"(?:ngay )?(\d{1,2})(?:/| thang )(\d{1,2})(?:/| nam )(\d{4})"
_VALID_TO = re.compile(rf"den (?:het )?{_DAY}")
_VALID_FROM = re.compile(rf"\btu {_DAY}")
_SENTENCES = re.compile(r"(?<=[.;])\s+(?=[-+*]|[^\W\d_a-zà-ỹ])|\s+(?=- )")
_LEAST_AMOUNT = 1000
"""A smaller amount beside words that name another one was typed in thousands: the words win."""
_LEAST_PLAUSIBLE = 500
_DONG = ("viet nam dong", "vnd", "dong")
_STARTS_WITH_DAY = re.compile(rf"^\W*(?:ap dung )?(?:ke )?tu {_DAY}")
_WAIVED = re.compile(r"\bmien\b(?! nui| trung| bac| nam)")
_PER = re.compile(r"^(?:đồng|đ|vnđ)?\s*/\s*([^\d.;,:()]{2,40})\.?$", re.IGNORECASE)
_LONE_UNIT = re.compile(r"^(?:đồng|vnđ|vnd)(?= ?\(|$)\s*", re.IGNORECASE)
_PERIOD_ASIDE = re.compile(
    r"\s*\(?\b(?:miễn|áp dụng|giảm)\b(?:[^()]|\([^()]*\))*?\bđến\b[^()]*\d{4}[^()]*\)?", re.IGNORECASE
)
"""What a note says of a period, with the brackets around it."""
_OWN_LEVEL = re.compile(r"\d{1,3}(?:[.,]\d{3})+|%|\b(?:mien|giam|trieu|nghin)\b")
"""That a sentence on a period says itself what is paid in it."""
_LABEL = re.compile(r"^\W*(?:le )?phi\W*$")
_AMOUNT_IN_WORDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+\s*(?:dong|d\b|vnd)")


def fees_of(method: dict[str, Any]) -> tuple[Fee, ...]:
    """Return the fees of one submission method, empty rows left out when others say more."""
    return tuple(dict.fromkeys(fee for fee, _ in placed_fees(method, (), "", Notebook())))


def placed_fees(
    method: dict[str, Any], words: tuple[str, ...], where: str, notes: Notebook
) -> tuple[tuple[Fee, str], ...]:
    """Return the fees of a row of a way, each with its raw row: of its cells, and of the words on fees in its note."""
    found: list[tuple[Fee, str]] = []
    said = {amount for text in words for amount in _amounts(text)}
    for place, raw in enumerate(method.get("fees") or []):
        if not isinstance(raw, dict):
            continue
        at = text_of(raw.get("_at")) or (f"{where}/fees/{place}" if where.startswith("/") else where)
        fee = _fee(raw, at, notes)
        if not (fee.amount in said and not fee.note):
            found += [(part, at) for part in _parts(fee)]
    for text in words:
        kind = FeeKind.FEE if kept_fold(text).lstrip("0123456789.) ").startswith("le phi") else FeeKind.CHARGE
        found += [(part, where) for part in _parts(Fee(kind, _status_without_amount(kept_fold(text)), note=text))]
    if sum(fee.valid_to is not None for fee, _ in found) > 1:
        notes.warn(WarningKind.FEE_PERIODS, where, "; ".join(fee.note for fee, _ in found if fee.valid_to))
    telling = [(fee, at) for fee, at in found if fee.note or fee.status is not FeeStatus.NOT_PUBLISHED]
    return tuple(telling or found)


def _fee(raw: dict[str, Any], at: str, notes: Notebook) -> Fee:
    kind = FeeKind.CHARGE if raw.get("type") == "FEE" else FeeKind.FEE
    note = _unwrapped(_LONE_UNIT.sub("", text_of(raw.get("description")).lstrip("-+* ").strip()))
    folded, value = kept_fold(note), raw.get("value")
    amount = int(value) if is_number(value) and value > 0 else None
    currency = text_of(raw.get("currencyName"))
    if amount is not None and currency and kept_fold(currency) not in _DONG:
        return Fee(kind, FeeStatus.DESCRIBED, note=_foreign(text_of(value), currency, note))
    if amount is not None and not _mistyped(amount, folded):
        if (amounts := _amounts(note)) and amount not in amounts:
            notes.warn(WarningKind.FEE_CELL_AND_NOTE, at, f"{amount}: {note}")
        if per := _PER.match(note):
            return Fee(kind, amount=amount, per=per.group(1).strip())
        return Fee(kind, amount=amount, note=note, valid_to=_valid_to(folded))
    if amount is not None and not _AMOUNT_IN_WORDS.search(folded):
        notes.warn(WarningKind.FEE_TOO_SMALL, at, f"{amount}: {note}")
        return Fee(kind, FeeStatus.NOT_PUBLISHED, note=note)
    status = _status_without_amount(folded)
    said = status is not FeeStatus.FREE and not _NOTHING_SAID.match(folded)
    return Fee(kind, status, note=note if said else "")


def _mistyped(amount: int, folded: str) -> bool:
    """Say whether a cell cannot be an amount in dong: typed in thousands, or in dollars."""
    if amount < _LEAST_AMOUNT and (_AMOUNT_IN_WORDS.search(folded) or "usd" in folded):
        return True
    return amount < _LEAST_PLAUSIBLE


def _foreign(value: str, currency: str, note: str) -> str:
    if re.search(rf"\b{re.escape(value)}\s*(?:{re.escape(currency)}|đô la|\$)", note, re.IGNORECASE):
        return note
    return f"{value} {currency} ({note})" if note else f"{value} {currency}"


def _unwrapped(text: str) -> str:
    """Return `text` without the brackets around all of it."""
    inner = text.rstrip(".")
    depths = list(accumulate((char == "(") - (char == ")") for char in inner))
    whole = inner[:1] == "(" and depths[-1] == 0 and all(depths[:-1])
    return inner[1:-1].strip() if whole else text


def _amounts(text: str) -> set[int]:
    return {int(re.sub(r"\D", "", found)) for found in re.findall(r"\d{1,3}(?:[.,]\d{3})+", text)}


def _parts(fee: Fee) -> Iterator[Fee]:
    """Yield what holds for a period, told only while it holds, and then the rest of the fee."""
    sentences = [part.strip(" -+*") for part in _SENTENCES.split(fee.note)]
    timed = [part for part in sentences if _is_timed(part)]
    if not timed:
        yield fee
    elif len(sentences) > 1 and fee.amount and not any(_OWN_LEVEL.search(kept_fold(part)) for part in timed):
        yield replace(fee, valid_from=_first_day(fee.note), valid_to=_last_day(fee.note))
    elif len(sentences) == 1 and fee.amount:
        yield from _single_period(fee)
    else:
        for part in timed:
            yield Fee(fee.kind, FeeStatus.DESCRIBED, note=part, valid_from=_first_day(part), valid_to=_last_day(part))
        rest = " ".join(part for part in sentences if part not in timed)
        if rest and not _LABEL.match(kept_fold(rest)):
            yield _rest(fee, rest)


def _is_timed(text: str) -> bool:
    folded = kept_fold(text)
    return bool(_VALID_TO.search(folded) or _STARTS_WITH_DAY.match(folded))


def _rest(fee: Fee, note: str) -> Fee:
    """The fee without its timed sentences; a cell that they explain, and not the rest, goes with them."""
    amounts = _amounts(note)
    if fee.amount and (not amounts or fee.amount in amounts):
        return replace(fee, note=note, valid_to=None)
    return Fee(fee.kind, _status_without_amount(kept_fold(note)), note=note)


def _single_period(fee: Fee) -> Iterator[Fee]:
    """One sentence with a period beside a cell: the cell's amount, or another one, or none, that holds only then."""
    last, amounts = _last_day(fee.note), _amounts(fee.note)
    waived = bool(_WAIVED.search(kept_fold(fee.note)))
    if last is None or (amounts <= {fee.amount} and not waived):
        yield replace(fee, valid_to=last)
        return
    yield Fee(fee.kind, FeeStatus.DESCRIBED, note=fee.note, valid_from=_first_day(fee.note), valid_to=last)
    if fee.amount and fee.amount >= max(amounts, default=0):
        rest = _PERIOD_ASIDE.sub("", fee.note).strip(" .;")
        yield replace(fee, note=rest, valid_from=last + timedelta(days=1), valid_to=None)


def _first_day(text: str) -> date | None:
    days = [day for found in _VALID_FROM.findall(kept_fold(text)) if (day := _day(found))]
    return min(days) if days else None


def _last_day(text: str) -> date | None:
    days = [day for found in _VALID_TO.findall(kept_fold(text)) if (day := _day(found))]
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
