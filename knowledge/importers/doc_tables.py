"""The tables of the portal's Word export (ChiTietTTHC_….doc) as JSON: metadata, content, tables."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from knowledge.importers.base import Head, Importer
from knowledge.importers.portal_record import parse
from knowledge.importers.sections import Sections
from knowledge.models import Procedure
from knowledge.text import fold


class DocTables(Importer):
    name = "doc-tables"
    label = "tables of the portal's Word export as JSON"

    def recognises(self, head: Head) -> bool:
        """Known by its three parts: metadata, content, tables."""
        content = head.content.lstrip(b"\xef\xbb\xbf \r\n\t")
        return content.startswith(b"{") and b'"metadata"' in content and b'"content"' in content

    def parse(self, content: bytes, retrieved_on: date | None) -> Procedure:
        document = json.loads(content.decode("utf-8-sig"))
        if not isinstance(document, dict):
            raise ValueError("expected a JSON object with metadata, content and tables")
        return parse(read_tables(document).record(), retrieved_on)


def read_tables(document: dict[str, Any]) -> Sections:
    """Return the sections of an export's tables."""
    sections = Sections()
    for part in ("metadata", "content"):
        for name, value in _mapping(document.get(part)).items():
            sections.texts[fold(name).replace("_", " ")] = _text(value)
    sections.texts["yeu cau, dieu kien"] = sections.texts.get("yeu cau dieu kien thuc hien", "")
    tables = _mapping(document.get("tables"))
    for number, row in _rows(tables, "hinh_thuc_nop"):
        at = f"/tables/hinh_thuc_nop/{number}"
        names = ("hinh_thuc", "thoi_han_giai_quyet", "phi_le_phi", "mo_ta")
        sections.add_method([_text(row.get(name)) for name in names], at)
    for number, row in _rows(tables, "thanh_phan_ho_so"):
        # The export's columns are shifted: the form stands under the quantity, the quantity under the note.
        form, quantity = _text(row.get("so_luong")), _text(row.get("ghi_chu"))
        sections.add_paper(_text(row.get("ten_giay_to")), quantity, form, f"/tables/thanh_phan_ho_so/{number}")
    for number, row in _rows(tables, "can_cu_phap_ly"):
        at = f"/tables/can_cu_phap_ly/{number}"
        sections.add_legal_basis(_text(row.get("so_ky_hieu")), _text(row.get("trich_yeu")), at)
    return sections


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _rows(tables: dict[str, Any], name: str) -> list[tuple[int, dict[str, Any]]]:
    rows = tables.get(name)
    return [(number, row) for number, row in enumerate(rows if isinstance(rows, list) else []) if isinstance(row, dict)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
