"""The dossier of the portal's record: which rows are papers, in which case, and which are headings or remarks.

The rows mix all of these, sometimes shuffled. A paper is never dropped and never made up (R-03): each raw row is
accounted for once, as a paper, a remark or a heading, and what stays unclear is warned of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from knowledge.importers.portal_values import text_of
from knowledge.importers.render_warnings import Notebook, WarningKind
from knowledge.models import ComponentRole, DossierCase, DossierComponent
from knowledge.text import fold

_NOTE_GROUP = re.compile(r"^\W*(luu y|ghi chu)")
_PRESENT_GROUP = re.compile(r"xuat trinh")
_PLAIN_GROUP = re.compile(
    r"^(\W*|([a-z0-9][).] )?((cac )?(giay to|thanh phan ho so) (phai )?(nop|xuat trinh)|luu y|ghi chu|bao gom|"
    r"thanh phan( va so luong)? ho so( bao gom| gom)?|ho so( gom| bao gom)?|"
    r"(so luong ho so: )?0?1 (bo|\(mot\) bo)( ho so)?)\W*)$"
)
_NOTE_ROW = re.compile(
    r"^\W*(luu y|vi du|ghi chu|chu thich|so luong ho so|thoi han giai quyet|"
    r"truong hop .{0,200}(duoc (su dung|mien|thay)|khong (phai|yeu cau|can)))"
)
_LEAD = re.compile(r"^[\W\d]*(?:[a-z][.)]\s*)?")
"""Bullets and numbering before a row's words."""
_HEADING_ROW = re.compile(r"^(ho so|thanh phan ho so|giay to|doi voi|truong hop)\b.*:\W*$")
_PAPER_ROW = re.compile(
    r"^(don|to khai|giay|ban (sao|chinh|chup|ke|cam ket|thuyet minh|ve|dich|goc|so)|van ban|van bang|bao cao|phieu|"
    r"hop dong|quyet dinh|so (do|ho|bhxh|yeu)|the|chung (tu|chi|nhan|thu)|de an|danh sach|ke hoach|"
    r"bang (ke|tong hop|diem|tot|thuyet)|bien ban|du thao|anh|ho chieu|mau|ly lich|to trinh|cong van|thuyet minh|"
    r"hoa don|phuong an|du toan|dieu le|nghi quyet|cam ket|ket qua|tai lieu|van don)\b"
)
_SENTENCE = re.compile(
    r"\b(phai|co trach nhiem|khong (phai|yeu cau|bat buoc|can)|duoc (mien|lap|gui|thuc hien|su dung|nop)|co the|"
    r"thuc hien theo|co quyen|thi)\b"
)
_IN_WORDS = re.compile(r"\b0?(\d{1,2})\s*(?:\([a-z ]+\)\s*)?(ban chinh|ban goc|ban sao)")
_NUMBER = re.compile(r"^\W*(\d{1,2})[.)]\s*(?=\D)")
_LETTER = re.compile(r"^\W*([a-zđ])[.)]\s")
_SHORTEST_NAME = 6
_LETTERS = "abcdđeghiklmnopqrstuvxy"
_LEADING_CASE = re.compile(r"^((?:Đối với|Trường hợp|Nếu)\s[^:;.]{4,160}):\s+(\S.{5,})$", re.IGNORECASE | re.DOTALL)
_TRAILING_CASE = re.compile(r"\s*\(((?:nếu|đối với|trường hợp|chỉ |khi )[^()]{2,160})\)\s*[.;,]?$", re.IGNORECASE)
_EXTENSION = re.compile(r"\.(docx?|pdf|xlsx?|rtf|odt|zip|rar|jpe?g|png)$", re.IGNORECASE)


@dataclass(frozen=True)
class _Row:
    """One raw row: its text, folded text, quantities and place."""

    text: str
    folded: str
    originals: int
    copies: int
    forms: str
    raw: str

    @property
    def quantity(self) -> int:
        return self.originals + self.copies

    @property
    def words(self) -> str:
        """The folded text without what numbers the row."""
        return _LEAD.sub("", self.folded)


