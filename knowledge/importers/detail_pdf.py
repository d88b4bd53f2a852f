"""The portal's PDF export of a procedure, read from its text layer: capital headings, tables with drawn cells."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from knowledge.importers.base import Head, Importer
from knowledge.importers.portal_record import parse
from knowledge.importers.sections import Sections
from knowledge.models import Procedure
from knowledge.text import clean_line, fold

_MOST_PAGES = 300
_HEADINGS = {
    "trinh tu thuc hien",
    "thanh phan ho so",
    "cach thuc thuc hien",
    "co quan thuc hien",
    "ket qua xu ly",
    "ket qua thuc hien",
    "can cu phap ly",
    "yeu cau, dieu kien thuc hien",
    "yeu cau, dieu kien",
    "tu khoa",
    "mo ta",
    "thu tuc hanh chinh lien quan",
}
_NEW_LINE = re.compile(r"^\s*([-+*•]|Bước\s+\d|[a-zđ0-9]{1,3}[).]\s)", re.IGNORECASE)
_VOWEL = re.compile(r"[aeiouy]")


class DetailPdf(Importer):
    name = "detail-pdf"
    label = "the portal's PDF export"

    def recognises(self, head: Head) -> bool:
        """Known as a PDF; whether it is the portal's shows in its text."""
        return head.content[:1024].lstrip().startswith(b"%PDF-")

    def parse(self, content: bytes, retrieved_on: date | None) -> Procedure:
        return parse(read_pdf(content).record(), retrieved_on)


def read_pdf(content: bytes) -> Sections:
    """Return the sections of a PDF; raise ValueError where it has no text layer or is no procedure."""
    parts = _parts(content)
    sections = Sections()
    for heading, lines, tables in parts:
        sections.texts[heading] = _unwrapped(lines)
        for at, rows in tables:
            _take(sections, heading, at, rows)
    if not sections.text("ma thu tuc"):
        raise ValueError("the PDF is not the portal's export of a procedure: it has no Mã thủ tục")
    return sections


def _unwrapped(lines: list[str]) -> str:
    """Join the lines that were broken only because the page is narrow."""
    text = ""
    for line in lines:
        text += ("\n" if _NEW_LINE.match(line) else " ") + line if text else line
    return text


def _take(sections: Sections, heading: str, at: str, rows: list[list[str]]) -> None:
    for number, cells in enumerate(rows, start=1):
        place = f"{at}, row {number}"
        first = fold(clean_line(cells[0]))
        if not heading and len(cells) >= 2:
            sections.texts[first] = clean_line(cells[1])
        elif heading == "thanh phan ho so":
            _paper_row(sections, cells, first, place, number == 1)
        elif heading == "cach thuc thuc hien" and len(cells) >= 4:
            sections.add_method([cells[0], clean_line(cells[1]), *cells[2:4]], place)
        elif heading == "can cu phap ly" and first != "ten van ban phap ly" and len(cells) >= 2:
            sections.add_legal_basis(cells[1], cells[0], place)


def _paper_row(sections: Sections, cells: list[str], first: str, place: str, is_first: bool) -> None:
    others = [cell for cell in cells[1:] if cell.strip()]
    if first == "ten giay to":
        return
    if not others and (is_first or not sections.cases):
        last = sections.cases[-1]["profileComponents"] if sections.cases else []
        if last and cells[0][:1].islower():
            _continue(last[-1], cells)
        else:
            sections.start_case(clean_line(cells[0]), place)
        return
    papers = sections.cases[-1]["profileComponents"] if sections.cases else []
    if is_first and papers and cells[0][:1].islower():
        _continue(papers[-1], cells)
        return
    quantity = cells[2] if len(cells) > 2 else ""
    sections.add_paper(cells[0], quantity, cells[1] if len(cells) > 1 else "", place)


def _continue(paper: dict[str, Any], cells: list[str]) -> None:
    """Put the rest of a row that the page break cut, even within a word, behind its beginning."""
    paper["name"] = _joined(paper["name"], cells[0])
    if len(cells) > 1 and cells[1].strip() and paper["attachments"]:
        form = paper["attachments"][0]
        form["fileName"] = _joined(form["fileName"], clean_line(cells[1]))


def _joined(start: str, rest: str) -> str:
    last = start.rsplit(None, 1)[-1] if start.strip() else ""
    torn = last.isalpha() and not _VOWEL.search(fold(last))
    return f"{start}{'' if torn else ' '}{rest}"


Part = tuple[str, list[str], list[tuple[str, list[list[str]]]]]


def _parts(content: bytes) -> list[Part]:
    import pdfplumber
    from pdfminer.pdfexceptions import PDFException
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        with pdfplumber.open(io.BytesIO(content)) as document:
            if len(document.pages) > _MOST_PAGES:
                raise ValueError(f"{len(document.pages)} pages: that is no export of one procedure")
            parts: list[Part] = [("", [], [])]
            seen = False
            for page in document.pages:
                for kind, at, value in _page(page):
                    seen = True
                    if kind == "table":
                        parts[-1][2].append((at, value))
                    elif _is_heading(value):
                        parts.append((fold(clean_line(value)), [], []))
                    else:
                        parts[-1][1].append(value)
    except (PDFException, PdfminerException, AssertionError, OSError) as error:
        raise ValueError(f"the PDF cannot be read: {error or type(error).__name__}") from error
    if not seen:
        raise ValueError("the PDF has no text layer: it is a picture, and pictures are not read")
    return parts


def _is_heading(line: str) -> bool:
    return fold(clean_line(line)).rstrip(" :") in _HEADINGS and line.isupper()


def _page(page: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield lines and tables of a page in reading order; the words of a table are not lines as well."""
    tables = page.find_tables()
    boxes = [table.bbox for table in tables]
    found: list[tuple[float, str, str, Any]] = []
    for number, table in enumerate(tables, start=1):
        rows = [[cell or "" for cell in row] for row in table.extract()]
        found.append((table.bbox[1], "table", f"page {page.page_number}, table {number}", rows))
    for line in page.extract_text_lines():
        middle = (line["top"] + line["bottom"]) / 2
        if not any(top <= middle <= bottom for _, top, _, bottom in boxes):
            found.append((line["top"], "line", "", line["text"]))
    for _, kind, at, value in sorted(found, key=lambda item: item[0]):
        yield kind, at, value
