"""Parts of a DOCX as offices write them: A4, Times New Roman, ruled tables, page numbers; the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

FONT = "Times New Roman"
LONGEST_WHOLE = 14
"""Rows of a table that is kept on one page."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest moment that a ZIP can name."""


def new_paper(title: str, made_on: date) -> Paper:
    """Return an empty document with its margins, fonts and properties."""
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin = section.bottom_margin = Cm(2)
    section.left_margin, section.right_margin = Cm(3), Cm(2)
    for name, size in (("Normal", 13), ("Title", 15), ("Heading 1", 14), ("Heading 2", 13), ("Caption", 11)):
        _set_font(paper.styles[name], size)
    paper.styles["Normal"].paragraph_format.space_after = Pt(6)
    about = paper.core_properties
    about.title, about.author, about.language = title, "Trợ lý Một Cửa", "vi-VN"
    about.last_modified_by, about.comments, about.revision = "", "", 1
    about.created = about.modified = datetime(made_on.year, made_on.month, made_on.day)  # noqa: DTZ001 - wanted so
    return paper


def _set_font(style: Any, size: int) -> None:
    style.font.name, style.font.size = FONT, Pt(size)
    style.font.color.rgb = None
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), FONT)
    for name in ("asciiTheme", "hAnsiTheme", "cstheme", "eastAsiaTheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for border in style.element.iter(qn("w:pBdr")):
        border.getparent().remove(border)
        break
    colour = style.element.rPr.find(qn("w:color"))
    if colour is not None:
        style.element.rPr.remove(colour)


def add_centred(paper: Paper, text: str, style: str = "Normal", bold: bool = False) -> None:
    """Add a paragraph in the middle."""
    paragraph = paper.add_paragraph(style=style)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run(text).bold = bold


def add_text(paper: Paper, text: str, bold: bool = False) -> None:
    """Add a paragraph set to both margins."""
    paragraph = paper.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.add_run(text).bold = bold


def add_caption(paper: Paper, text: str) -> None:
    """Add what a table or a picture is, kept on one page with it."""
    paragraph = paper.add_paragraph(style="Caption")
    paragraph.paragraph_format.keep_with_next = True
    run = paragraph.add_run(text)
    run.bold, run.italic = True, False


def add_table(
    paper: Paper,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    numbers_from: int = 1,
    size: float = 11,
) -> None:
    """Add a ruled table; its head is repeated on every page, and a short table is not torn apart.

    widths: centimetres. numbers_from: from this column on there are numbers, which stand on the right. size: points.
    """
    table = paper.add_table(rows=1, cols=len(head), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    whole = len(rows) <= LONGEST_WHOLE
    _fill(table.rows[0], head, widths, _Look(size, bold=True, keep=True))
    _mark(table.rows[0], "w:tblHeader")
    for place, row in enumerate(rows):
        added = table.add_row()
        _fill(added, row, widths, _Look(size, numbers_from, keep=whole and place < len(rows) - 1))
        _mark(added, "w:cantSplit")
    paper.add_paragraph().paragraph_format.space_after = Pt(0)


@dataclass(frozen=True)
class _Look:
    size: float
    numbers_from: int = 0
    bold: bool = False
    keep: bool = False


def _fill(row: Any, texts: Sequence[str], widths: Sequence[float], look: _Look) -> None:
    for place, (cell, text, width) in enumerate(zip(row.cells, texts, widths, strict=True)):
        cell.width = Cm(width)
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(1)
        paragraph.paragraph_format.keep_with_next = look.keep
        if look.bold:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif place >= look.numbers_from:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = paragraph.add_run(text)
        run.font.size, run.bold = Pt(look.size), look.bold


def _mark(row: Any, name: str) -> None:
    properties = row._tr.get_or_add_trPr()
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    properties.append(mark)


def add_picture(paper: Paper, picture: bytes, about: str) -> None:
    """Add a picture across the page. about: what those read who do not see it."""
    paragraph = paper.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    shape = paragraph.add_run().add_picture(io.BytesIO(picture), width=Cm(16))
    shape._inline.docPr.set("descr", about)


def add_footer(paper: Paper, text: str, page_word: str) -> None:
    """Put a line with the number of the page under every page."""
    paragraph = paper.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(f"{text} – {page_word} ")
    run.font.size = Pt(10)
    for kind, said in (("begin", None), (None, "PAGE"), ("end", None)):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = said
        run = paragraph.add_run()
        run.font.size = Pt(10)
        run._r.append(part)


def to_bytes(paper: Paper) -> bytes:
    """Return the file; the same paper gives the same bytes, whenever it is written."""
    written = io.BytesIO()
    paper.save(written)
    again = io.BytesIO()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        names = sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            new.writestr(entry, old.read(name))
    return again.getvalue()
