"""What is news to a citizen, in fields: for channels that must tell it in a form of somebody else's.

In the content of a message: "news": {"kind": …, "fields": {name: text}}. Days are ISO dates; a field without a value is
left out. No name, number or address of a person is among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any


class NewsKind(str, Enum):
    """Kinds of news."""

    CASE_CHANGED = "case_changed"
    LATE_NOTICE = "late_notice"
    PETITION_STEP = "petition_step"


class FieldType(str, Enum):
    """CODE is told whole or not at all; TEXT may be shortened; DAY is an ISO date."""

    CODE = "code"
    TEXT = "text"
    DAY = "day"


@dataclass(frozen=True)
class NewsField:
    """always: no news of its kind is without it."""

    type: FieldType
    always: bool = False


_TEXT, _DAY = NewsField(FieldType.TEXT), NewsField(FieldType.DAY)
_CASE = {"case_code": NewsField(FieldType.CODE, True), "title": _TEXT, "unit": _TEXT, "due_on": _DAY}
FIELDS: Mapping[NewsKind, Mapping[str, NewsField]] = {
    NewsKind.CASE_CHANGED: {**_CASE, "state": NewsField(FieldType.TEXT, True)},
    NewsKind.LATE_NOTICE: {
        **_CASE,
        "reason": NewsField(FieldType.TEXT, True),
        "next_return_date": NewsField(FieldType.DAY, True),
    },
    NewsKind.PETITION_STEP: {
        "petition_code": NewsField(FieldType.CODE, True),
        "step": NewsField(FieldType.TEXT, True),
        "unit": _TEXT,
        "due_on": _DAY,
    },
}
"""Kind → field → what it is."""


@dataclass(frozen=True)
class News:
    """One piece of news. fields: as in `FIELDS`."""

    kind: NewsKind
    fields: Mapping[str, str]


def to_content(kind: NewsKind, **values: str | date | None) -> dict[str, Any]:
    """Return what stands under "news" in a message's content."""
    known = FIELDS[kind]
    unknown = values.keys() - known.keys()
    if unknown:
        raise ValueError(f"no fields of {kind.value}: {sorted(unknown)}")
    texts = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items() if value}
    return {"kind": kind.value, "fields": texts}


def news_of(content: Mapping[str, Any]) -> News | None:
    """Return the news that a message's content is; None where it is none."""
    found = content.get("news")
    if not isinstance(found, Mapping) or not isinstance(found.get("fields"), Mapping):
        return None
    try:
        kind = NewsKind(str(found.get("kind")))
    except ValueError:
        return None
    return News(kind, {str(name): str(value) for name, value in found["fields"].items()})
