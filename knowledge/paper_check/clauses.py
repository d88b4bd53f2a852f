"""How a component's name is built: segments, what each is about, and what it only mentions.

"Đơn đề nghị đổi giấy phép lái xe" is an application that mentions a licence; "Bản sao giấy phép lái xe" is a licence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from knowledge.paper_check.marked import Marked, keys_of
from knowledge.text import fold, words

_SEGMENTS = re.compile(r"([\n;:()+•]|\.(?=\s|$)|\s[-–]\s)")
_PARTS = re.compile(r",|/|\bhoặc\b|\bvà\b", re.IGNORECASE)
_RESET = re.compile(r".*\b(?:nop|xuat trinh|kem(?: theo)?|bo sung|phai co|gom|thi|cung cap|nhu)\b")
APPLICATION_HEADS = (
    "giay de nghi", "phieu de nghi", "van ban de nghi", "don", "to khai", "de nghi", "ban khai", "giay khai",
    "phieu yeu cau", "van ban yeu cau", "mau so", "mau", "to trinh", "cong van", "thong bao", "phieu khai",
)  # fmt: skip
"""Papers by which somebody asks or declares; what follows is what is asked for. "Giấy khai sinh" is none."""
_GOVERNING = re.compile(
    r"\b(?:don|to khai|phieu|van ban|quyet dinh|giay|hop dong|bien ban|danh sach|bao cao|thong bao|to trinh|bang ke"
    r"|ban khai|ban dich|de nghi|mau|chung tu|hoa don|thong tin|noi dung|du lieu|tru khi|tru truong hop"
    r"|khong|thay|ghi|theo|tren|ve|mat|thu hoi"
    r"|co so|khai thac|dung|cap lai|doi voi)\b"
)
_FILLERS = frozenset(
    words(
        "ban sao chinh goc chup dien tu duoc chung thuc cong tu hoac va kem theo cua hop le mot trong cac loai giay sau"
        " day nhu gom co so nop xuat trinh phai the con gia tri su dung hai ba i ii iii iv v a b c d e g h"
    )
)


class Weight(int, Enum):
    """How a phrase stands in a text."""

    NONE = 0
    MENTIONED = 1
    HEAD = 2


@dataclass(frozen=True)
class Segment:
    """Part of a name between strong marks. text: folded words; parts: the same between commas, "và", "hoặc".

    head: the application that the segment is, or empty. keys: see `knowledge.paper_check.marked`.
    heading: what stands before it with a colon ("Đối với người nước ngoài:"). aside: what follows in brackets.
    """

    text: str
    parts: tuple[str, ...]
    head: str
    keys: tuple[str, ...]
    heading: str = ""
    aside: str = ""

    def holds(self, phrase: str) -> bool:
        """Say whether `phrase` stands here, with its marks where it has any."""
        return Marked(self.text, self.keys).holds(phrase)


@lru_cache(maxsize=4096)
def segments(name: str) -> tuple[Segment, ...]:
    """Return the segments of a component's name."""
    split = _SEGMENTS.split(name)
    pieces, marks = split[::2], split[1::2]
    found = []
    for at, piece in enumerate(pieces):
        heading = _heading(pieces, marks, at)
        aside = " ".join(words(pieces[at + 1])) if marks[at : at + 1] == ["("] else ""
        segment = _segment(piece, heading, aside)
        if segment:
            found.append(segment)
    return tuple(found)


def _heading(pieces: list[str], marks: list[str], at: int) -> str:
    """The words before the colon that `pieces[at]` stands under: right before it, or before a list of items."""
    back = at - 1
    while back >= 0 and (not pieces[back].strip() or marks[back].strip() in ("+", "-", "–", "•", "\n")):
        if marks[back] == ":" and pieces[back].strip():
            break
        back -= 1
    return " ".join(words(pieces[back])) if back >= 0 and marks[back] == ":" else ""


def _segment(piece: str, heading: str, aside: str) -> Segment | None:
    pieces = _PARTS.split(piece)
    parts = tuple(part for part in (" ".join(words(fold(part))) for part in pieces) if part)
    if not parts:
        return None
    keys = tuple(key for part in pieces for key in keys_of(part))
    return Segment(" ".join(parts), parts, application_head(parts[0]), keys, heading, aside)


def application_head(text: str) -> str:
    """Return the application that `text` begins with, after numbers and words of shape; empty where it is none."""
    left = text.split()
    while left and (left[0] in _FILLERS or left[0].isdigit()) and left[0] != "giay":
        left.pop(0)
    begin = f"{' '.join(left)} "
    found = next((head for head in APPLICATION_HEADS if begin.startswith(f"{head} ")), "")
    return "" if found == "giay khai" and begin.startswith("giay khai sinh ") else found


def weigh(phrase: str, segment: Segment) -> Weight:
    """Say whether `phrase` is what the segment is about, is only mentioned in it, or does not stand in it."""
    if not segment.holds(phrase):
        return Weight.NONE
    phrase = " ".join(words(fold(phrase)))
    if segment.head and not _begins(phrase, segment.parts[0]) and not _RESET.match(_before(phrase, segment.text)):
        return Weight.MENTIONED
    part = next((part for part in segment.parts if f" {phrase} " in f" {part} "), segment.text)
    before = _RESET.sub("", _before(phrase, part))
    kept = " ".join(
        word for word in before.replace("giay to", "").split() if word not in _FILLERS and not word.isdigit()
    )
    negated = re.search(r"\b(?:khong|tru khi|tru truong hop|thay|du lieu|thong tin)\b", _before(phrase, part))
    return Weight.MENTIONED if negated or _GOVERNING.search(kept) else Weight.HEAD


def _before(phrase: str, text: str) -> str:
    return f" {text} ".split(f" {phrase} ", 1)[0].strip()


def _begins(phrase: str, part: str) -> bool:
    return all(word in _FILLERS or word.isdigit() for word in _before(phrase, part).split())
