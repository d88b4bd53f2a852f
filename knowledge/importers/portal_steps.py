"""The steps of the portal's record: one block of text as a rule, told apart at its own marks and at nothing else."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from knowledge.importers.render_warnings import Notebook, WarningKind
from knowledge.text import clean

_BREAK = re.compile(r"\n+|(?<=[.;:])\s+(?=Bước\s+\d)|(?<=\S)\s+(?=Bước\s+\d+\s*[:.])")
_BULLET = re.compile(r"^[-+*•–]\s*")
_STEP = re.compile(r"^\W*Bước\s+(\d{1,2})\s*[:.)–-]?\s*", re.IGNORECASE)
_SAYS_SOMETHING = re.compile(r"\w{2}")
_LEAD_IN = 90
_SUB_ITEM = re.compile(r"^\s*\+\s*\S")


def steps_of(record: dict[str, Any], notes: Notebook) -> tuple[str, ...]:
    """Return the steps. Lines under a "Bước n" belong to it; elsewhere each line is a step, "+" lines to the one above.

    Where every "Bước n" occurs once but out of order, they are put in order, and a warning says so.
    """
    steps: list[str] = []
    for place, raw in enumerate(record.get("executionSteps") or []):
        text = clean("\n".join(part for part in (raw.get("name"), raw.get("description")) if isinstance(part, str)))
        lines = _with_lead_ins([part.strip() for part in _BREAK.split(text) if _SAYS_SOMETHING.search(part)])
        where = str(raw.get("_at") or f"/executionSteps/{place}")
        for step in _grouped(lines):
            notes.refer(f"steps/{len(steps)}", where)
            steps.append(step)
    return tuple(_sorted(steps, notes))


def _with_lead_ins(lines: list[str]) -> list[str]:
    """Put a short line that ends in a colon, such as "a) Nộp hồ sơ:", over the line that it announces."""
    joined: list[str] = []
    for line in lines:
        announced = joined and joined[-1].endswith(":") and len(joined[-1]) < _LEAD_IN and not _STEP.match(line)
        if announced:
            joined[-1] += f"\n{line}"
        else:
            joined.append(line)
    return joined


def _grouped(lines: list[str]) -> list[str]:
    numbered = sum(bool(_STEP.match(line)) for line in lines) >= 2
    steps: list[str] = []
    for line in lines:
        belongs = not _STEP.match(line) if numbered else bool(_SUB_ITEM.match(line))
        if belongs and steps:
            steps[-1] += f"\n{line}"
        else:
            steps.append(_BULLET.sub("", line))
    return steps


def _sorted(steps: list[str], notes: Notebook) -> list[str]:
    """Steps in the order of their numbers; the numbers themselves go where the list counts the same."""
    marks = [int(found.group(1)) if (found := _STEP.match(step)) else 0 for step in steps]
    whole = list(range(1, len(steps) + 1))
    counted = [mark for mark in marks if mark]
    begins_anew = all(later > earlier or later == 1 for earlier, later in pairwise(counted))
    if (sorted(marks) == whole and marks != whole) or not begins_anew:
        notes.warn(WarningKind.STEPS_OUT_OF_ORDER, "/executionSteps", steps[0])
        if sorted(marks) == whole:
            steps = [step for _, step in sorted(zip(marks, steps, strict=True))]
            marks = whole
    if marks == whole and len(steps) > 1:
        return [_capital(_STEP.sub("", step)) or step for step in steps]
    return steps


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
