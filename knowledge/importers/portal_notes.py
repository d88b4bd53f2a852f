"""The note beside a way of filing, told apart: where to file, how long it takes, what it costs.

The portal has one free field for all three. Each sentence goes whole under one heading; none is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from knowledge.importers.portal_lines import capital, unwrapped
from knowledge.importers.portal_values import KEPT, kept_fold

_ENDS = re.compile(
    r"[.;]\s+|(?<=[:,])\s+(?=[-+*•–] ?[^\W\d_])|\s+(?=[-–] \d{1,3} (?:ngày|giờ|tháng))|"
    r"\s+(?=\d[.)] (?:Cách thức|Thời hạn|Thời gian|Phí|Lệ phí))"
)
_UNIT = r"(?:ngay|gio|thang(?! \d)|phut)\b"
_TIME = re.compile(
    r"(?:trong (?:thoi (?:han|gian)|vong)|thoi (?:han|gian)|khong qua|cham nhat|toi da|ke tu|sau)\b.{0,160}?"
    rf"\d{{1,4}}\)?\s*(?:\([^()]{{1,40}}\)\s*)?{_UNIT}|\b\d{{1,4}}\s*(?:\([^()]{{1,40}}\)\s*)?{_UNIT}|"
    r"\bke tu (?:ngay|khi|thoi diem)\b.{0,80}\bho so\b"
)
_OPENING_HOURS = re.compile(
    r"gio hanh chinh|(?<!lan )(?<!ben )(?<!nguoi )\bthu (?:hai|ba|tu|nam|sau|bay|[2-7])\b|"
    r"\bbuoi (?:sang|chieu)\b|\b(?:sang|chieu)(?: tu|:| thu)\b|\d{1,2} ?(?:h|gio|:)\s?\d{2}|24/24|24 gio"
)
_FILING = re.compile(r"\b(?:nop|gui|truy cap|dang nhap|dang ky|lua chon|dat lich|qua duong|dia chi)\b")
_PLACE = re.compile(
    r"\b(?:nop|gui) (?:ho so|truc tiep|truc tuyen|qua|tai|den|ve)|\btruc tuyen\b|\bbuu (?:chinh|dien)\b|dich vu cong|"
    r"\bdia chi\b|trung tam|bo phan|website|https?:|\bwww"
)
_NOW_FILING = re.compile(r"\b(?:nop|gui)\b|\btruc t(?:uyen|iep)\b|\bbuu (?:chinh|dien)\b|dich vu cong|https?:|\bwww")
_FEE = re.compile(r"^\W*(?:\d[.)] ?)?(?:(?:le )?phi\b|muc (?:le )?(?:phi|thu)\b|ap dung muc (?:le )?(?:phi|thu)\b)")
_FEE_LABEL = re.compile(r"^\W*(?:\d[.)] ?)?(?:le )?phi ?:?$")
_AMOUNT = re.compile(r"\d{1,3}(?:[.,]\d{3})+|\b(?:mien|khong thu)\b")
_LABEL = re.compile(
    r"^\W*(?:\d{1,2}[.)] ?)?(?:cach (?:thuc )?thuc hien|dia diem thuc hien|hinh thuc nop(?: ho so)?) ?: ?"
)
_TIME_HEADING = re.compile(r"^\W*(?:\d{1,2}[.)] ?)?thoi (?:han|gian) (?:giai quyet|thuc hien|xu ly|tra loi)")
_TIME_LABEL = re.compile(_TIME_HEADING.pattern + r"(?: (?:ho so|thu tuc(?: hanh chinh)?))?\W*$")
_ADDED_TIME = re.compile(r"\b(?:tinh|tang) them (?:khong qua )?\d{1,3} ngay")
_CASE = re.compile(r"^\W*(?:[a-z0-9]{1,2}[.)] ?)?(?:truong hop|doi voi)\b")
_ABOUT_FEES = re.compile(r"\b(?:phi|muc thu)\b")
_NO_END = re.compile(r"(?:^|\s)\(?(?:[0-9a-zđ]{1,2}|TP|Tp|TX|TT|Q|P|H|Mr|Ms|Bs|ThS|TS|GS|PGS|ĐT|Tel)$")
"""Numbering and abbreviations: a full stop after them ends nothing."""
_LETTERED = re.compile(r"^[a-zđ][.)]")
_MARK = re.compile(r"^[-+*•–]+\)?\s*")
_PLACE_PART, _TIME_PART, _FEE_PART = "place", "time", "fee"


@dataclass(frozen=True)
class WayNote:
    """Sentences of a note, each under one heading, in the source's order and words."""

    place: str = ""
    times: tuple[str, ...] = ()
    fees: tuple[str, ...] = ()


