"""Old words of a published text are told beside it; the text itself stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from knowledge import blocks as b
from knowledge.answers import answer
from knowledge.facts import Fact
from knowledge.models import LegalBasis, Origin
from knowledge.outdated import outdated_notices
from knowledge.wording import load_wording
from tests.fixtures.catalogue import TODAY, procedure

PORTAL = procedure(origin=Origin.PORTAL)


def told(*texts, of=PORTAL, today=TODAY):
    return outdated_notices([b.paragraph(text) for text in texts], of, today, load_wording())


@pytest.mark.requirement("R-09")
def test_an_old_body_is_named_as_published_and_what_holds_is_said():
    (notice,) = told("Nộp tại Uỷ ban nhân dân huyện nơi ở")
    assert "“Uỷ ban nhân dân huyện”" in notice
    assert "Từ 1/7/2025" in notice


def test_one_notice_a_kind_and_at_most_two():
    texts = ["UBND huyện", "Công an huyện", "sổ hộ khẩu", "dichvucong.hochiminhcity.gov.vn"]
    assert len(told(*texts[:2])) == 1
    assert len(told(*texts)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Công an cấp xã",
        "giấy do UBND huyện cấp trước ngày 01/7/2025",
        "không phải nộp, xuất trình sổ hộ khẩu",
        "chứng minh nhân dân hoặc thẻ căn cước",
        "phường Thủ Đức",
    ],
)
def test_what_misleads_nobody_is_not_noticed(text):
    assert told(text) == ()


def test_a_law_is_old_from_its_day_on():
    assert told("theo Nghị định 61/2018/NĐ-CP", today=date(2025, 6, 30)) == ()
    assert "118/2025/NĐ-CP" in told("theo Nghị định 61/2018/NĐ-CP", today=date(2025, 7, 1))[0]


def test_the_title_of_a_law_is_no_address():
    laws = (LegalBasis("1/2025/QĐ-UBND", "Bãi bỏ phòng chuyên môn thuộc UBND huyện"), LegalBasis("61/2018/NĐ-CP", ""))
    record = replace(PORTAL, legal_bases=laws)
    notices = [block.text for block in answer(record, (Fact.LEGAL_BASIS,), TODAY).blocks if block.kind == "notice"]
    assert any("61/2018/NĐ-CP" in notice for notice in notices)
    assert not any("UBND huyện" in notice for notice in notices)


def test_a_lawful_use_is_not_noticed():
    assert told("bản sao sổ hộ khẩu", of=procedure("1.004884", origin=Origin.PORTAL)) == ()
    assert told("bản sao sổ hộ khẩu") != ()


@pytest.mark.requirement("R-09")
def test_the_notice_stands_before_the_source_of_a_published_record_only():
    record = replace(PORTAL, intake_address="UBND quận", handling_agency="UBND quận")
    shown = answer(record, (Fact.PLACE,), TODAY).blocks
    assert isinstance(shown[-1], b.SourceNote)
    assert any("UBND quận" in block.text for block in shown[:-1] if block.kind == "notice")
    ours = answer(replace(record, origin=Origin.CURATED), (Fact.PLACE,), TODAY).blocks
    assert not any("Bản công bố còn" in getattr(block, "text", "") for block in ours)
