"""A procedure's page on the portal, saved as text: labels at the start of a line, what belongs to them indented."""

from __future__ import annotations

import re
from datetime import date

from knowledge.importers.base import Head, Importer
from knowledge.importers.portal_record import parse
from knowledge.importers.sections import Sections
from knowledge.models import Procedure
from knowledge.text import fold

_FIRST = "chi tiet thu tuc hanh chinh"
_LABEL = re.compile(r"^([^\s:][^:]{2,40}):\s?(.*)$")
_METHOD = re.compile(r"^\s*\*\s*Hình thức nộp:\s*(.*)$")
_TIME = re.compile(r"^\s*Thời hạn giải quyết:\s*(.*)$")
_FEE = re.compile(r"^\s*Phí, lệ phí:\s*(.*)$")
_NOTE = re.compile(r"^\s*Mô tả:\s*(.*)$")
_CASE = re.compile(r"^\s*\[\s*(.*?)\s*\]\s*$")
_PAPER = re.compile(r"^ {2,6}-\s+(.*)$")
_QUANTITY = re.compile(r"^\s*Số lượng:\s*(.*)$")
_FORM = re.compile(r"^\s*(?:Mẫu đơn, tờ khai|Tệp đính kèm|Biểu mẫu):\s*(.*)$")
_BASIS = re.compile(r"^\s*[-*]\s*(?:\[?([^\]:]*?/[^\]:\s]*)\]?\s*[:–-]\s*)?(.*)$")


class PageText(Importer):
    name = "page-text"
    label = "a procedure's page saved as text"

    def recognises(self, head: Head) -> bool:
        """Known by its first line and the code's label."""
        text = fold(head.content[:2000].decode("utf-8-sig", "replace")).lstrip()
        return text.startswith(_FIRST) and "ma thu tuc:" in text

    def parse(self, content: bytes, retrieved_on: date | None) -> Procedure:
        return parse(read_page(content.decode("utf-8-sig")).record(), retrieved_on)


def read_page(text: str) -> Sections:
    """Return the sections of a page's text."""
    sections, label, lines = Sections(), "", list(text.splitlines())
    blocks: dict[str, list[tuple[int, str]]] = {}
    for number, line in enumerate(lines, start=1):
        found = _LABEL.match(line)
        if found:
            label = fold(found.group(1)).strip()
            blocks.setdefault(label, [])
            line = found.group(2)
        if label and line.strip():
            blocks[label].append((number, line))
    for name, block in blocks.items():
        sections.texts[name] = "\n".join(line for _, line in block)
    _methods(sections, blocks.get("cach thuc thuc hien", []))
    _papers(sections, blocks.get("thanh phan ho so", []))
    for number, line in blocks.get("can cu phap ly", []):
        found = _BASIS.match(line)
        if found:
            sections.add_legal_basis(found.group(1) or "", found.group(2), f"line {number}")
    return sections


def _methods(sections: Sections, block: list[tuple[int, str]]) -> None:
    row: dict[str, str] = {}
    patterns = (("time", _TIME), ("fee", _FEE), ("note", _NOTE))
    at, last = "", ""

    def finish() -> None:
        if row:
            sections.add_method([row.get(name, "") for name in ("channel", "time", "fee", "note")], at)

    for number, line in block:
        start = _METHOD.match(line)
        if start:
            finish()
            row, at, last = {"channel": start.group(1)}, f"line {number}", ""
            continue
        found = next(((name, match) for name, pattern in patterns if (match := pattern.match(line))), None)
        if found and row:
            last = found[0]
            joined = f"{row[last]}\n{found[1].group(1)}" if last in row else found[1].group(1)
            row[last] = joined
        elif last:
            row[last] += f" {line.strip()}"
    finish()


def _papers(sections: Sections, block: list[tuple[int, str]]) -> None:
    paper: dict[str, str] = {}
    at = ""

    def finish() -> None:
        if paper:
            sections.add_paper(paper["name"], paper.get("quantity", ""), paper.get("form", ""), at)
            paper.clear()

    for number, line in block:
        case, start = _CASE.match(line), _PAPER.match(line)
        quantity, form = _QUANTITY.match(line), _FORM.match(line)
        if case:
            finish()
            sections.start_case(case.group(1), f"line {number}")
        elif quantity and paper:
            paper["quantity"] = quantity.group(1)
        elif form and paper:
            paper["form"] = form.group(1)
        elif start and (not paper or "quantity" in paper):
            finish()
            paper["name"], at = start.group(1), f"line {number}"
        elif paper and "quantity" not in paper:
            paper["name"] += f"\n{line.strip()}"
    finish()
