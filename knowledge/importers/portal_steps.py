"""The steps of the portal's record: one block of text as a rule, told apart at its own marks and at nothing else."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from knowledge.importers.portal_lines import announced, capital, grouped, listed, outlined, unwrapped
from knowledge.importers.portal_values import kept_fold, text_of
from knowledge.importers.render_warnings import Notebook, WarningKind

_GLUED_STEP = re.compile(r"(?<=[.;:])\s+(?=Bước\s+\d)|(?<=\S)\s+(?=Bước\s+\d+\s*[:.])")
_STEP = re.compile(r"^\W*Bước\s+(\d{1,2})\s*[:.)–-]?\s*", re.IGNORECASE)
_BULLET = re.compile(r"^[-+*•–]\s*(?=\S)")
_SAYS_SOMETHING = re.compile(r"\w{2}")
_NOT_A_NAME = re.compile(r"^[\W\d]*(thu tuc )?trinh tu( cac buoc)? thuc hien\W*$")


def steps_of(record: dict[str, Any], notes: Notebook) -> tuple[str, ...]:
    """Return the steps. Lines under a "Bước n", or under 1., 2., 3., belong to it; elsewhere each line is a step.

    Where every "Bước n" occurs once but out of order, they are put in order, and a warning says so.
    """
    blocks = [(place, _lines(raw, record)) for place, raw in enumerate(record.get("executionSteps") or [])]
    numbered = sum(bool(_STEP.match(line)) for _, lines in blocks for line in lines) > 1
    steps: list[tuple[str, str]] = []
    for place, lines in blocks:
        where = str(record["executionSteps"][place].get("_at") or f"/executionSteps/{place}")
        steps += [(step, where) for step in _told_apart(lines, numbered)]
    steps = _sorted(steps, notes)
    for place, (_, where) in enumerate(steps):
        notes.refer(f"steps/{place}", where)
    return _without_numbers([step for step, _ in steps])


def _lines(raw: dict[str, Any], record: dict[str, Any]) -> list[str]:
    """The lines of a block under its own name, but for names that only repeat the procedure's."""
    known = _bare(text_of(record.get("name")))
    texts = [part for part in (raw.get("name"), raw.get("description")) if isinstance(part, str)]
    lines = [line for text in texts for part in unwrapped(text) for line in _unglued(part)]
    said = [line.strip() for line in lines if _SAYS_SOMETHING.search(line)]
    if len(said) > 1 and (_bare(said[0]) == known or _NOT_A_NAME.match(kept_fold(said[0]))):
        del said[0]
    return said


def _unglued(line: str) -> list[str]:
    return _GLUED_STEP.split(line) if "Bước" in line else [line]  # most lines: looked for at each blank otherwise


def _bare(text: str) -> str:
    return re.sub(r"^(thu tuc )?|\W+", "", kept_fold(text))


def _told_apart(lines: list[str], numbered: bool) -> list[str]:
    if numbered and any(map(_is_step, lines)):
        return [_BULLET.sub("", step) for step in grouped(lines, _is_step)]
    return outlined(lines) or [_BULLET.sub("", step) for step in listed(announced(lines, _is_step))]


def _is_step(line: str) -> bool:
    return bool(_STEP.match(line))


def _sorted(steps: list[tuple[str, str]], notes: Notebook) -> list[tuple[str, str]]:
    """Steps in the order of their numbers, where each number occurs once; other disorder is only warned of."""
    marks = [_number(step) for step, _ in steps]
    counted = [mark for mark in marks if mark]
    each_once = sorted(marks) == list(range(1, len(steps) + 1))
    begins_anew = all(later > earlier or later == 1 for earlier, later in pairwise(counted))
    if (each_once and marks != sorted(marks)) or not begins_anew:
        notes.warn(WarningKind.STEPS_OUT_OF_ORDER, "/executionSteps", steps[0][0])
    if not each_once:
        return steps
    return [step for _, step in sorted(zip(marks, steps, strict=True), key=lambda pair: pair[0])]


def _number(step: str) -> int:
    found = next((match for line in step.split("\n") if (match := _STEP.match(line))), None)
    return int(found.group(1)) if found else 0


def _without_numbers(steps: list[str]) -> tuple[str, ...]:
    """Leave the numbers out where the list itself counts the same."""
    counted = [_number(step) for step in steps] == list(range(1, len(steps) + 1))
    if len(steps) < 2 or not counted or not all(map(_is_step, steps)):
        return tuple(steps)
    return tuple(capital(_STEP.sub("", step).strip()) or step for step in steps)
