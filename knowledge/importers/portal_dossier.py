"""The dossier of the portal's record: which rows are papers, in which case, and which are headings or remarks.

The rows mix all of these, sometimes shuffled. A paper is never dropped and never made up (R-03): each raw row is
accounted for, as a paper, a remark or a heading, and what stays unclear is warned of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from knowledge.importers.portal_lines import capital
from knowledge.importers.portal_order import headings_hold, in_order, sorted_rows
from knowledge.importers.portal_parts import Parts, parts_of
from knowledge.importers.portal_rows import (
    Row,
    case_label,
    group_role,
    heads_a_list,
    is_plain,
    kind_of,
    looked_up_in,
    place_of,
    rows_of,
)
from knowledge.importers.portal_values import kept_fold, text_of
from knowledge.importers.render_warnings import Notebook, WarningKind
from knowledge.models import ComponentRole, DossierCase, DossierComponent

_SHORTEST_NAME = 6
_NAME_ENDS = " .,;–-"
_LEADING_CASE = re.compile(r"^((?:Đối với|Trường hợp|Nếu)\s[^:;.]{4,160}):\s+(\S.{5,})$", re.IGNORECASE | re.DOTALL)
_TRAILING_CASE = re.compile(
    r"\s*\(((?:nếu|đối với|trường hợp|trong trường hợp|chỉ |khi )[^()]{2,160})\)\s*[.;,]?$", re.IGNORECASE
)
_OF_A_PART = re.compile(
    r";|\((?:nếu|đối với|trường hợp|trong trường hợp)\b|"
    r"\b(?:và|kèm theo|kèm|hoặc) (?:các |bản |giấy |văn bản |tài liệu)",
    re.IGNORECASE,
)
"""Signs that a condition at the end is of the last of several papers in a row, not of the row."""


def dossier_of(record: dict[str, Any], notes: Notebook) -> tuple[DossierCase, ...]:
    """Return the dossier by case; groups without a case are joined into one list."""
    cases: list[DossierCase] = []
    for number, raw in enumerate(record.get("executionCases") or [], start=1):
        where = place_of(raw, f"/executionCases/{number - 1}")
        cases += _Group(raw, f"case{number}", where, notes).cases()
    return _joined(cases, notes)


@dataclass
class _Case:
    """A case while its rows are read."""

    id: str
    label: str
    parts: list[DossierComponent] = field(default_factory=list)

    def done(self) -> DossierCase:
        """The case with its papers in the source's order, and its remarks after them."""
        return DossierCase(self.id, self.label, _remarks_last(self.parts))


class _Group:
    """Reads one raw group of rows into its cases: one, or one a heading row where the rows are in order."""

    def __init__(self, raw: dict[str, Any], group_id: str, where: str, notes: Notebook) -> None:
        group = text_of(raw.get("name"))
        self._id, self._label, self._notes = group_id, case_label(group), notes
        self._role = group_role(kept_fold(group))
        self._rows = sorted_rows(list(rows_of(raw, where)))
        self._remark = "" if self._rows else self._label
        self._where = where
        self._ordered = in_order(self._rows) and headings_hold(self._rows, self._role)
        if not self._ordered:
            notes.warn(WarningKind.ROWS_SHUFFLED, where, group)
        self._cases = [_Case(group_id, self._label)]
        self._headings: list[tuple[_Case, str]] = []
        self._in_list = ""

    def cases(self) -> list[DossierCase]:
        """Return the group's cases, and note which rows headed them."""
        for place, row in enumerate(self._rows, start=1):
            self._take(place, row, self._rows[place] if place < len(self._rows) else None)
        if self._remark:  # a name without rows stands for nothing but itself
            self._cases = [_Case(self._id, "", [DossierComponent("name", self._remark, ComponentRole.NOTE)])]
            self._notes.refer(f"dossier/{self._id}/name", self._where)
        filled = [case for case in self._cases if case.parts]
        for case, raw in self._headings:
            later = self._cases[self._cases.index(case) :]
            heads = next((other for other in later if other.parts), None) or (filled[-1] if filled else case)
            self._notes.refer(f"dossier/{heads.id}", raw)
        return [case.done() for case in filled]

    def _take(self, place: int, row: Row, following: Row | None) -> None:
        if self._in_list and row.level in ("", self._in_list):
            self._open(place, self._label)
        kind = kind_of(row, self._role)
        if kind is None and is_plain(row):
            self._role = group_role(row.folded) if row.quantity == 0 else self._role
            self._headings.append((self._cases[-1], row.raw))
        elif kind is None and self._ordered and self._role is not ComponentRole.NOTE:
            self._head(place, row)
        elif self._ordered and heads_a_list(row, following):
            self._head(place, row)
            self._in_list = row.level or "none"
        elif kind not in (None, ComponentRole.NOTE) and (found := parts_of(row)):
            self._spread(place, row, found)
        else:
            self._add(row, f"row{place}", kind or ComponentRole.NOTE)

    def _head(self, place: int, row: Row) -> None:
        """Open a case under a heading; one straight under another heading is a case within that one's."""
        last = self._cases[-1]
        outer = self._label if last.parts or not self._headings else last.label
        inner = case_label(row.text)
        self._open(place, f"{outer} – {inner}" if outer and inner else inner or outer)
        self._headings.append((self._cases[-1], row.raw))

    def _open(self, place: int, label: str) -> None:
        self._cases.append(_Case(f"{self._id}_{place}", label))
        self._in_list = ""

    def _spread(self, place: int, row: Row, found: Parts) -> None:
        """Add the papers of a row that holds several, in a case of their own where the row names one."""
        label = self._cases[-1].label
        own = case_label(found.lead)
        if own:
            self._open(place, f"{label} – {own}" if label else own)
        for number, part in enumerate(found.rows, start=1):
            self._add(part, f"row{place}_{number}", kind_of(replace(part, originals=1), self._role) or self._role)
        if own:
            self._cases.append(_Case(f"{self._id}_{place}_after", label))

    def _add(self, row: Row, part_id: str, role: ComponentRole) -> None:
        case, part = self._cases[-1], _component(row, part_id, role)
        if row.quantity == 0 and "_" not in part_id:
            _doubt(row, part, self._notes)
        self._notes.refer(f"dossier/{case.id}/{part.id}", row.raw)
        case.parts.append(part)


