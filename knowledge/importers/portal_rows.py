"""One row of the portal's dossier: is it a paper to submit or to present, a remark, or a heading over others?

The rows mix all of these. What a row is stands in its words first, and in its quantities only where they agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from knowledge.importers.portal_forms import form_of
from knowledge.importers.portal_values import kept_fold, text_of
from knowledge.models import ComponentRole

_NOTE_GROUP = re.compile(r"^\W*(luu y|ghi chu)")
_PRESENT_GROUP = re.compile(r"xuat trinh")
_PRESENT_ROW = re.compile(r"^(va )?xuat trinh\b(?! (hoac|va) nop| hoac)")
_PLAIN_GROUP = re.compile(
    r"^(\W*|([a-z0-9][).] )?((cac )?(giay to|thanh phan ho so) (phai )?(nop|xuat trinh)|luu y|ghi chu|bao gom|"
    r"thanh phan( va so luong)? ho so( bao gom| gom)?|ho so( gom| bao gom)?|"
    r"(so luong ho so: )?0?1 (bo|\(mot\) bo)( ho so)?)\W*)$"
)
_NOTE_ROW = re.compile(
    r"^\W*(luu y|vi du|ghi chu|chu thich|so luong ho so|thoi han giai quyet|"
    r"truong hop .{0,200}(duoc (su dung|mien|thay)|khong (phai|yeu cau|can)))"
)
_NOT_ASKED = re.compile(
    r"^(?:(?!\b(?:nop|xuat trinh)\b)[^.;]){3,300}khong (phai|yeu cau|can|bat buoc) (nop|xuat trinh|cung cap)\b"
)
"""A sentence that nowhere asks for a paper and says that one is not needed, whatever stands in its quantities."""
_FOREIGN_REMARK = re.compile(
    r"^(doi voi )?(cac )?(giay to|tai lieu|van ban|ho so)\b.{0,120}\bnuoc ngoai\b.{0,120}"
    r"\bphai (duoc|kem|co ban dich|dich|hop phap|gui kem)"
)
_LOOKED_UP = re.compile(
    r"^(thong tin\b.{0,250}\bkhai thac\b.{0,900}|giay to\b.{0,160}\btruong hop\b.{0,120})\bkhong (the )?khai thac duoc",
)
"""Of a paper that is asked for only where the office cannot look the same up (R-13)."""
_DATABASE = re.compile(
    r"Cơ sở dữ liệu (?:quốc gia )?(?:về )?[^,.;():]{3,60}?(?=[,.;():]| (?:thì|và|hoặc|mà|để)\b|$)", re.IGNORECASE
)
_SOME_DATABASE = "cơ sở dữ liệu"
_LEAD = re.compile(r"^[\W\d]*(?:[a-z][.)]\s*)?")
"""Bullets and numbering before a row's words."""
_HEADING_ROW = re.compile(r"^((i{1,3}|i?v)\) )?(ho so|thanh phan ho so|giay to|doi voi|truong hop)\b.*:\W*$")
_PAPER_ROW = re.compile(
    r"^(don|to khai|giay|ban (in|sao|chinh|chup|ke|cam ket|thuyet minh|ve|dich|goc|so)|van ban|van bang|bao cao|phieu|"
    r"hop dong|quyet dinh|so (do|ho|bhxh|yeu)|the|chung (tu|chi|nhan|thu)|de an|danh sach|ke hoach|"
    r"bang (ke|tong hop|diem|tot|thuyet)|bien ban|du thao|anh|ho chieu|mau|ly lich|to trinh|cong van|thuyet minh|"
    r"hoa don|phuong an|du toan|dieu le|nghi quyet|cam ket|ket qua|tai lieu|van don)\b"
)
_SENTENCE = re.compile(
    r"\b(phai|co trach nhiem|khong (phai|yeu cau|bat buoc|can)|duoc (mien|lap|gui|thuc hien|su dung|nop)|co the|"
    r"thuc hien theo|co quyen|thi)\b"
)
_IN_WORDS = re.compile(r"\b0?(\d{1,2})\s*(?:\([a-z ]+\)\s*)?(ban chinh|ban goc|ban sao)")
_LONGEST_HEADING, _LONGEST_NUMBERED_HEADING = 200, 400
_NUMBERED = re.compile(r"^\W*(\(?(?:[ivx]{1,4}|[a-zđ]|\d{1,2}(?:\.\d{1,2})*)[.)]|\d{1,2}\.)", re.IGNORECASE)
_LEVEL = re.compile(r"^\(?(\d{1,2}(?:\.\d{1,2})*|[a-zđ])[.)]", re.IGNORECASE)
_ANNOUNCES = re.compile(r"\b(gom|sau|sau day|bo sung|phai co)\W*$")
_ALTERNATIVES = re.compile(r"\b(?:mot trong|chi can)\b")
_BULLETS = "-+*•–,;. "


