"""Passwords in a message: what stands behind the word for it and is not plain speech."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.ops.screening.kinds import Finding, Kind
from bot.ops.screening.reading import BLANK, Reading

# "mk" is also "mình", "pass" also "sang nhượng": alone they need a sign, or something that looks like a password.
_WORD = r"(?:mat khau|m[ .]?khau|mk|pass(?:word|wd|w)?|pasword|pwd?)"
_OWNER = (
    r"(?:(?:vneid|dvc|dich vu cong|tai khoan|tk|dinh danh|quoc gia|cong|cua|toi|tui|em|e|anh|chi|co|chu|bac|minh|con"
    r"|cu|moi|cap|dang nhap|dat|ba|ma|me|wifi|bank|ngan hang|zalo|do|cho|chau|ong|nha|day|ne|hinh nhu|thi|doi"
    r"|email|mail|gmail|chung|luon|giong|hien|dang xai|xai)"
    r"(?![a-z0-9])[ ,]*){0,6}"
)
_SIGN = re.compile(
    rf"(?<![a-z0-9]){_WORD}(?![a-z0-9])[ ,]*{_OWNER}(?:la(?![a-z])|thanh(?![a-z])|[:=]|->)[ :=]*"
    r"(?:ngay sinh |chu |cum )?"
    r"[\"'“‘(]?([^\s\"'”’]{2,40})"
)
_NEXT = re.compile(rf"(?<![a-z0-9]){_WORD}(?![a-z0-9])[ ,:=]*{_OWNER}[ :=]*[\"'“‘(]?([^\s\"'”’]{{4,40}})")
_QUOTED = re.compile(rf"(?<![a-z0-9]){_WORD}(?![a-z0-9])[ ,:=]*{_OWNER}[ :=]*[\"“‘']([^\"”’'\n]{{3,40}})[\"”’']")
_NUMBER_LATER = re.compile(
    rf"(?<![a-z0-9])(?:mat ?khau|password|passwd)(?![a-z0-9])[^\n{BLANK}]{{0,60}}?(?<![\w.])(\d{{6,}})(?!\w)"
)
# Further on, only what is no Vietnamese syllable: "mật khẩu hồi đó con gái đặt cho bác là …".
_WORD_LATER = re.compile(
    rf"(?<![a-z0-9])(?:mat khau|password)(?![a-z0-9])[^\n{BLANK}]{{0,60}}?"
    r"(?:(?<![a-z])la|[:=]) ([a-z]{6,40})(?![a-z])"
)
_SECRET_LATER = re.compile(
    rf"(?<![a-z0-9])(?:mat ?khau|password|passcode|mk|pass)(?![a-z0-9])[^\n{BLANK}]{{0,60}}?(?:[:=]| la ) ?"
    r"([^\s\"'“”]{4,40})"
)
_TAIL = ".,;!?)…"
_SYLLABLE = re.compile(r"(?:ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?")
# Single syllables that open a question or an explanation, not a password.
_SPEECH = frozenset(
    """
    gi sao the phai do bao may chi ai khong ko k hong hok sai dung loi cai so mot nhung ngay ten duoc dc co chua
    roi bi can nhu nao de o tu cho ma va hay hoac voi thi no neu khi vi tai ra vo vao quen mat doi lay lai dat nen
    nhieu it dai ngan manh yeu chu ki ky cua em toi tui anh minh bac con ong ba nguoi ta cach lam dau dang ah a
    nhi ha vay day cung rat qua luon moi cu ca tat toan bo gom trong ngoai tren duoi tiep sau truoc nhap bam cap
    muc biet nho xong
    """.split()  # noqa: SIM905 - as a list it would fill a page
)


def find_passwords(reading: Reading) -> Iterator[Finding]:
    """Yield what is or may be a password."""
    for found in _QUOTED.finditer(reading.plain):
        yield Finding(*found.span(1), Kind.PASSWORD)
    for pattern in (_SIGN, _NEXT):
        for found in pattern.finditer(reading.plain):
            end = found.start(1) + len(found.group(1).rstrip(_TAIL))
            value = reading.plain[found.start(1) : end]
            short = found.group().startswith(("mk", "pass ", "pw")) and ":" not in found.group()
            is_one = _is_no_speech(value, short) if pattern is _SIGN else looks_secret(value)
            if value and BLANK not in value and is_one:
                yield Finding(found.start(1), end, Kind.PASSWORD)
    yield from (Finding(*found.span(1), Kind.PASSWORD) for found in _NUMBER_LATER.finditer(reading.plain))
    for found in _SECRET_LATER.finditer(reading.plain):
        end = found.start(1) + len(found.group(1).rstrip(_TAIL))
        value = reading.plain[found.start(1) : end]
        if BLANK not in value and not value.isdecimal() and looks_secret(value):
            yield Finding(found.start(1), end, Kind.PASSWORD)
    for found in _WORD_LATER.finditer(reading.plain):
        if not _SYLLABLE.fullmatch(found.group(1)):
            yield Finding(*found.span(1), Kind.PASSWORD)


def looks_secret(value: str) -> bool:
    """Whether `value` mixes letters with digits or signs, or is a longer number: no word that people write."""
    if value.isdecimal():
        return len(value) >= 4
    signs = sum(not char.isalpha() for char in value.strip(_TAIL + "\"'“”"))
    return (
        signs > 0
        and any(char.isalnum() for char in value)
        and "/" not in value
        and not re.fullmatch(r"\d{1,2}[a-z]+", value)
    )


def _is_no_speech(value: str, short: bool) -> bool:
    """`short`: the word before is also a common abbreviation, so a plain syllable behind it is speech."""
    if looks_secret(value):
        return True
    if not value.isalpha():
        return False
    if short and _SYLLABLE.fullmatch(value):
        return False
    return value not in _SPEECH if _SYLLABLE.fullmatch(value) else value not in ("vneid", "nhieu", "nghiem")
