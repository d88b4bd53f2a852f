"""Going back in a conversation: "quay lại cái hồi nãy", "thủ tục lúc đầu tôi hỏi", "còn cái kia thì sao"."""

from __future__ import annotations

import re
from enum import Enum

from knowledge.text import words

_GO_BACK = r"(?:quay lai|quay ve|tro lai|tro ve|ve lai|noi lai|hoi lai|xem lai)"
_THING = r"(?:cai|thu tuc|viec|vu|phan|chuyen|muc|loai|ho so|y|cau)"
_WHO = r"(?:em |toi |tui |minh )"
_FIRST = re.compile(
    rf"\b{_THING} {_WHO}?(?:luc dau|ban dau|dau tien)\b(?=.*\b(?:hoi|noi|nhac)\b)|\b{_THING} (?:luc dau|ban dau)\b"
    rf"|\b(?:luc dau|ban dau|dau tien) {_WHO}(?:hoi|noi|nhac)\b"
)
_OTHER = re.compile(rf"\b{_THING} (?:kia|con lai)\b")
_PREVIOUS = re.compile(
    rf"\b{_THING} (?:truoc do|truoc|hoi nay|luc nay|khi nay|ban nay|vua nay|vua roi|hoi luc nay|cu)\b"
    rf"|\b(?:hoi nay|luc nay|khi nay|ban nay|vua nay) (?:em |toi |tui |minh )?(?:hoi|noi|xem)\b"
    rf"|\b{_GO_BACK} (?:di |giup |gium )?(?:{_THING} )?(?:hoi nay|luc nay|khi nay|ban nay|vua nay|truoc|do)\b"
    rf"|^(?:\w+ )?{_GO_BACK}(?: (?:di|nha|nhe|a|giup|gium|cho em|cho toi))*$"
)


class Recalled(str, Enum):
    """Which of the procedures spoken of before."""

    PREVIOUS = "previous"
    FIRST = "first"
    OTHER = "other"


def recalled(text: str) -> tuple[Recalled, str] | None:
    """Return which earlier procedure the message goes back to, and its folded words without the going back."""
    folded = " ".join(words(text))
    for which, pattern in ((Recalled.FIRST, _FIRST), (Recalled.PREVIOUS, _PREVIOUS), (Recalled.OTHER, _OTHER)):
        match = pattern.search(folded)
        if match is not None:
            rest = f"{folded[: match.start()]} {folded[match.end() :]}"
            return which, " ".join(re.sub(rf"\b{_GO_BACK}\b", " ", rest).split())
    return None