@dataclass(frozen=True)
class Row:
    """One raw row: its text, folded text, quantities, forms, place, and the bullet it was written with."""

    text: str
    folded: str
    originals: int
    copies: int
    forms: str
    raw: str
    bullet: str = ""

    @property
    def quantity(self) -> int:
        return self.originals + self.copies

    @property
    def level(self) -> str:
        """How the row is marked: "1" for any number, "a" for any letter, else its bullet."""
        found = _LEVEL.match(self.text)
        return self.bullet if found is None else "1" if found.group(1)[:1].isdigit() else "a"

    @property
    def words(self) -> str:
        """The folded text without what numbers the row."""
        lead = _LEAD.match(self.folded)
        return self.folded[lead.end() :] if lead else self.folded

    @property
    def names_paper(self) -> bool:
        return bool(_PAPER_ROW.match(self.words))


def rows_of(raw: dict[str, Any], where: str) -> Iterator[Row]:
    """Yield the rows of a group that say something."""
    for place, item in enumerate(raw.get("profileComponents") or []):
        said = text_of(item.get("name"))
        text = said.lstrip(_BULLETS).strip()
        if not text:
            continue
        folded = kept_fold(text)
        originals, copies = _quantity(item.get("originalQty")), _quantity(item.get("copyQty"))
        if originals + copies == 0:
            originals, copies = quantity_in_words(folded)
        at = place_of(item, f"{where}/profileComponents/{place}")
        bullet = said[: len(said) - len(said.lstrip(_BULLETS))].strip(" ,;.")[:1]
        yield Row(text, folded, originals, copies, form_of(text, item.get("attachments")), at, bullet)


def kind_of(row: Row, role: ComponentRole) -> ComponentRole | None:
    """Return what the row is in a group of `role`; None for a heading."""
    is_paper = row.names_paper and not _SENTENCE.search(row.folded[:160])
    if _NOTE_ROW.match(row.folded) or _is_remark(row):
        return ComponentRole.NOTE
    if role is ComponentRole.NOTE:
        # Some formats lose the border between the remarks and an unnamed group of papers after them.
        return ComponentRole.SUBMIT if row.quantity and is_paper else ComponentRole.NOTE
    if _PRESENT_ROW.match(row.words):
        return ComponentRole.PRESENT
    if row.quantity:
        if not row.text.endswith(":") or row.text.count(":") > 1:
            return role
        if len(row.text) < 60 and is_plain(row):
            return None
        announces = _ANNOUNCES.search(row.folded) and not _ALTERNATIVES.search(row.folded)
        return ComponentRole.NOTE if announces and not row.names_paper else role
    longest = _LONGEST_NUMBERED_HEADING if _NUMBERED.match(row.text) else _LONGEST_HEADING
    if len(row.text) < longest and (_HEADING_ROW.match(row.words) or is_plain(row)):
        return None
    return role if is_paper else ComponentRole.NOTE


def _is_remark(row: Row) -> bool:
    return bool(_FOREIGN_REMARK.match(row.words) or (not row.names_paper and _NOT_ASKED.match(row.words)))


def heads_a_list(row: Row, following: Row | None) -> bool:
    """Say whether a row with quantities typed in only announces the items, marked otherwise, after it."""
    if following is None or not row.quantity or not _HEADING_ROW.match(row.words):
        return False
    return following.level not in ("", row.level)


def is_plain(row: Row) -> bool:
    """Say whether a row only says that papers follow."""
    return bool(_PLAIN_GROUP.match(row.folded.strip("*-+ :.").strip()))


def looked_up_in(row: Row) -> str:
    """Return where the office looks up what the row asks for, if the row itself says that it is only asked for then."""
    if not _LOOKED_UP.match(row.words):
        return ""
    found = _DATABASE.search(row.text)
    return found.group(0).strip() if found else _SOME_DATABASE


def group_role(folded: str) -> ComponentRole:
    """Return what the papers under a group's name are for."""
    if _NOTE_GROUP.match(folded):
        return ComponentRole.NOTE
    return ComponentRole.PRESENT if _PRESENT_GROUP.search(folded) else ComponentRole.SUBMIT


def case_label(group: str) -> str:
    """Return the group's name as a case, empty where it only says that papers follow."""
    label = group.strip("*-+ :.").strip()
    return "" if _PLAIN_GROUP.match(kept_fold(label)) else label


def place_of(row: Any, pointer: str) -> str:
    """Where a row stood: as its own format says, else the JSON pointer."""
    return text_of(row.get("_at")) or pointer if isinstance(row, dict) else pointer


def _quantity(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def quantity_in_words(folded: str) -> tuple[int, int]:
    """Return originals and copies as the end of a row names them."""
    found = {kind: int(number) for number, kind in _IN_WORDS.findall(folded[-80:])}
    return found.get("ban chinh", found.get("ban goc", 0)), found.get("ban sao", 0)
