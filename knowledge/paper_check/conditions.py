"""Whether a component is asked of everybody, in some cases only, or found by the office itself."""

from __future__ import annotations

import re

from knowledge.models import ComponentRole, DossierCase, Procedure, VneidEquivalent
from knowledge.paper_check.clauses import Segment
from knowledge.paper_check.lexicon import plain
from knowledge.paper_check.models import Place, Verdict
from knowledge.text import fold

_ALTERNATIVES = ("mot trong", "chi can mot")
_EVERYBODY = (*_ALTERNATIVES, "moi truong hop", "tat ca truong hop")
"""Words of a label that narrows nothing: alternatives of one paper, or everybody."""
_NARROWS = re.compile(r"\b(?:chung minh (?:la (?:nguoi|tre)|thuoc)|doi voi|neu|khi)\b")
"""Alternatives for some people only: "Giấy tờ chứng minh là người có công gồm một trong …"."""
_GROUP = re.compile(
    r"^(?:[a-z\d]+[.)]\s*)?(?:(?:ho so|giay to|thanh phan ho so) (?:cua|doi voi) nguoi (?:nhan|duoc nhan)\b"
    r"|(?:thanh phan(?:, so luong)? ho so|(?:cac )?giay to phai (?:nop|xuat trinh)|xuat trinh (?:hoac gui )?ban"
    r"|ho so gom)\b(?!.*\b(?:doi voi|truong hop|neu|khi)\b))"
)
"""A label that tells whose papers a group holds, or how they are handed in: all groups are asked for."""
_RESTRICTS = re.compile(
    r"^(?:chi )?(?:neu|khi|truong hop|doi voi|tru (?:khi|truong hop)|khong can|chi khi|khong ap dung)\b"
)
_HOW = re.compile(r"^(?:khi (?:da )?(?:nop|lam|den nop|khai|gui)|neu khong co .* thi )")
"""Conditions on the way of filing, or on what to bring instead: the paper is asked of everybody all the same."""
_IN_NAME = re.compile(
    r"\b(?:truong hop|doi voi|neu(?! (?:ro|tren|tai|trong|o|ly do|duoc (?:lap|cap))\b)"
    r"|tru (?:khi|nguoi|nhung|truong hop)|ap dung)\b"
    r"(?! (?:\w+ ){0,3}?(?:nop|gui|thuc hien|khai)(?: \w+){0,5}?"
    r" (?:truc tuyen|truc tiep|buu chinh|buu dien|ban sao|qua mang)\b)"
)
"""Words of a condition in a name, unless on the way of filing only."""
_IF_ANY = re.compile(r"\b(?:neu co|neu con)\b")
_DATA = r"(?:khai thac|tra cuu|co so du lieu|csdl|du lieu dien tu|tich hop|ket noi)"
_BY_DATA = re.compile(
    rf"\b{_DATA}\b.{{0,240}}?\b(?:khong (?:phai|yeu cau|can|bat buoc)(?: \w+){{0,4}}?"
    r" (?:nop|cung cap|xuat trinh|bo sung|gui)|thay the|thay bang|cat giam|khong con la thanh phan)\b"
    rf"|\b(?:khong (?:the )?|chua (?:duoc )?)(?:khai thac|tra cuu|tich hop|ket noi)\b"
    rf"|\bkhong ap dung\b.{{0,120}}?\b(?:ket noi|chia se|co so du lieu)\b"
    rf"|\b(?:co quan|cong chuc|nguoi)(?: \w+){{0,12}}? (?:tra cuu|khai thac)(?: \w+){{0,4}}? (?:thong tin|du lieu)\b"
)
"""A name's own words that the office looks the paper up, so that it is handed in only where that fails."""
_HOW_QUESTIONS = frozenset(("method",))
"""Questions of a guide on the way of filing: they do not narrow who needs a paper."""


def verdict_of(place: Place, procedure: Procedure, segment: Segment, everywhere: bool) -> Verdict:
    """Return ON_LIST, ONLY_IN_CASE or LOOKED_UP for one place.

    segment: the part of its name that matched. everywhere: it stands in every case.
    """
    part = place.component
    if part.reusable_from or part.vneid_equivalent in (VneidEquivalent.YES, VneidEquivalent.IF_INTEGRATED):
        return Verdict.LOOKED_UP
    if not segment.head and _BY_DATA.search(plain(f"{part.name} {part.condition}")):
        return Verdict.LOOKED_UP
    special = is_special(place.case) and not everywhere
    if special or restricted(part.condition) or _asked_of_some(place) or _conditional(segment):
        return Verdict.ONLY_IN_CASE
    return Verdict.ONLY_IN_CASE if _IF_ANY.search(plain(part.name)) and not segment.head else Verdict.ON_LIST


def _asked_of_some(place: Place) -> bool:
    """Say whether the record's own guide asks for it by an answer on the case, not on the way of filing."""
    return any(question not in _HOW_QUESTIONS for question, _ in place.component.when.needs)


def _conditional(segment: Segment) -> bool:
    """Say whether the name puts a condition on this part: in it, right after it in brackets, or before a colon."""
    if segment.head:
        return False
    aside = "" if segment.aside.startswith("tru ") else segment.aside  # an exception leaves it to everybody else
    return any(_IN_NAME.search(text) for text in (segment.text, aside, segment.heading))


def restricted(condition: str) -> bool:
    """Say whether a condition narrows who needs the paper, not only how it is handed in."""
    parts = (" ".join(fold(part).split()) for part in condition.split(";"))
    return any(_RESTRICTS.match(part) and not _HOW.match(part) for part in parts)


def is_special(case: DossierCase) -> bool:
    """Say whether a case is one of some people only; alternatives of one paper are everybody's."""
    label = fold(case.case)
    if not label or _GROUP.match(label):
        return False
    return not any(words in label for words in _EVERYBODY) or bool(_NARROWS.search(label))


def is_alternative(case: DossierCase) -> bool:
    """Say whether a case only lists what will do for one paper."""
    return any(words in fold(case.case) for words in _ALTERNATIVES)


def in_every_case(
    places: list[Place], procedure: Procedure, application: bool = False, of_a_kind: bool = False
) -> bool:
    """Say whether `places` cover all special cases; who falls under one without papers needs none."""
    special = {case.id for case in procedure.dossier if is_special(case) and case.components}
    general = [case for case in procedure.dossier if not is_special(case) and not is_alternative(case)]
    if (len(special) == 1 or of_a_kind) and any(map(_has_papers, general)):
        return False  # beside papers for everybody, those of one case, or of different names, are additions
    covered = special & {place.case.id for place in places}
    if application and len(covered) > 1:  # each of the others has an application by another name
        return len(covered) * 2 >= len(special)
    return bool(special) and covered == special


def _has_papers(case: DossierCase) -> bool:
    return any(part.role is not ComponentRole.NOTE for part in case.components)