def _doubt(row: Row, part: DossierComponent, notes: Notebook) -> None:
    if part.role is not ComponentRole.NOTE:
        notes.warn(WarningKind.PAPER_WITHOUT_QUANTITY, row.raw, row.text)
    elif row.names_paper:
        notes.warn(WarningKind.NOTE_OR_PAPER, row.raw, row.text)


def _component(row: Row, part_id: str, role: ComponentRole) -> DossierComponent:
    if role is ComponentRole.NOTE:
        return DossierComponent(id=part_id, name=row.text, role=role, form=row.forms)
    name, condition = split_condition(row.text)
    return DossierComponent(
        id=part_id,
        name=name.rstrip(_NAME_ENDS) or name,
        role=role,
        originals=row.originals,
        copies=row.copies,
        form=row.forms,
        condition=condition,
        reusable_from=looked_up_in(row),
    )


def split_condition(text: str) -> tuple[str, str]:
    """Return the paper and when it is needed, where the row says so before a colon or in brackets at its end."""
    found = _LEADING_CASE.match(text)
    if found and "phải" not in found.group(1):
        return capital(found.group(2).lstrip("-+ ")), _small(found.group(1))
    found = _TRAILING_CASE.search(text[-200:])
    name = text[: len(text) - len(found.group(0))] if found else ""
    if not found or len(name) < _SHORTEST_NAME or _OF_A_PART.search(name):
        return text, ""
    return name, _small(found.group(1))


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _joined(cases: list[DossierCase], notes: Notebook) -> tuple[DossierCase, ...]:
    """Put groups of the same name into one, and those without a case first: the portal splits one list into several."""
    by_label: dict[str, list[DossierCase]] = {"": []}
    for case in cases:
        by_label.setdefault(case.case, []).append(case)
    return tuple(_one_of(same, notes) for same in by_label.values() if same)


def _one_of(same: list[DossierCase], notes: Notebook) -> DossierCase:
    if len(same) == 1:
        return same[0]
    joined = same[0].id if same[0].case else "always"
    moved = {f"dossier/{case.id}/{part.id}": f"/{case.id}_{part.id}" for case in same for part in case.components}
    moved |= {f"dossier/{case.id}": "" for case in same}
    notes.refs = [
        replace(ref, fact=f"dossier/{joined}{moved[ref.fact]}") if ref.fact in moved else ref for ref in notes.refs
    ]
    parts = [replace(part, id=f"{case.id}_{part.id}") for case in same for part in case.components]
    return DossierCase(joined, same[0].case, _remarks_last(parts))


def _remarks_last(parts: list[DossierComponent]) -> tuple[DossierComponent, ...]:
    return tuple(sorted(parts, key=lambda part: part.role is ComponentRole.NOTE))
