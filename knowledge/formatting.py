"""Numbers, dates, times and fees in Vietnamese. Chooses phrases; states nothing that the record does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from knowledge.models import Fee, FeeStatus, ProcessingTime, SubmissionMethod, TimeUnit
from knowledge.wording import Wording

_LONG_ASIDE = re.compile(r"\([^()]{30,}\)")


def day_text(day: date) -> str:
    """18/07/2026."""
    return f"{day:%d/%m/%Y}"


def short_title(title: str, limit: int = 100) -> str:
    """Return `title` for a heading or a button: long asides in brackets and the tail beyond `limit` left out."""
    short = _LONG_ASIDE.sub("(…)", title.capitalize() if title.isupper() else title)
    if len(short) <= limit:
        return short
    return short[:limit].rsplit(" ", 1)[0].rstrip(" ,;(/") + "…"


def amount_text(amount: int) -> str:
    """15.000."""
    return f"{amount:,}".replace(",", ".")


def number_text(number: float) -> str:
    """3, or 1,5."""
    return str(int(number)) if number == int(number) else str(number).replace(".", ",")


def time_text(time: ProcessingTime, say: Wording) -> str:
    """3 ngày làm việc, with the case in front where there is one; empty when nothing is known."""
    if time.unit is TimeUnit.SAME_DAY:
        text = say("units.same_day") + (f" ({time.text})" if time.text else "")
    elif time.unit is not None and time.amount:
        text = say(f"units.{time.unit.value}", n=number_text(time.amount))
    else:
        text = time.text
    if time.case and text and time.amount and re.search(rf"\b0?{number_text(time.amount)} (ngày|giờ|tháng)", time.case):
        return time.case
    return f"{time.case}: {text}" if time.case and text else text


def fee_text(fee: Fee, say: Wording) -> str:
    """15.000 đồng/lần (cá nhân, hộ gia đình), or what the record says instead of an amount."""
    if fee.status is FeeStatus.AMOUNT and fee.amount is not None:
        key = "fee.amount_per" if fee.per else "fee.amount"
        text = say(key, amount=amount_text(fee.amount), per=fee.per)
    elif fee.status is FeeStatus.DESCRIBED:
        text = fee.note
    else:
        text = say(f"fee.{fee.status.value}")
    said = fee.note if fee.status is not FeeStatus.DESCRIBED else ""
    details = [fee.case, _validity(fee, say), said]
    extra = "; ".join(part for part in details if part)
    return f"{text} ({extra})" if extra else text


def _validity(fee: Fee, say: Wording) -> str:
    if fee.valid_to is not None:
        return say("fee.until", day=day_text(fee.valid_to))
    return say("fee.since", day=day_text(fee.valid_from)) if fee.valid_from is not None else ""


def fee_texts(fees: Iterable[Fee], day: date, say: Wording) -> list[str]:
    """Return one text a fee that holds on `day`. If all have ended, say so instead; never the old amount (R-20)."""
    fees = list(fees)
    current = [fee for fee in fees if fee.holds_on(day)]
    if current:
        return list(dict.fromkeys(fee_text(fee, say) for fee in current))
    ended = [fee.valid_to for fee in fees if fee.valid_to is not None and fee.valid_to < day]
    return [say("fee.ended", day=day_text(max(ended)))] if ended else []


def by_method(
    methods: Sequence[SubmissionMethod], texts: Sequence[list[str]], say: Wording
) -> list[tuple[str, list[str]]]:
    """Pair each method's name with its texts; one pair without a name when all say the same, none for empty ones."""
    filled = [(method, lines) for method, lines in zip(methods, texts, strict=True) if lines]
    if not filled:
        return []
    if len(filled) == len(methods) and all(lines == filled[0][1] for _, lines in filled):
        return [("", filled[0][1])]
    return [(say(f"methods.{method.method.value}"), lines) for method, lines in filled]
