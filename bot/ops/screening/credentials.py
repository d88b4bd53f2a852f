"""Codes and passwords in a message: one-time codes, PINs, passcodes, passwords, cards (R-16).

Rather one number too many than one too few: who speaks of a one-time code has no other number to tell us.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.ops.screening.kinds import Finding, Kind
from bot.ops.screening.numbers import whole_numbers
from bot.ops.screening.reading import Reading

_CODE = r"(?<![\w.])\d(?:[ .\-–—]?\d){3,7}(?![\w])(?!\.\d)"
_SPELT = r"(?:khong|mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin)"
_SPELT_CODE = re.compile(rf"(?<!\w){_SPELT}(?:[ ,\-]+{_SPELT}){{3,7}}(?!\w)")
_ANY_CODE = re.compile(_CODE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_PUBLIC_NUMBERS = frozenset(("1022", "0281022", "18001096"))

_OTP = re.compile(
    r"(?<![a-z0-9])(?:[o0][ .]?t[ .]?p(?:\d*)"
    r"|ma (?:so )?(?:xac thuc|xac nhan|xac minh|kich hoat|bao mat|giao dich|bi mat)"
    r"|xac thuc 2 lop)(?![a-z])"
)
_PASSCODE = re.compile(r"(?<![a-z])(?:pass?code|mat ma)(?![a-z])")
_PIN = re.compile(r"(?<![a-z])(?<!vien )(?<!cuc )pin(?![a-z])(?! xe| dien thoai| du phong)")
_WHOLE_MESSAGE = ((_OTP, Kind.OTP), (_PASSCODE, Kind.PASSCODE), (_PIN, Kind.PIN))
# "mã nó gửi nè: 481920": a code of six after the word, unless it is a code of something public.
_SENT_CODE = re.compile(r"(?<![a-z])ma(?![a-z])([^\n§]{0,40}?)(?<![\w.])(\d(?:[ .\-]?\d){5})(?![\w])")
_PUBLIC_CODE = re.compile(
    r"(?<![a-z])(?:ho so|bien nhan|thu tuc|thue|mst|buu|khach hang|sinh vien|vung|don vi|nganh|hang|nha|dinh danh|bhxh"
    r"|bhyt|bao hiem|tinh|truong|cong trinh|so do|vach|qr|thua|dat|can bo|phong|loi|phuong|xa)(?![a-z])"
)
# "gửi con số 440918, nhập liền": six digits that somebody sent, or that are to be typed in.
_TYPED_CODE = re.compile(
    r"(?<![a-z])(?:nhap|go|bam|doc)(?: [a-z]+){0,3} (\d{6})(?![\w.,]\d|\w)"
    r"|(?<![a-z])(?:gui|nhan|nhan duoc)((?: [a-z]+){0,5}) (\d{6})(?![\w.,]\d|\w)[^\n]{0,40}?"
    r"(?<![a-z])(?:nhap|go|bam|doc)(?![a-z])"
)
_CARD_CODE = re.compile(
    r"(?<![a-z])(?:cvv2?|cvc2?|(?:3|ba) so (?:o )?(?:mat )?(?:dang )?sau(?: the)?|ma bao mat the)"
    r"(?![a-z])[^\d\n]{0,20}(\d{3,4})(?!\d)"
)
_BARE = re.compile(r"\W*\d(?:[ .\-]?\d){5}(?:\W+(?:ne|nha|nhe|do|day|a|ah|nghen|em|ban|ad|roi))*\W*")
_CARD = re.compile(r"(?<![\w.])\d(?:[ .\-]?\d){12,18}(?![\w])")
_CARD_WORD = re.compile(r"(?<![a-z])(?:the|visa|master ?card|amex|jcb|napas|atm)(?![a-z])")
_NO_CARD = re.compile(r"(?<![a-z])(?:bhyt|bao hiem|can cuoc|cccd|tai khoan|stk)(?![a-z])")


def find_credentials(reading: Reading, code_spoken_of: bool, bare_is_code: bool) -> Iterator[Finding]:
    """Yield codes and cards. `code_spoken_of`: a one-time code was the matter before this message."""
    for words, kind in _WHOLE_MESSAGE:
        if words.search(reading.folded):
            yield from _codes(reading, kind)
    yield from _sent_codes(reading)
    yield from (Finding(*found.span(1), Kind.CARD_CODE) for found in _CARD_CODE.finditer(reading.plain))
    yield from _cards(reading)
    if code_spoken_of:
        yield from _codes(reading, Kind.OTP)
    elif bare_is_code and _BARE.fullmatch(reading.loose) and "000" not in reading.loose:
        yield from (Finding(*found.span(), Kind.OTP) for found in _ANY_CODE.finditer(reading.loose))


def _codes(reading: Reading, kind: Kind) -> Iterator[Finding]:
    for found in _ANY_CODE.finditer(_without_glued_words(reading.plain)):
        digits = re.sub(r"\D", "", found.group())
        year = _YEAR.fullmatch(digits) and not re.search(r"(?:la|[:=]|otp|pin)\s*$", reading.folded[: found.start()])
        if digits not in _PUBLIC_NUMBERS and not year and not digits.startswith(("1900", "1800")):
            yield Finding(*found.span(), kind)
    yield from (Finding(*found.span(), kind) for found in _SPELT_CODE.finditer(reading.plain))


def _without_glued_words(text: str) -> str:
    """Free a code from the word it is glued to: "otp123456", "pin:4477"."""
    return re.sub(r"(?:otp|pin|ma|passcode)(?=\d)", lambda found: " " * len(found.group()), text)


def _sent_codes(reading: Reading) -> Iterator[Finding]:
    whole = whole_numbers(reading.loose)
    for found in _SENT_CODE.finditer(reading.loose):
        part = any(start <= found.start(2) and found.end(2) < end for start, end in whole)
        part = part or any(start < found.start(2) and found.end(2) <= end for start, end in whole)
        if not part and not _PUBLIC_CODE.search(found.group(1)) and not found.group(2).endswith("000"):
            yield Finding(*found.span(2), Kind.OTP)
    for found in _TYPED_CODE.finditer(reading.loose):
        digits = found.group(1) or found.group(3)
        if not _PUBLIC_CODE.search(found.group()) and not digits.endswith("000"):
            yield Finding(*found.span(1 if found.group(1) else 3), Kind.OTP)


def _cards(reading: Reading) -> Iterator[Finding]:
    """Digits with a card's check digit, or as many behind the word for a card."""
    for found in _CARD.finditer(reading.plain):
        digits = re.sub(r"\D", "", found.group())
        before = reading.folded[max(0, found.start() - 40) : found.start()]
        named = _CARD_WORD.search(before) and not _NO_CARD.search(before)
        if (len(digits) >= 14 and passes_luhn(digits) and digits[0] in "234569") or (named and len(digits) >= 15):
            yield Finding(*found.span(), Kind.CARD_NUMBER)


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
