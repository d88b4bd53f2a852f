"""Acting for another: what the record says of it, or that it says nothing; never a guess."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge import blocks as b
from knowledge.models import DossierCase, DossierComponent
from knowledge.proxy import proxy_blocks
from knowledge.wording import load_wording
from tests.fixtures.catalogue import procedure

UNKNOWN = "không ghi rõ người khác có được nộp thay"


def said(record):
    return b.to_text(proxy_blocks(record, load_wording()))


@pytest.mark.requirement("R-02")
def test_a_record_without_a_word_on_it_is_said_to_have_none_first_of_all():
    blocks = proxy_blocks(procedure(), load_wording())
    assert UNKNOWN in blocks[1].text
    assert isinstance(blocks[-1], b.SourceNote)


@pytest.mark.parametrize(
    "who",
    [
        "Người dưới 14 tuổi do người đại diện hợp pháp đề nghị.",
        "Người chưa thành niên cần người giám hộ đồng ý.",
        "",
    ],
)
def test_who_stands_for_a_minor_says_nothing_of_a_grown_person(who):
    assert UNKNOWN in said(procedure(who=who))


@pytest.mark.parametrize("who", ["Người nuôi chim hoặc người được ủy quyền nộp.", "Chủ nhà nộp thay theo danh sách."])
def test_what_the_record_says_of_who_stands_alone(who):
    assert who in said(procedure(who=who))
    assert UNKNOWN not in said(procedure(who=who))


def test_papers_conditions_and_notes_on_proxies_are_named_once_and_are_few():
    paper = DossierComponent("proxy", "Văn bản ủy quyền", originals=1, condition="nếu nhờ người khác")
    notes = tuple(f"Ủy quyền cách {number}." for number in range(9))
    record = replace(
        procedure(notes=("Văn bản ủy quyền có chứng thực.", *notes)), dossier=(DossierCase("a", "", (paper,)),)
    )
    text = said(record)
    assert text.count("Văn bản ủy quyền (nếu nhờ người khác)") == 1
    assert text.count("• ") == 4
    assert "xem giấy tờ cần có" in text