def dossier_of(record: dict[str, Any], notes: Notebook) -> tuple[DossierCase, ...]:
    """Return the dossier by case; groups without a case are joined into one list."""
    cases: list[DossierCase] = []
    for number, raw in enumerate(record.get("executionCases") or [], start=1):
        where = _place(raw, f"/executionCases/{number - 1}")
        cases += _cases_of_group(raw, f"case{number}", where, notes)
    return _joined(cases, notes)


def _cases_of_group(raw: dict[str, Any], group_id: str, where: str, notes: Notebook) -> Iterator[DossierCase]:
    """Yield the group's papers: one case, or one a heading row where its rows are in order."""
    group = text_of(raw.get("name"))
    role = _group_role(fold(group))
    rows = _sorted(list(_rows(raw, where)))
    ordered = _in_order(rows)
    if not ordered:
        notes.warn(WarningKind.ROWS_SHUFFLED, where, group)
    label = own_label = case_label(group)
    case_id, parts = group_id, list[DossierComponent]()
    for place, row in enumerate(rows, start=1):
        kind = _kind(row, role)
        if kind is None and _PLAIN_GROUP.match(row.folded.strip("*-+ :.").strip()):
            role = _group_role(row.folded) if row.quantity == 0 else role
            notes.refer(f"dossier/{case_id}", row.raw)
            continue
        if kind is None and ordered and role is not ComponentRole.NOTE:
            if parts:
                yield _case(case_id, label, parts)
            inner = case_label(row.text)
            label, parts = f"{own_label} – {inner}" if own_label and inner else inner or own_label, []
            case_id = f"{group_id}_{place}"
            notes.refer(f"dossier/{case_id}", row.raw)
            continue
        part = _component(row, f"row{place}", kind or ComponentRole.NOTE)
        _doubts(row, part, notes)
        notes.refer(f"dossier/{case_id}/{part.id}", row.raw)
        parts.append(part)
    if parts:
        yield _case(case_id, label, parts)


def _case(case_id: str, label: str, parts: list[DossierComponent]) -> DossierCase:
    """A case with its papers in the source's order, and its remarks after them."""
    return DossierCase(case_id, label, tuple(sorted(parts, key=lambda part: part.role is ComponentRole.NOTE)))


def _rows(raw: dict[str, Any], where: str) -> Iterator[_Row]:
    for place, row in enumerate(raw.get("profileComponents") or []):
        text = text_of(row.get("name")).lstrip("-+*•–,;. ").strip()
        if not text:
            continue
        folded = fold(text)
        originals, copies = _quantity(row.get("originalQty")), _quantity(row.get("copyQty"))
        if originals + copies == 0:
            originals, copies = _quantity_in_words(folded)
        forms = "; ".join(dict.fromkeys(filter(None, (form_name(item) for item in row.get("attachments") or []))))
        yield _Row(text, folded, originals, copies, forms, _place(row, f"{where}/profileComponents/{place}"))


def _kind(row: _Row, role: ComponentRole) -> ComponentRole | None:
    """Return what the row is; None for a heading."""
    is_paper = _PAPER_ROW.match(row.words) and not _SENTENCE.search(row.folded[:160])
    if _NOTE_ROW.match(row.folded):
        return ComponentRole.NOTE
    if role is ComponentRole.NOTE:
        # Some formats lose the border between the remarks and an unnamed group of papers after them.
        return ComponentRole.SUBMIT if row.quantity and is_paper else ComponentRole.NOTE
    if row.quantity:
        plain = len(row.text) < 60 and _PLAIN_GROUP.match(row.folded.strip("*-+ :.").strip())
        return None if plain and row.text.rstrip().endswith(":") else role
    if len(row.text) < 200 and (_HEADING_ROW.match(row.words) or _PLAIN_GROUP.match(row.folded.strip("*-+ :."))):
        return None
    return role if is_paper else ComponentRole.NOTE


def _doubts(row: _Row, part: DossierComponent, notes: Notebook) -> None:
    if row.quantity:
        return
    if part.role is not ComponentRole.NOTE:
        notes.warn(WarningKind.PAPER_WITHOUT_QUANTITY, row.raw, row.text)
    elif _PAPER_ROW.match(row.words):
        notes.warn(WarningKind.NOTE_OR_PAPER, row.raw, row.text)


