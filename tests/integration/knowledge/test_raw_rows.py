"""Every fact of all published records points to the raw row it was read from, and no raw row of papers is lost."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from knowledge.importers.portal_json import record_in
from knowledge.importers.portal_record import parse
from knowledge.models import Procedure
from knowledge.text import clean_line

pytestmark = pytest.mark.timeout(300)
RECORDS = 5664


@pytest.fixture(scope="module")
def raw_and_read(shared_data) -> list[tuple[dict[str, Any], Procedure]]:
    path = shared_data / "catalogue" / "portal_detail_2026-07-18.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        raw = [record_in(json.loads(line)) for line in lines]
    return [(record, parse(record, None)) for record in raw]


def facts_of(record: Procedure) -> Iterator[str]:
    for case in record.dossier:
        yield from (f"dossier/{case.id}/{part.id}" for part in case.components)
    yield from (f"steps/{place}" for place in range(len(record.steps)))
    yield from (f"result_documents/{place}" for place in range(len(record.result_documents)))
    yield from (f"legal_bases/{place}" for place in range(len(record.legal_bases)))
    for way in record.submission_methods:
        path = f"submission_methods/{way.method.value}"
        yield path
        yield from (f"{path}/times/{place}" for place in range(len(way.times)))
        yield from (f"{path}/fees/{place}" for place in range(len(way.fees)))


def at(document: Any, pointer: str) -> Any:
    """What a JSON pointer leads to; raises where it leads nowhere."""
    for step in pointer.removeprefix("/").split("/"):
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


@pytest.mark.requirement("R-03")
def test_every_fact_points_to_its_raw_row_and_every_pointer_to_a_fact(raw_and_read):
    assert len(raw_and_read) == RECORDS
    pointers = 0
    for raw, record in raw_and_read:
        facts = set(facts_of(record))
        assert facts - {ref.fact for ref in record.raw_refs} == set(), record.code
        cases = {f"dossier/{case.id}" for case in record.dossier}
        assert {ref.fact for ref in record.raw_refs} - facts - cases == set(), record.code
        for ref in record.raw_refs:
            assert at(raw, ref.raw), (record.code, ref)
        pointers += len(record.raw_refs)
    print("\npointers:", pointers)
    assert pointers > 100_000


@pytest.mark.requirement("R-03")
def test_every_raw_row_of_papers_is_a_paper_a_remark_or_a_heading(raw_and_read):
    for raw, record in raw_and_read:
        named = {ref.raw for ref in record.raw_refs}
        for number, group in enumerate(raw.get("executionCases") or []):
            for place, row in enumerate(group.get("profileComponents") or []):
                if re.search(r"\w", clean_line(row.get("name") or "")):
                    assert f"/executionCases/{number}/profileComponents/{place}" in named, record.code


@pytest.mark.requirement("R-03")
def test_no_word_of_a_step_or_a_paper_is_lost(raw_and_read):
    for raw, record in raw_and_read:
        papers = words(
            " ".join(f"{case.case} {part.name} {part.condition}" for case in record.dossier for part in case.components)
        )
        for group in raw.get("executionCases") or []:
            for row in group.get("profileComponents") or []:
                assert words(row.get("name")) - papers <= LABELS, record.code
        steps = words(" ".join(record.steps))
        for block in raw.get("executionSteps") or []:
            assert words(block.get("description")) - steps <= LABELS, record.code


LABELS = {
    *("bước", "thủ", "tục", "trình", "tự", "thực", "hiện", "các", "giấy", "tờ", "phải", "nộp", "xuất", "thành", "phần"),
    *("hồ", "sơ", "bao", "gồm", "số", "lượng", "bộ", "một"),
}
"""Words of the headings that only announce papers or steps."""


def words(text: str | None) -> set[str]:
    """The words of a text, without the numbers and letters that rows and steps are counted with."""
    found = re.findall(r"\w+", clean_line(text or "").lower())
    return {word for word in found if len(word) > 1 and not re.fullmatch(r"\d{1,2}", word)}
