"""What a message says by the way: where one files ("… trên VNeID"), where one comes from ("hộ khẩu em ở Bến Tre mà …").

Such words name matters of their own ("VNeID", "hộ khẩu") and lead astray where another matter is asked for.
"""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge.search.asked import facts_in
from knowledge.search.normalise import subject_words
from knowledge.search.small_talk import conversation_words
from knowledge.text import fold, without_invisible, words

_ABOUT_CHANNEL = re.compile(
    r"\b(?:muc (?:do )?\d|muc (?:mot|hai)|tai khoan|dinh danh|dang nhap|tich hop|kich hoat|cai dat|mat khau|xac thuc"
    r"|can cuoc dien tu|khoa|lam|dang ky|cap|mo) (?:\w+ ){0,2}vneid|vneid (?:muc|cap)|dinh danh"
)
"""The channel is the matter itself."""
_WHO = r"(?:em|toi|tui|minh|chong|vo|anh|con|be|no|cua|nha|ba|me|ma|bo)"
_OF_MOVING = re.compile(
    r"(?:chuyen|nhap|cat|xoa|tach|doi|dieu|rut|dua|bo|lam|xin|dang ky|xac nhan|mat|len|ve|xuat)(?:\s+\w+)?\s+$"
)
_MOVED = re.compile(
    r"\s*(?:ve|len|sang|qua|vo|vao|xuong|ra)\s+(?:sai gon|sg|tp|tphcm|hcm|thanh pho|quan|phuong|nha|day)(?!\w)"
)
"""The home is the matter itself: "chuyển hộ khẩu Bến Tre lên Sài Gòn"."""
_FEWEST_LEFT = 2


@lru_cache(maxsize=1)
def _channel() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, conversation_words("channels")), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:tren|qua|bang|o|vo|vao)\s+(?:{names})(?!\w)")


@lru_cache(maxsize=1)
def _origin() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, conversation_words("provinces")), key=len, reverse=True))
    return re.compile(
        rf"(?<!\w)(?:(?:ma|nhung|con)\s+)?(?:ho khau|hk|hktt|thuong tru|que quan|que)\s+"
        rf"(?:(?:{_WHO}|o|tai|goc|tren|duoi|tuot|ngoai)\s+)*(?:tinh\s+)?(?:{names})(?!\w)(?:\s+(?:ma|nhung))?"
    )


def without_asides(text: str) -> str:
    """Return `text` without what it says by the way; the whole text where too little of a matter would be left."""
    typed = without_invisible(text)
    folded = fold(typed)
    if len(folded) != len(typed):
        return text
    found = [] if _ABOUT_CHANNEL.search(folded) else [*_channel().finditer(folded)]
    found += [match for match in _origin().finditer(folded) if not _is_matter(folded, match)]
    cut = sorted((match.start(), match.end()) for match in found)
    if not cut:
        return text
    kept, end = [], 0
    for start, stop in cut:
        kept.append(typed[end : max(start, end)])
        end = max(stop, end)
    rest = " ".join(" ".join([*kept, typed[end:]]).split())
    matter = subject_words(facts_in(words(rest)).rest.split())
    return rest if len(matter) >= _FEWEST_LEFT else text


def _is_matter(folded: str, match: re.Match[str]) -> bool:
    return bool(_OF_MOVING.search(folded[: match.start()]) or _MOVED.match(folded, match.end()))
