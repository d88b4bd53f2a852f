"""A procedure kept as Markdown: the sections of the portal's page as headings, its tables as tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from knowledge.importers.base import Head, Importer
from knowledge.importers.portal_record import parse
from knowledge.importers.sections import Sections
from knowledge.models import Procedure
from knowledge.text import clean_line, fold

_SECTION = re.compile(rb"^## +Th\xc3\xb4ng tin chung", re.MULTILINE)
_CODE = re.compile(rb"^\*\s+\*\*M\xc3\xa3 th\xe1\xbb\xa7 t\xe1\xbb\xa5c:\*\*", re.MULTILINE)
_FIELD = re.compile(r"^([^:]{2,40}):\s*(.*)$", re.DOTALL)
_DEEPEST = 20


@dataclass
class _Part:
    """What stands under one heading: paragraphs and list entries, and tables as rows with their line."""

    level: int
    title: str
    line: int
    texts: list[str] = field(default_factory=list)
    tables: list[list[tuple[int, list[str]]]] = field(default_factory=list)


class DetailMarkdown(Importer):
    name = "detail-md"
    label = "a procedure's page kept as Markdown"

    def recognises(self, head: Head) -> bool:
        """Known by the heading of its first section and the code's label under it."""
        return bool(_SECTION.search(head.content) and _CODE.search(head.content))

    def parse(self, content: bytes, retrieved_on: date | None) -> Procedure:
        return parse(read_markdown(content.decode("utf-8-sig")).record(), retrieved_on)


def read_markdown(text: str) -> Sections:
    """Return the sections of a Markdown page."""
    sections, section = Sections(), ""
    for part in _parts(text):
        if part.level == 1:
            sections.texts["ten thu tuc"] = part.title
        elif part.level == 2:
            section = fold(part.title)
            sections.texts[section] = "\n".join(part.texts)
        _take(sections, section, part)
    return sections


def _take(sections: Sections, section: str, part: _Part) -> None:
    rows = [(f"line {line}", cells) for table in part.tables for line, cells in table]
    if section == "thong tin chung":
        found = (_FIELD.match(text) for text in part.texts)
        sections.texts |= {fold(match.group(1)).strip(): match.group(2) for match in found if match}
    elif section == "ket qua xu ly" and part.level == 2:
        sections.results = [text for text in part.texts if fold(text) != "khong co thong tin"]
    elif section == "cach thuc thuc hien":
        for at, cells in rows:
            sections.add_method(cells, at)
    elif section == "can cu phap ly":
        for at, cells in rows:
            title, number = (*cells, "", "")[:2]
            sections.add_legal_basis(number, title, at)
    elif section == "thanh phan ho so":
        _papers(sections, part)


def _papers(sections: Sections, part: _Part) -> None:
    for number, table in enumerate(part.tables):
        # A second table under one heading is a group of its own: its heading is empty and leaves no trace.
        sections.start_case(part.title if part.level > 2 and number == 0 else "", f"line {part.line}")
        for line, cells in table:
            name, originals, copies, form = (*cells, "", "", "", "")[:4]
            sections.add_paper(name, f"{originals} bản chính, {copies} bản sao", form, f"line {line}")


def _parts(text: str) -> list[_Part]:
    from markdown_it import MarkdownIt

    reader = _Reader()
    for token in MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable("table").parse(text):
        reader.take(token)
    return reader.parts


class _Reader:
    """Sorts a page's tokens under its headings."""

    def __init__(self) -> None:
        self.parts = [_Part(0, "", 1)]
        self._row: list[str] | None = None
        self._kind, self._level, self._line = "", 0, 0

    def take(self, token: Any) -> None:
        if token.type in ("heading_open", "th_open", "td_open"):
            self._kind = token.type
            self._level = int(token.tag[1]) if token.type == "heading_open" else 0
        elif token.type == "table_open":
            self.parts[-1].tables.append([])
        elif token.type == "tr_open":
            self._row, self._line = [], (token.map or [0])[0] + 1
        elif token.type == "tr_close":
            if self._kind == "td_open":
                self.parts[-1].tables[-1].append((self._line, self._row or []))
            self._row = None
        elif token.type == "inline":
            self._text(token)
        elif token.type in ("code_block", "fence", "html_block"):
            self.parts[-1].texts.append(token.content)

    def _text(self, token: Any) -> None:
        said = _plain(token)
        if self._kind == "heading_open":
            self.parts.append(_Part(self._level, clean_line(said), (token.map or [0])[0] + 1))
            self._kind = ""
        elif self._row is not None:
            self._row.append(said)
        else:
            self.parts[-1].texts.append(said)


def _plain(token: Any) -> str:
    """The text of an inline token: marks gone, the words of links kept, codes as they are."""
    words = []
    for child in token.children or ():
        if child.type in ("text", "code_inline", "html_inline"):
            words.append(f"`{child.content}`" if child.type == "code_inline" else child.content)
        elif child.type in ("softbreak", "hardbreak"):
            words.append("\n")
    return "".join(words).strip()
