"""A page scraped into flat texts, tables run together and units lost: papers, fees and times cannot be read from it.

What stands in a field of its own is taken; of glued tables nothing is, because a wrong paper is worse than none.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

from knowledge.importers.base import Head, Importer
from knowledge.importers.portal_record import parse
from knowledge.importers.sections import Sections
from knowledge.models import Completeness, OnlineLevel, Procedure

_LABELS = {
    "ma_thu_tuc": "ma thu tuc",
    "ten_thu_tuc": "ten thu tuc",
    "so_quyet_dinh": "so quyet dinh",
    "cap_thuc_hien": "cap thuc hien",
    "loai_thu_tuc": "loai thu tuc",
    "linh_vuc": "linh vuc",
    "doi_tuong_thuc_hien": "doi tuong thuc hien",
    "co_quan_thuc_hien": "co quan thuc hien",
    "co_quan_co_tham_quyen": "co quan co tham quyen",
    "co_quan_phoi_hop": "co quan phoi hop",
    "dia_chi_tiep_nhan": "dia chi tiep nhan",
    "trinh_tu_thuc_hien": "trinh tu thuc hien",
    "yeu_cau_dieu_kien": "yeu cau dieu kien",
}
_PAGE = "/thu-tuc-hanh-chinh/"


class FlatJson(Importer):
    name = "flat-json"
    label = "a page scraped into flat JSON texts"
    completeness = Completeness.GLUED

    def recognises(self, head: Head) -> bool:
        """Known by the names of its fields."""
        content = head.content.lstrip(b"\xef\xbb\xbf \r\n\t")
        return content.startswith(b"{") and b'"ma_thu_tuc"' in content and b'"ten_thu_tuc"' in content

    def parse(self, content: bytes, retrieved_on: date | None) -> Procedure:
        document: Any = json.loads(content.decode("utf-8-sig"))
        if not isinstance(document, dict):
            raise ValueError("expected a JSON object with ma_thu_tuc and ten_thu_tuc")
        sections = Sections()
        for name, label in _LABELS.items():
            sections.texts[label] = document[name] if isinstance(document.get(name), str) else ""
        url = document.get("detail_url")
        sections.url_id = url.rpartition(_PAGE)[2] if isinstance(url, str) and _PAGE in url else ""
        procedure = parse(sections.record(), retrieved_on)
        return replace(procedure, completeness=self.completeness, online_level=OnlineLevel.UNKNOWN)
