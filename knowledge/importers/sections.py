"""Labelled sections and tables of a procedure's page, put into the shape of the portal's own record.

Every format of a whole procedure goes through here, so that papers, fees and times are read by one parser
(portal_record.py) whatever they came in. Each row keeps in `_at` where it stood in the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from knowledge.text import clean, clean_line, fold

_NOTHING = re.compile(r"^(khong co thong tin|khong co|n/a|)$")
_CHANNELS = (("truc tuyen", "ONLINE"), ("online", "ONLINE"), ("buu chinh", "POSTAL"), ("postal", "POSTAL"))
_REQUIREMENTS = ("yeu cau, dieu kien thuc hien", "yeu cau, dieu kien", "yeu cau dieu kien")
_IN_PERSON = ("truc tiep", "direct")
_LEVELS = (("xa", "isWard"), ("tinh", "isProvince"), ("bo", "isMinistry"), ("khac", "isOtherAgency"))
_TIME = re.compile(r"^(\d+(?:[.,]\d+)?)\s*(.*)$")
_UNITS = {
    "working_day": "WORKING_DAY",
    "ngay lam viec": "WORKING_DAY",
    "day": "DAY",
    "ngay": "DAY",
    "hour": "HOUR",
    "gio": "HOUR",
    "month": "MONTH",
    "thang": "MONTH",
    "year": "YEAR",
    "nam": "YEAR",
}
_FEE = re.compile(r"^(?:(phí|lệ phí)\s*:\s*)?(\d[\d.,]*)\s*(?:VNĐ|đồng|đ|VND)\b\s*(.*)$", re.IGNORECASE)
_ORIGINALS, _COPIES = "bản chính", "bản sao"
_CODED = re.compile(r"^(.*?)\s*\(Mã:?\s*`?([\w.]+)`?\)$")


@dataclass
class Sections:
    """A procedure's page: `texts` by folded label ("trinh tu thuc hien"), and the rows of its tables."""

    texts: dict[str, str] = field(default_factory=dict)
    methods: list[dict[str, Any]] = field(default_factory=list)
    cases: list[dict[str, Any]] = field(default_factory=list)
    legal_bases: list[dict[str, Any]] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    url_id: str = ""

    def text(self, *labels: str) -> str:
        """Return the first of the sections called `labels` that says something; folded labels."""
        found = (clean(self.texts.get(label, "")) for label in labels)
        return next((text for text in found if not _NOTHING.match(fold(clean_line(text)))), "")

    def add_method(self, cells: Sequence[str], at: str) -> None:
        """Add a row of "Cách thức thực hiện": channel, time, fee, note; a channel that is none is no row."""
        channel, time, fee, note = (*cells, "", "", "", "")[:4]
        name = channel_of(channel)
        if name:
            value, unit = time_of(time)
            row = {"submissionMethod": name, "processingTime": value, "processingTimeUnit": unit, "_at": at}
            self.methods.append(row | {"description": _said(note), "fees": fees_of(fee, at)})

    def start_case(self, name: str, at: str) -> None:
        self.cases.append({"name": clean_line(name), "profileComponents": [], "_at": at})

    def add_paper(self, name: str, quantity: str, form: str, at: str) -> None:
        """Add a row of "Thành phần hồ sơ" to the case that was started last."""
        if not clean_line(name):
            return
        if not self.cases:
            self.start_case("", at)
        attachments = [{"fileName": clean_line(form)}] if _said(form) else []
        row = {"name": name, "originalQty": _count(_ORIGINALS, quantity), "copyQty": _count(_COPIES, quantity)}
        self.cases[-1]["profileComponents"].append(row | {"attachments": attachments, "_at": at})

    def add_legal_basis(self, number: str, title: str, at: str) -> None:
        if clean_line(number) or clean_line(title):
            self.legal_bases.append({"code": clean_line(number), "name": clean_line(title), "_at": at})

    def record(self) -> dict[str, Any]:
        """Return the procedure in the shape of the portal's record."""
        decision = re.sub(r"^Quyết định số\s*", "", clean_line(self.text("so quyet dinh")))
        levels = fold(self.text("cap thuc hien"))
        results = self.results or [self.text("ket qua thuc hien", "ket qua xu ly")]
        return {
            "id": self.url_id,
            "code": clean_line(self.text("ma thu tuc")),
            "name": clean_line(self.text("ten thu tuc")),
            "formalityType": clean_line(self.text("loai thu tuc")),
            "categoriesDetails": [{"name": clean_line(self.text("linh vuc"))}],
            **{name: bool(re.search(rf"\b{word}\b", levels)) for word, name in _LEVELS},
            "subjectTypesDetails": [{"name": name} for name in _split_names(self.text("doi tuong thuc hien"))],
            "executingAgencies": clean_line(self.text("co quan thuc hien")),
            "departmentsAuthority": [{"name": clean_line(self.text("co quan co tham quyen"))}],
            "coordinatingAgencies": clean_line(self.text("co quan phoi hop")),
            "dossierReceivingAddresses": clean_line(self.text("dia chi tiep nhan hs", "dia chi tiep nhan")),
            "executionSteps": [{"name": "", "description": self.text("trinh tu thuc hien")}],
            "executionMethods": self.methods,
            "executionCases": self.cases,
            "resultsDetails": [_result(text) for text in results if text],
            "legalBasisesDetails": self.legal_bases,
            "requirementsAndConditions": self.text(*_REQUIREMENTS),
            "procedureProposal": {"proposalNumber": decision},
            # A provincial committee's own; the format does not say which province's.
            "type": "SPECIFIC" if decision.upper().endswith("QĐ-UBND") else None,
        }


