"""The order of a group's rows: their own numbers put shuffled rows right, or show that they are out of order."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from knowledge.importers.portal_lines import capital
from knowledge.importers.portal_rows import Row, is_plain, kind_of
from knowledge.models import ComponentRole

_NUMBER = re.compile(r"^\W*(\d{1,2})[.)]\s*(?=\D)")
_LETTER = re.compile(r"^\W*([a-zđ])[.)]\s")
_LETTERS = "abcdđeghiklmnopqrstuvxy"


def sorted_rows(rows: list[Row]) -> list[Row]:
    """Rows that carry the numbers or letters of one sequence, maybe shuffled, in that sequence and without them."""
    for pattern in (_NUMBER, _LETTER):
        found = [pattern.match(row.text.lower()) for row in rows]
        marks = [match.group(1) for match in found if match]
        places = [int(mark) if mark.isdigit() else _LETTERS.find(mark) + 1 for mark in marks]
        if len(rows) > 1 and sorted(places) == list(range(1, len(rows) + 1)):
            bare = [
                replace(row, text=capital(row.text[match.end() :].lstrip("-+*•– ")))
                for row, match in zip(rows, found, strict=True)
                if match
            ]
            return [row for _, row in sorted(zip(places, bare, strict=True), key=lambda pair: pair[0])]
    return rows


def in_order(rows: list[Row]) -> bool:
    """Say whether the numbers and letters that rows begin with never run backwards; 1 and a may begin anew."""
    numbers = [int(found.group(1)) for row in rows if (found := _NUMBER.match(row.text))]
    letters = [_LETTERS.find(found.group(1).lower()) + 1 for row in rows if (found := _LETTER.match(row.text.lower()))]
    return all(later >= earlier or later == 1 for marks in (numbers, letters) for earlier, later in pairwise(marks))


def headings_hold(rows: list[Row], role: ComponentRole) -> bool:
    """Say whether headings stand over something: a last one does not, nor one right before another of its shape."""
    if role is ComponentRole.NOTE:
        return True
    heads = [kind_of(row, role) is None and not is_plain(row) for row in rows]
    if heads and heads[-1]:
        return False
    return not any(
        heads[at] and heads[at + 1] and _shape(rows[at]) == _shape(rows[at + 1]) for at in range(len(rows) - 1)
    )


def _shape(row: Row) -> tuple[str, str]:
    number = _NUMBER.match(row.text) or _LETTER.match(row.text.lower())
    return row.bullet, number.re.pattern if number else ""
