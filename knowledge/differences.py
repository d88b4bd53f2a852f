"""Where two records of one procedure differ, field by field."""

from __future__ import annotations

import json
from dataclasses import dataclass

from knowledge.codec import to_dict
from knowledge.models import Procedure

_NOT_COMPARED = {
    "origin",
    "aliases",
    "sample_questions",
    "siblings",
    "needs_recheck",
    "recheck_reason",
    "applies_to_city",
}


@dataclass(frozen=True)
class Difference:
    """`field` holds `first` in one record and `second` in the other, as compact JSON; "" where it is missing."""

    field: str
    first: str
    second: str


def differences(first: Procedure, second: Procedure) -> list[Difference]:
    """Return the fields of published facts in which the two records differ."""
    ours, theirs = to_dict(first), to_dict(second)
    names = [name for name in {**ours, **theirs} if name not in _NOT_COMPARED]
    return [
        Difference(name, _compact(ours.get(name)), _compact(theirs.get(name)))
        for name in names
        if ours.get(name) != theirs.get(name)
    ]


def _compact(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)
