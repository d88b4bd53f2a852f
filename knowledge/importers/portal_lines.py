"""Lines of the portal's longer texts: torn lines joined again, items grouped under the marks they were written with."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from itertools import pairwise

from knowledge.importers.portal_values import KEPT
from knowledge.text import clean

_OPEN_END = re.compile(r"[^.;:!?…”\")]$")
_HANGING = re.compile(r"\b(?:thời hạn|trong vòng|không quá|số|ngày|từ|Điều|khoản|điểm|và|hoặc|của|đến|tại|cho|theo)$")
"""Words that no line ends with unless it was torn."""
_CLOSES = re.compile(r"^[^()]*\)")
_ITEM = re.compile(r"^(?:[-+*•–]|\(?[0-9a-zđ]{1,3}[.)])")
_BULLET = re.compile(r"^[-–*•]\s*(?=\S)")
_SUB_ITEM = re.compile(r"^\s*(?:\+|\((?:i{1,3}|i?vi{0,3}|ix|x)\))\s*\S")
_LEAD_IN = 90
_SEQUENCES = (
    (re.compile(r"^\W*([0-9]{1,2})[.)](?=\s*\D)\s*"), "0123456789"),
    (re.compile(r"^\W*([a-zđ])[.)]\s+", re.IGNORECASE), "abcdđeghiklmnopqrstuvxy"),
)


def unwrapped(text: str) -> list[str]:
    """Return the lines of `text`, those joined that were torn in the middle of a sentence or of brackets.

    Torn is what goes on in a small letter after a line without an end; a list's item always starts a line.
    """
    return list(_unwrapped(text))


@lru_cache(KEPT)
def _unwrapped(text: str) -> tuple[str, ...]:
    lines: list[str] = []
    for line in clean(text).split("\n"):
        if lines and _goes_on(lines[-1], line):
            lines[-1] += f" {line}"
        elif line:
            lines.append(line)
    return tuple(lines)


def _goes_on(line: str, following: str) -> bool:
    if line.count("(") > line.count(")") and _CLOSES.match(following):
        return True
    if _ITEM.match(following):
        return False
    return bool(_OPEN_END.search(line) and following[:1].islower()) or bool(_HANGING.search(line))


def announced(lines: list[str], starts_step: Callable[[str], bool]) -> list[str]:
    """Put a heading over what it announces: the next line, or all bullets under it where there are several headings."""
    heads = [_announces(line, following, starts_step) for line, following in pairwise(lines)]
    over_bullets = sum(head and bool(_BULLET.match(lines[at + 1])) for at, head in enumerate(heads)) > 1
    joined: list[str] = []
    under = False
    for at, line in enumerate(lines):
        first = at > 0 and heads[at - 1]
        under = first or (under and over_bullets and bool(_BULLET.match(line) or _SUB_ITEM.match(line)))
        if under and not (first and "\n" in joined[-1]):
            joined[-1] += f"\n{line}"
        else:
            joined.append(line)
            under = False
    return joined


def _announces(heading: str, line: str, starts_step: Callable[[str], bool]) -> bool:
    """Say whether a short line announces the next: it ends in a colon, or stands without an end over a bullet."""
    if len(heading) >= _LEAD_IN or starts_step(heading) or starts_step(line):
        return False
    if heading.endswith(":"):
        return True
    return bool(_OPEN_END.search(heading) and not _BULLET.match(heading) and _BULLET.match(line))


def nested(lines: list[str]) -> list[str]:
    """Return items without bullets, each line ending in a colon together with the bullets right under it."""
    items: list[str] = []
    open_head = False
    for line in lines:
        bullet = bool(_BULLET.match(line) or _SUB_ITEM.match(line))
        if items and ((bullet and open_head) or _SUB_ITEM.match(line)):
            items[-1] += f"\n{line}"
        else:
            items.append(_BULLET.sub("", line))
            open_head = line.endswith(":") and not bullet
    return items


def grouped(lines: list[str], starts_step: Callable[[str], bool]) -> list[str]:
    """Return steps: each line that `starts_step` with the lines under it; what stands before the first joins it."""
    steps: list[str] = []
    for line in lines:
        opens = starts_step(line) and any(starts_step(part) for part in steps[-1:] for part in part.split("\n"))
        if steps and not opens:
            steps[-1] += f"\n{line}"
        else:
            steps.append(line)
    return steps


def listed(lines: list[str]) -> list[str]:
    """Return each line as an item, without its bullet; what is marked as part of the item above stays with it."""
    items: list[str] = []
    for line in lines:
        if items and _SUB_ITEM.match(line):
            items[-1] += f"\n{line}"
        else:
            items.append(_BULLET.sub("", line))
    return items


def outlined(lines: list[str]) -> list[str] | None:
    """Return the items of a list that counts 1, 2, 3 or a, b, c from its first line, without numbers; else None."""
    for pattern, signs in _SEQUENCES:
        found = [pattern.match(line) for line in lines]
        marks = [_place(match.group(1).lower(), signs) for match in found if match]
        if lines and found[0] and len(marks) > 1 and marks == list(range(1, len(marks) + 1)):
            items = grouped(lines, partial(_starts, pattern))
            return [capital(pattern.sub("", item)) for item in items]
    return None


def _starts(pattern: re.Pattern[str], line: str) -> bool:
    return bool(pattern.match(line))


def _place(mark: str, signs: str) -> int:
    return int(mark) if mark.isdigit() else signs.find(mark) + 1


def capital(text: str) -> str:
    """Return `text` with its first letter capital."""
    return text[:1].upper() + text[1:]
