"""Numbers, dates, times and fees in Vietnamese. Chooses phrases; states nothing that the record does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from knowledge.models import Fee, FeeStatus, ProcessingTime, SubmissionMethod, TimeUnit
from knowledge.text import fold
from knowledge.wording import Wording

_SHORT = 160
_SINCE = "Kể từ "
_FEWEST_ITEMS = 2
_RUN_IN = re.compile(r"(?<=[:;.])\s+(?=(?:[-+•*–]|\(?[a-zđ]\)|\(?\d{1,2}\)|\((?:i{1,3}|i?v|vi{1,3})\))\s?[^\W\d_])")
"""A blank before an item's mark."""
_MONEY = re.compile(r"\d{1,3}(?:[.,]\d{3})+|\d\s*(?:đồng|triệu|nghìn|ngàn|USD|đô la)", re.IGNORECASE)
_BEGINNINGS = (
    "nop truc t",
    "nop ho so truc t",
    "nop ho so qua",
    "nop qua",
    "qua dich vu buu",
    "gui qua",
    "truc tuyen",
    "truc tiep",
)
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


def time_text(time: ProcessingTime, say: Wording, brief: bool = False) -> str:
    """3 ngày làm việc, with the case in front where there is one; empty when nothing is known.

    brief: without the record's words on a time whose number is known.
    """
    stated = _stated_time(time, say)
    if time.unit is TimeUnit.SAME_DAY:
        text = stated + (f" ({time.text})" if time.text else "")
    elif stated and time.text and not brief:
        text = time.text if _says_number(time.text, time.amount) else _continued(stated, time.text)
    else:
        text = stated or time.text
    if time.case and text and time.amount and _numbered_unit(time.amount).search(time.case):
        return time.case
    return f"{time.case}: {text}" if time.case and text else text


def _continued(stated: str, words: str) -> str:
    """5 ngày làm việc kể từ ngày nhận đủ hồ sơ; other words on the time under it."""
    return f"{stated} {words[:1].lower()}{words[1:]}" if words.startswith(_SINCE) else f"{stated}\n{words}"


def _stated_time(time: ProcessingTime, say: Wording) -> str:
    if time.unit is TimeUnit.SAME_DAY:
        return say("units.same_day")
    return say(f"units.{time.unit.value}", n=number_text(time.amount)) if time.unit is not None and time.amount else ""


def _says_number(text: str, amount: float | None) -> bool:
    """Say whether words on a time are short and name its number themselves."""
    return amount is not None and len(text) <= _SHORT and "\n" not in text and bool(_numbered_unit(amount).search(text))


def _numbered_unit(amount: float) -> re.Pattern[str]:
    return re.compile(rf"\b0{{0,2}}{number_text(amount)}\)?\s*(?:\([^()]*\)\s*)?(?:ngày|giờ|tháng)", re.IGNORECASE)


def in_lines(text: str) -> str:
    """Return a long text with each item of a list that was run into it on a line of its own."""
    if len(text) <= _SHORT or len(_RUN_IN.findall(text)) < _FEWEST_ITEMS:
        return text
    return _RUN_IN.sub("\n", text)


def fee_text(fee: Fee, say: Wording) -> str:
    """15.000 đồng/lần (cá nhân, hộ gia đình), or what the record says instead of an amount."""
    if fee.status is FeeStatus.AMOUNT and fee.amount is not None:
        key = "fee.amount_per" if fee.per else "fee.amount"
        text = say(key, amount=amount_text(fee.amount), per=fee.per)
    elif fee.status is FeeStatus.DESCRIBED:
        text = in_lines(fee.note)
    else:
        text = say(f"fee.{fee.status.value}")
    said = fee.note if fee.status is not FeeStatus.DESCRIBED else ""
    details = [fee.case, _validity(fee, say), said]
    extra = "; ".join(part for part in details if part)
    return f"{text} ({extra})" if extra else text


def _validity(fee: Fee, say: Wording) -> str:
    end = fee.valid_to or fee.valid_from
    if end is not None and fee.status is FeeStatus.DESCRIBED and str(end.year) in fee.note:
        return ""  # the words give the days themselves
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


def same_times(ways: Sequence[tuple[ProcessingTime, ...]]) -> list[tuple[ProcessingTime, ...]]:
    """Return the times of each way; all the same where they differ only in that one way's words are left out."""
    told = {times for times in ways if any(time.text for time in times)}
    bare = {tuple(replace(time, text="") for time in times) for times in ways}
    if len(told) == 1 and len(bare) == 1 and all(time.amount for times in bare for time in times):
        return [next(iter(told))] * len(ways)
    return list(ways)


def names_money(text: str) -> bool:
    """Say whether words name an amount of money."""
    return bool(_MONEY.search(text))


def in_brief(text: str) -> str:
    """Return the first line of a text, its long asides and its tail left out."""
    first = text.split("\n", 1)[0]
    return first if len(first) <= _SHORT else short_title(first, _SHORT)


def named_way(names: list[str], detail: str) -> str:
    """Return what is said of ways of filing under their names, unless it begins with the one name itself."""
    folded = fold(detail)
    if len(names) == 1 and any(folded.startswith(begin) for begin in (fold(names[0]), *_BEGINNINGS)):
        return detail
    return f"{', '.join(names)}: {detail}"
