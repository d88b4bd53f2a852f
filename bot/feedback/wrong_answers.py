"""Answers that people found wrong, by record: what an editor opens, and whether the record has changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.feedback.models import CLOSED, OF_THE_RECORD, FeedbackItem
from knowledge.errors import ProcedureUnknownError

Version = Callable[[str], str]
"""The version that a record has now; raises `ProcedureUnknownError`."""


@dataclass(frozen=True)
class WrongAnswers:
    """What was found wrong with one version of one record. current_version: empty where the record is gone."""

    procedure_code: str
    record_version: str
    current_version: str
    fields: tuple[str, ...]
    reasons: tuple[str, ...]
    references: tuple[str, ...]
    open: int

    @property
    def changed(self) -> bool:
        """Whether the record is not any more what the answers came from."""
        return self.record_version != self.current_version


def wrong_answers(items: Iterable[FeedbackItem], version_of: Version) -> list[WrongAnswers]:
    """Group items of the record by record and version; the most open ones first."""
    groups: dict[tuple[str, str], list[FeedbackItem]] = {}
    for item in items:
        if item.rating.reason in OF_THE_RECORD and item.turn.procedure_code:
            groups.setdefault((item.turn.procedure_code, item.turn.record_version), []).append(item)
    found = [_of(code, version, group, _current(version_of, code)) for (code, version), group in groups.items()]
    return sorted(found, key=lambda one: (-one.open, -len(one.references), one.procedure_code))


def _of(code: str, version: str, group: list[FeedbackItem], current: str) -> WrongAnswers:
    return WrongAnswers(
        code,
        version,
        current,
        tuple(sorted({name for item in group for name in item.turn.fields})),
        tuple(sorted({item.rating.reason.value for item in group if item.rating.reason})),
        tuple(item.reference for item in group),
        sum(item.follow_up is not None and item.follow_up.state not in CLOSED for item in group),
    )


def _current(version_of: Version, code: str) -> str:
    try:
        return version_of(code)
    except ProcedureUnknownError:
        return ""