def _component(row: _Row, part_id: str, role: ComponentRole) -> DossierComponent:
    name, condition = row.text, ""
    if role is not ComponentRole.NOTE:
        name, condition = split_condition(row.text)
        name = name.rstrip(" .,;") or name
    return DossierComponent(
        id=part_id,
        name=name,
        role=role,
        originals=row.originals if role is not ComponentRole.NOTE else 0,
        copies=row.copies if role is not ComponentRole.NOTE else 0,
        form=row.forms,
        condition=condition,
    )


def split_condition(text: str) -> tuple[str, str]:
    """Return the paper and when it is needed, where the row says so before a colon or in brackets at its end."""
    found = _LEADING_CASE.match(text)
    if found:
        paper = found.group(2).lstrip("-+ ")
        return paper[:1].upper() + paper[1:], found.group(1)[:1].lower() + found.group(1)[1:]
    found = _TRAILING_CASE.search(text[-200:])
    if not found or len(text) - len(found.group(0)) < _SHORTEST_NAME:
        return text, ""
    return text[: len(text) - len(found.group(0))], found.group(1)[:1].lower() + found.group(1)[1:]


def case_label(group: str) -> str:
    """Return the group's name as a case, empty where it only says that papers follow."""
    label = group.strip("*-+ :.").strip()
    return "" if _PLAIN_GROUP.match(fold(label)) else label


def form_name(attachment: Any) -> str:
    """Return a form's file name as words: without its extension and underscores."""
    name = text_of(attachment.get("fileName")) if isinstance(attachment, dict) else ""
    return " ".join(_EXTENSION.sub("", name).replace("_", " ").split())


def _group_role(folded: str) -> ComponentRole:
    if _NOTE_GROUP.match(folded):
        return ComponentRole.NOTE
    return ComponentRole.PRESENT if _PRESENT_GROUP.search(folded) else ComponentRole.SUBMIT


def _quantity(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _quantity_in_words(folded: str) -> tuple[int, int]:
    found = {kind: int(number) for number, kind in _IN_WORDS.findall(folded[-80:])}
    return found.get("ban chinh", found.get("ban goc", 0)), found.get("ban sao", 0)


def _sorted(rows: list[_Row]) -> list[_Row]:
    """Rows that carry the numbers or letters of one sequence, maybe shuffled, in that sequence and without them."""
    for pattern in (_NUMBER, _LETTER):
        found = [pattern.match(row.text.lower()) for row in rows]
        marks = [match.group(1) for match in found if match]
        places = [int(mark) if mark.isdigit() else _LETTERS.find(mark) + 1 for mark in marks]
        if len(rows) > 1 and sorted(places) == list(range(1, len(rows) + 1)):
            bare = [
                replace(row, text=_capital(row.text[match.end() :]))
                for row, match in zip(rows, found, strict=True)
                if match
            ]
            return [row for _, row in sorted(zip(places, bare, strict=True), key=lambda pair: pair[0])]
    return rows


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _in_order(rows: list[_Row]) -> bool:
    """Say whether the numbers and letters that rows begin with never run backwards; 1 and a may begin anew."""
    numbers = [int(found.group(1)) for row in rows if (found := _NUMBER.match(row.text))]
    letters = [_LETTERS.find(found.group(1).lower()) + 1 for row in rows if (found := _LETTER.match(row.text.lower()))]
    return all(later >= earlier or later == 1 for marks in (numbers, letters) for earlier, later in pairwise(marks))


def _joined(cases: list[DossierCase], notes: Notebook) -> tuple[DossierCase, ...]:
    """Put the papers of all groups without a case into one: the portal splits one list into several groups."""
    plain = [case for case in cases if not case.case]
    if len(plain) < 2:
        return tuple(cases)
    moved = {f"dossier/{case.id}/{part.id}": f"{case.id}_{part.id}" for case in plain for part in case.components}
    notes.refs = [
        replace(ref, fact=f"dossier/always/{moved[ref.fact]}") if ref.fact in moved else ref for ref in notes.refs
    ]
    parts = (replace(part, id=f"{case.id}_{part.id}") for case in plain for part in case.components)
    ordered = sorted(parts, key=lambda part: part.role is ComponentRole.NOTE)
    return (DossierCase("always", "", tuple(ordered)), *(case for case in cases if case.case))


def _place(row: Any, pointer: str) -> str:
    """Where a row stood: as its own format says, else the JSON pointer."""
    return text_of(row.get("_at")) or pointer if isinstance(row, dict) else pointer
