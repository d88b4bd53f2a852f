"""What somebody says they do not mean: "không phải khai sinh, khai tử cơ" is about khai tử."""

from __future__ import annotations

import re

from knowledge.text import fold, without_invisible

_NOT_THIS_BUT = re.compile(
    r"^\W*(?:(?:da|a|u|oi|thoi|y)\W+)?(?:khong phai|hong phai|hk phai|ko phai|k phai|chang phai|dau phai)\s+(?:la\s+)?"
    r"(?P<denied>[^,;.]{2,60}?)\s*(?:[,;.]\s*(?:ma\s+)?(?:la\s+)?|\s+ma\s+(?:la\s+)?)(?P<meant>\S.{2,})$",
    re.DOTALL,
)
_THIS_NOT_THAT = re.compile(
    r"^(?P<meant>.{4,}?)[,;]?\s+(?:chu\s+)?(?:khong|hong|ko|k) phai\s+(?:la\s+)?(?P<denied>\S.{2,60})$", re.DOTALL
)
_ASKS = re.compile(r"\b(?:khong|hong|ko|k|hem|ha|a)\W*$")


def asserted(text: str) -> str:
    """Return `text` without what it denies; the whole text where it denies nothing, or only asks "… phải không"."""
    typed = without_invisible(text)
    folded = fold(typed)
    if len(folded) != len(typed):  # a lone combining mark: places would not agree
        return text
    match = _NOT_THIS_BUT.match(folded) or _after(folded)
    return typed[match.start("meant") : match.end("meant")].strip() if match else text


def _after(folded: str) -> re.Match[str] | None:
    """ "khai tử chứ không phải khai sinh": not a question ("… không phải đi hả"), and only with "chứ" or a comma."""
    match = _THIS_NOT_THAT.match(folded)
    if match is None or _ASKS.search(match.group("denied")):
        return None
    joined = folded[match.end("meant") : match.start("denied")]
    return match if "chu " in joined or joined.lstrip().startswith((",", ";")) else None
