"""Personal numbers in a message: identity, passport, phone, account, insurance, tax; and e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.ops.screening.kinds import Finding, Kind
from bot.ops.screening.reading import BLANK, Reading, without_round_amounts

_EMAIL = re.compile(r"[a-z0-9._%+\-]+\s?@\s?[a-z0-9\-]+(?:\.[a-z0-9\-]+)*\.[a-z]{2,10}(?![a-z])")
_PASSPORT = re.compile(r"(?<![\w.])[bcpknes]\s?\d{7,8}(?![\w])")
_HEALTH_CARD = re.compile(r"(?<![\w.])[a-z]{2}[ \-]?\d[ \-]?\d{2}(?:[ \-]?\d){10}(?![\w])")
# A run of digits as people space them; O stands for 0 and l for 1 where digits stand around.
RUN = re.compile(r"(?<![\w./])(?:\(?\+?[\do])(?:(?:\) ?|[ .\-–—]{1,2})?[\dol]){5,24}(?![\w])")
_BEFORE = 45
_NAMED = (
    (Kind.CITIZEN_ID, r"cccd|can cuoc|dinh danh"),
    (Kind.IDENTITY_NUMBER, r"cmnd|cmt|chung minh"),
    (Kind.PASSPORT, r"ho chieu|passport"),
    (Kind.PHONE, r"sdt|so dt|dt|dien thoai|phone|zalo|lien (?:lac|he)|hotline|so ban|goi"),
    (
        Kind.BANK_ACCOUNT,
        r"stk|tk|tai khoan|vietcombank|vcb|techcombank|agribank|bidv|vietinbank|mb ?bank|acb|sacombank",
    ),
    (Kind.INSURANCE_NUMBER, r"bhxh|bhyt|bao hiem"),
    (Kind.TAX_CODE, r"mst|thue"),
)
# Numbers of things, not of people.
_THINGS = r"thua|to ban do|so (?:hieu|khung|may|seri|vao so)|bien lai|hoa don|hop dong|quyet dinh|don hang"
_DOSSIERS = r"ho so|bien nhan"
_CITIZEN_ID = re.compile(r"0\d\d[0-3]\d{8}")
"""Province, sex and century, year of birth, six digits. No dossier's number begins so: that is a year after 2010."""
_NAMES = re.compile(
    rf"(?P<things>(?<![a-z])(?:{_THINGS})(?![a-z]))|(?P<dossier>(?<![a-z])(?:{_DOSSIERS})(?![a-z]))|"
    + "|".join(f"(?P<{kind.value}>(?<![a-z])(?:{words})(?![a-z]))" for kind, words in _NAMED)
)
_SHAPES = (
    (Kind.PHONE, r"(?:0|\+?84)(?:[35789]\d{8}|2\d{8,9})"),
    (Kind.CITIZEN_ID, r"0\d{11}"),
    (Kind.PHONE, r"0\d{9}"),
    (Kind.IDENTITY_NUMBER, r"\d{9}|\d{12}"),
    (Kind.INSURANCE_NUMBER, r"\d{10}"),
    (Kind.TAX_CODE, r"\d{10}(?:\d{3})?|\d{12}"),
    (Kind.BANK_ACCOUNT, r"\d{6,19}"),
    (Kind.PHONE, r"\d{8,12}"),
)
_FORMS = tuple((kind, re.compile(shape)) for kind, shape in _SHAPES)
# Without a word that says so, only a number of these shapes is taken for one when it is typed in groups.
UNMISTAKABLE = re.compile(r"0\d{9,11}|\+?84\d{9,10}")
_SHORTEST_ALONE = 9


def find_numbers(reading: Reading, expected: frozenset[Kind]) -> Iterator[Finding]:
    """Yield numbers that are a person's; those of a kind in `expected` were asked for and are left alone."""
    simple = ((_EMAIL, Kind.EMAIL), (_HEALTH_CARD, Kind.INSURANCE_NUMBER), (_PASSPORT, Kind.PASSPORT))
    text = reading.loose
    for pattern, kind in simple:
        found_here = [found.span() for found in pattern.finditer(text)]
        yield from (Finding(*span, kind) for span in found_here if kind not in expected)
        for start, end in found_here:
            text = text[:start] + BLANK * (end - start) + text[end:]
    for found in RUN.finditer(text):
        if not expected & possible_kinds(_digits(found.group())):
            kind_found = _kind_of(found, reading.folded, text)
            if kind_found is not None:
                yield Finding(*found.span(), kind_found)


def whole_numbers(text: str) -> list[tuple[int, int]]:
    """Return where numbers stand in a reading's text that can only be a telephone's or a card's, however spaced."""
    return [found.span() for found in RUN.finditer(text) if UNMISTAKABLE.fullmatch(_digits(found.group()))]


def possible_kinds(digits: str) -> frozenset[Kind]:
    """Return the kinds that a number of this shape may be."""
    return frozenset(kind for kind, form in _FORMS if form.fullmatch(digits))


def _digits(run: str) -> str:
    return re.sub(r"[^\d+]", "", run.replace("o", "0").replace("l", "1"))


def _kind_of(found: re.Match[str], folded: str, text: str) -> Kind | None:
    digits = _digits(found.group())
    name = _name_before(folded[max(0, found.start() - _BEFORE) : found.start()])
    if name == "dossier" and _CITIZEN_ID.fullmatch(digits):
        return Kind.CITIZEN_ID
    if name in ("things", "dossier"):
        return None
    named = Kind(name) if name else None
    possible = possible_kinds(digits)
    if named in possible or (named and len(digits) >= _SHORTEST_ALONE):
        return named
    if not re.search(r"\d", found.group()) or len(digits.lstrip("+")) < _SHORTEST_ALONE:
        return None
    amount = BLANK in without_round_amounts(text[: found.end()])[found.start() :]
    grouped = bool(re.search(r"[^\d+ol]", found.group().strip()))
    if not UNMISTAKABLE.fullmatch(digits) and (amount or grouped):
        return None
    return next((kind for kind, form in _FORMS if form.fullmatch(digits)), Kind.OTHER_NUMBER)


def _name_before(before: str) -> str | None:
    """The kind whose word stands nearest before the number; "things" or "dossier" where it is no person's."""
    names = [found.lastgroup for found in _NAMES.finditer(before)]
    return names[-1] if names else None
