"""Two or three subjects that a message sets side by side: "A khác B chỗ nào", "A hay B", "so sánh A với B".

Words are folded, so that marks do not matter. Which procedures are meant is for the ranker, given as `rank`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from knowledge.search.index import Hit, Ranked
from knowledge.search.normalise import load_lexicon
from knowledge.search.small_talk import conversation_words
from knowledge.text import fold, without_invisible

Rank = Callable[[str], Ranked]

_WORD = re.compile(r"[^\W_]+(?:[./][^\W_]+)*")
_AND = r"(?:voi|va|hay la|hay|hoac|vs|so voi|,|;|\+|/)"
_END = r"(?!\w)"
_OTHER = (
    r"(?:nguoi|noi|cho|quan|tinh|phuong|xa|nuoc|cach|thu|viec|giay|giay to|loai|ten|mau|xe|nha|que|ai|gi|bien|so|chong"
    r"|vo|luc|muc dich)"
)
_PLACE = r"(?:tinh|quan|phuong|xa|huyen|nuoc|thanh pho|tp|ten|nguoi|que|noi|ho)"
_HOW = r"(?:nhau|gi|biet|voi|the nao|nhu the nao|ra sao|sao|o cho|o diem|cho nao|diem nao|so voi)"
_DIFFERS = re.compile(
    r"(?<!\w)(?<!\bkhong )(?:giong(?: nhau)? hay )?(?:co\s+)?(?:(?:gi|diem|cho)\s+(?:nao\s+)?)?khac"
    rf"(?:\s+(?:biet|nhau|gi|the nao|nhu the nao|ra sao|sao|o|cho nao|cho|diem|nao|so|voi))*{_END}"
)
_NO_COMPARISON = re.compile(
    rf"(?<!\w)(?:{_OTHER}\s+khac(?!\s+(?:nhau|gi|biet|voi|so))|(?:{_OTHER}\s+)?khac\s+{_PLACE}){_END}"
)
_ASKS_HOW = re.compile(
    rf"khac\s+{_HOW}{_END}|(?<!\w)(?:gi|diem gi|cho nao|diem nao) khac{_END}"
    r"|khac .*\b(?:cho nao|the nao|ra sao|sao|gi|diem nao|khong|ko|hong)(?: \w{1,3}){0,2}\W*$"
)
_COMPARE = re.compile(
    r"(?<!\w)(?:so sanh|phan biet|(?:su |diem |cho )?khac (?:nhau |biet )?giua)"
    r"(?:\s+(?:giua|cua|gium|giup|cho|em|toi))*\s+"
)
_ALIKE = re.compile(r"(?<!\w)(?:co\s+)?(?:giong nhau|la mot|la 1|giong)(?:\s+(?:khong|ko|k|hong|a|ha|phai khong))*\W*$")
_WHICH = re.compile(r"(?<!\w)(?:thi\s+)?(?:cai|ben|loai|viec|thu tuc) nao(?:\s+\w+){0,3}\s+hon\b.*$")
_OR = re.compile(rf"(?<!\w)hay(?:\s+la)?{_END}(?!\s+(?:khong|ko|k|chua|chu|sao|gi|nao|bi|duoc|quen|hong){_END})")
_HINTS = ("khac", "so sanh", "phan biet", "giong", "la mot", "la 1", " hon", "hay")
"""One of these stands in whatever the patterns above find."""
_JOINT = re.compile(rf"(?<!\w){_AND}(?!\w)|[,;]")
_LONGEST_PART = 9
_MOST_PARTS, _MOST_BORROWED = 3, 4
_LIKELY, _LIKELY_INSIDE = 0.4, 0.55
"""A bare name ("tạm trú") is sure of nothing, but its first procedure is far ahead of the others."""
_SURE, _WORTH_BORROWING = 0.8, 0.05
_FEWEST = 2


@dataclass(frozen=True)
class Compared:
    """hits: the procedures meant, each once; terms: the subjects as typed. One hit: both are one procedure's."""

    hits: tuple[Hit, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Sides:
    """The subjects of a comparison as typed; outright: asked with a word of comparing, not with "hay" alone."""

    parts: tuple[str, ...]
    outright: bool


def sides_of(text: str) -> Sides | None:
    """Return the subjects that `text` sets side by side: none, or two or three; no parts where it names none."""
    typed = without_invisible(text)
    folded = fold(typed)
    if len(folded) != len(typed):
        return None
    if not any(hint in folded for hint in _HINTS):  # most messages compare nothing: six patterns need not look
        return None
    found = _NO_COMPARISON.sub(lambda match: "_" * len(match.group()), folded)
    compare = _COMPARE.search(found)
    differs = _DIFFERS.search(found)
    if differs is not None and _ASKS_HOW.search(found) and not (compare and compare.start() <= differs.start()):
        before, after = (0, differs.start()), (differs.end(), len(found))
        after_parts = _cut(typed, found, *after)
        parts = [*_split(typed, found, *before)[: 1 if after_parts else None], *after_parts[:1]]
        if after_parts and len(_split(typed, found, *before)) > 1:
            parts = _split(typed, found, *before)
        return Sides(tuple(parts[:_MOST_PARTS]), True)
    if compare is not None:
        return Sides(tuple(_split(typed, found, compare.end(), len(found))[:_MOST_PARTS]), True)
    alike = _ALIKE.search(found) or _WHICH.search(found)
    if alike is not None:
        return Sides(tuple(_split(typed, found, 0, alike.start())[:_MOST_PARTS]), True)
    if _OR.search(found):
        parts = _split(typed, found, 0, len(found), _OR)
        return Sides(tuple(parts), False) if len(parts) in (2, 3) else None
    return None


def _split(typed: str, folded: str, start: int, end: int, at: re.Pattern[str] | None = None) -> list[str]:
    joint = at or _JOINT
    parts, begin = [], start
    for match in joint.finditer(folded, start, end):
        parts += _cut(typed, folded, begin, match.start())
        begin = match.end()
    return [*parts, *_cut(typed, folded, begin, end)]


def _cut(typed: str, folded: str, start: int, end: int) -> list[str]:
    """The words from `start` to `end` without fillers at both ends; nothing where none is left or too many are."""
    found = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(folded, start, end)]
    while found and found[0][0] in conversation_words("comparing") and not _joined(found[:2]):
        found.pop(0)
    while found and found[-1][0] in conversation_words("comparing") and not _joined(found[-2:]):
        found.pop()
    if not found or len(found) > _LONGEST_PART:
        return []
    return [typed[found[0][1] : found[-1][2]]]