def told_apart(raw: object) -> WayNote:
    """Return the parts of a way's note; anything but a text is an empty note."""
    return _told_apart(raw) if isinstance(raw, str) else WayNote()


@lru_cache(KEPT)
def _told_apart(raw: str) -> WayNote:
    parts: dict[str, list[str]] = {_PLACE_PART: [], _TIME_PART: [], _FEE_PART: []}
    kind, cases = _PLACE_PART, list[str]()
    for sentence in _sentences(raw):
        folded = kept_fold(sentence)
        if _opens(sentence, folded):
            cases.append(sentence)  # the case in which the next sentence holds
            continue
        kind = _kind(folded, kind)
        parts[kind] += [*cases, sentence]
        cases = []
    parts[kind] += cases
    return WayNote(_joined(parts[_PLACE_PART]), tuple(_without_labels(parts[_TIME_PART])), tuple(parts[_FEE_PART]))


def _opens(sentence: str, folded: str) -> bool:
    """Say whether a sentence only names the case, or the subject, of the next one."""
    if _TIME.search(folded) or _NOW_FILING.search(folded) or _FEE.search(folded) or _TIME_HEADING.match(folded):
        return False
    return bool(_CASE.match(folded)) or sentence.endswith(":")


def _kind(folded: str, before: str) -> str:
    """What a sentence is about; one that says nothing of place, time or fee goes with the one before it."""
    if _FEE.match(folded) and _AMOUNT.search(folded):
        return _FEE_PART
    if before == _FEE_PART and (_ABOUT_FEES.search(folded) or _AMOUNT.search(folded)):
        return _FEE_PART
    if _is_time(folded):
        return _TIME_PART
    if before == _FEE_PART or _PLACE.search(folded) or _OPENING_HOURS.search(folded):
        return _PLACE_PART
    return before


def _is_time(folded: str) -> bool:
    """Say whether a sentence tells a time for the work: a number with a unit, before which nobody files anything."""
    if _TIME_HEADING.match(folded) or _ADDED_TIME.search(folded):
        return True
    found = _TIME.search(folded)
    if found is None or _OPENING_HOURS.search(folded):
        return False
    return not _FILING.search(folded[: found.start()])


def _without_labels(sentences: list[str]) -> list[str]:
    """Leave out headings that only say that a time follows."""
    return [text for text in sentences if not _TIME_LABEL.match(kept_fold(text))]


def _sentences(text: str) -> Iterator[str]:
    """Yield sentences: what ends in a full stop before a capital, a semicolon, a line end or a list's mark."""
    for line in unwrapped(text):
        start = 0
        for end in _ENDS.finditer(line):
            following = line[end.end() :].lstrip('-+*•–(“" ')
            before = line[start : end.start()]
            starts = following[:1].isupper() or following[:1].isdigit()
            if not starts or _NO_END.search(before) or before.count("(") > before.count(")"):
                continue
            if _FEE_LABEL.match(kept_fold(before)):
                continue
            yield from _stripped(line[start : end.start() + 1])
            start = end.end()
        yield from _stripped(line[start:])


def _stripped(sentence: str) -> Iterator[str]:
    bare = _MARK.sub("", sentence.strip()).rstrip(" -–;,")
    label = _LABEL.match(kept_fold(bare))
    bare = bare[label.end() :] if label else bare
    if any(letter.isalnum() for letter in bare):
        yield bare if _LETTERED.match(bare) else capital(bare)


def _joined(sentences: list[str]) -> str:
    ended = (text if text.endswith((".", ":", "!", "?")) else f"{text}." for text in sentences)
    return re.sub(r":$", ".", " ".join(ended))