def channel_of(text: str) -> str:
    """Return ONLINE, POSTAL or DIRECT for a channel's name; empty for anything else."""
    folded = fold(text)
    found = next((name for word, name in _CHANNELS if word in folded), "")
    return found or ("DIRECT" if any(word in folded for word in _IN_PERSON) else "")


def time_of(text: str) -> tuple[str, str]:
    """Return number and unit of "7 WORKING_DAY" or "30 Ngày làm việc"; a text that is neither stays as it is."""
    line = _said(text)
    found = _TIME.match(line)
    if not found:
        return line, "OTHER"
    unit = _UNITS.get(fold(found.group(2)).strip(" ."))
    if unit is None:
        return (found.group(1) if found.group(2) in ("", "OTHER") else line), "OTHER"
    return found.group(1).replace(",", "."), unit


def fees_of(text: str, at: str) -> list[dict[str, Any]]:
    """Return the fees of a cell such as "10000 VNĐ (…)", one a line.

    The portal's pages print "Miễn phí" for every 0, so those words alone in a cell say no more than the 0 does.
    """
    found = []
    for line in (clean_line(part) for part in text.split("\n")):
        amount = _FEE.match(line)
        if amount:
            kind = "SERVICE_FEE" if (amount.group(1) or "").lower() == "phí" else "FEE"
            value = int(re.sub(r"[.,]", "", amount.group(2)))
            found.append({"type": kind, "value": value, "description": _unwrapped(amount.group(3)), "_at": at})
        elif _said(line):
            free = fold(line).strip(" .") == "mien phi"
            found.append({"type": "FEE", "value": 0, "description": "" if free else line, "_at": at})
    return found


def _unwrapped(text: str) -> str:
    text = text.strip()
    return text[1:-1].strip() if text.startswith("(") and text.endswith(")") else text


def _said(text: str) -> str:
    line = clean_line(text)
    return "" if _NOTHING.match(fold(line)) else line


def _count(kind: str, text: str) -> int:
    """Return n of "Bản chính: n" or of "n bản chính"; 0 where the text names none."""
    line = clean_line(text).lower()
    found = re.search(rf"{kind}\s*:\s*(\d{{1,3}})", line) or re.search(rf"\b(\d{{1,3}})\s*{kind}", line)
    return int(found.group(1)) if found else 0


def _split_names(text: str) -> list[str]:
    """Split "Công dân Việt Nam, Tổ chức (không bao gồm doanh nghiệp, HTX)" at the commas outside brackets."""
    return [name.strip() for name in re.split(r",\s*(?![^()]*\))", clean_line(text)) if name.strip()]


def _result(text: str) -> dict[str, str]:
    coded = _CODED.match(clean_line(text))
    return {"name": coded.group(1), "code": coded.group(2)} if coded else {"name": clean_line(text), "code": ""}