def _joined(two: Sequence[tuple[str, int, int]]) -> bool:
    """Say whether two words are one name, of which neither is a filler ("đăng ký", "bản sao")."""
    pair = " ".join(word for word, _, _ in two)
    if two[-1][0].isdigit():
        return True
    return pair in conversation_words("names") or pair in load_lexicon().pairs


def compared(sides: Sides, rank: Rank) -> Compared | None:
    """Return the procedures that the subjects lead to; None where one of them leads nowhere."""
    if len(sides.parts) < _FEWEST and not (sides.parts and sides.outright):
        return None
    found: list[tuple[Hit, str]] = []
    for place in range(len(sides.parts)):
        best = _best(place, sides.parts, rank)
        if best is None:
            return None
        found.append(best)
    hits = tuple({hit.code: hit for hit, _ in found}.values())
    terms = tuple(term for _, term in found)
    named = _numbered(sides.parts) or (sides.outright and terms == sides.parts)
    return Compared(hits, terms) if len(hits) > 1 or named else None


def _numbered(parts: Sequence[str]) -> bool:
    """Say whether the subjects are told apart by numbers ("lý lịch tư pháp số 1 hay số 2")."""
    return all(re.search(r"\d", part) for part in parts)


def _best(place: int, parts: Sequence[str], rank: Rank) -> tuple[Hit, str] | None:
    """The procedure of one part: by itself, or with the words that it shares with another ("cấp đổi" … "căn cước")."""
    best: tuple[float, Hit, str] | None = None
    for term in _readings(place, parts):
        ranked = rank(term)
        if not ranked.hits or ranked.inside < _LIKELY_INSIDE or ranked.hits[0].score < _LIKELY:
            continue
        worth = ranked.hits[0].score * ranked.inside
        if best is None or worth > best[0] + _WORTH_BORROWING:
            best = (worth, ranked.hits[0], term)
        if ranked.sure >= _SURE:
            break
    return (best[1], best[2]) if best else None


def _readings(place: int, parts: Sequence[str]) -> list[str]:
    """A part as it stands, then with the last words of the last part, or the first words of the first."""
    part = parts[place]
    readings = [part]
    if place < len(parts) - 1:
        tail = parts[-1].split()
        readings += [f"{part} {' '.join(tail[-count:])}" for count in range(2, min(_MOST_BORROWED, len(tail) - 1) + 1)]
    if place > 0:
        head = parts[0].split()
        readings += [f"{' '.join(head[:count])} {part}" for count in range(min(_MOST_BORROWED, len(head) - 1), 1, -1)]
    return readings
