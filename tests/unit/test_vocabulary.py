"""Nothing a citizen reads names what no longer exists: abolished bodies, papers and laws that were replaced.

The words are data (knowledge/content/vocabulary.yml), the reading is `tools.vocabulary`; both are tried here.
"""

from __future__ import annotations

import re

import pytest
import yaml

from knowledge.settings import CONTENT_DIR
from knowledge.vocabulary import ANY_WORD, exemptions, groups, lowered, words
from tools.vocabulary import everything_answered, everything_said, faults_in

# A sentence for each group of words that must be caught, and near misses that must not.
CAUGHT = {
    "abolished_bodies": ["Nộp tại UBND quận 1", "Uỷ ban nhân dân huyện Củ Chi", "Phòng Tư pháp", "ở TP. Thủ Đức"],
    "household_books": ["xuất trình sổ hộ khẩu", "Sổ tạm trú", "bản sao hộ khẩu"],
    "old_papers": ["mang theo CMND", "Giấy chứng minh nhân dân"],
    "old_portals": ["nộp ở https://dichvucong.hochiminhcity.gov.vn/vi"],
    "districts": ["nộp ở quận, huyện nơi ở", "Ủy ban quận"],
    "merged_agencies": ["Sở Thông tin và Truyền thông"],
    "doubtful_numbers": ["Quyết định 2356/QĐ-UBND"],
    "laws": ["Nghị định 61/2018/NĐ-CP", "Nghị định 59/2022", "13/2023/NĐ-CP", "85/2016/NĐ-CP"],
}
NEAR_MISSES = [
    "Công an cấp xã", "Ủy ban nhân dân cấp xã", "Bộ Tư pháp", "Sở Tư pháp", "118/2025/NĐ-CP", "chuyển hộ khẩu",
    "phường Thủ Đức", "tại quán ăn", "cấp quân hàm", "dichvucong.gov.vn", "Sở Khoa học và Công nghệ",
    "161/2018/NĐ-CP", "61/2018/TT-BTC",
    "chứng minh nơi ở", "12356/QĐ-UBND",
]  # fmt: skip


def found(*texts):
    return [fault.word for fault in faults_in(("somewhere", text) for text in texts)]


@pytest.fixture(scope="module")
def said() -> list[tuple[str, str]]:
    return list(everything_said())


@pytest.fixture(scope="module")
def answered() -> list[tuple[str, str]]:
    return list(everything_answered())


def test_everything_a_citizen_reads_is_looked_at(said):
    places = {place.split(".")[0].split("/")[0] for place, _ in said}
    assert {"procedures", "wording", "hub", "words", "domain", "demo", "embed"} <= places
    assert len(said) > 2000
    assert not [place for place, _ in said if "aliases" in place or "sample_questions" in place]


@pytest.mark.requirement("R-09", "R-11")
def test_nothing_that_no_longer_exists_is_named(said):
    assert [*faults_in(said)] == []


@pytest.mark.requirement("R-09", "R-11")
def test_no_answer_names_what_no_longer_exists(answered):
    assert len(answered) > 5000
    assert [*faults_in(answered)] == []


@pytest.mark.parametrize("kind", CAUGHT)
def test_the_filter_catches_what_it_is_for(kind):
    for text in CAUGHT[kind]:
        assert found(text), text


def test_every_group_of_words_has_a_case_that_fires():
    assert set(groups()) == set(CAUGHT) - {"laws"}
    for name in groups():
        assert any(words(name).pattern.search(lowered(text)) for text in CAUGHT[name]), name


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_look_alikes_may_stand(text):
    assert found(text) == []


def test_every_exception_is_still_needed(said, answered):
    everything = [*said, *answered]
    for entry in exemptions():
        assert entry.why
        covered = [(place, text) for place, text in everything if entry.place in place and entry.beside in text]
        assert any(entry.word == ANY_WORD or entry.word in lowered(text) for _, text in covered), entry


def test_an_exception_holds_only_where_and_beside_what_it_says():
    told = "Sổ hộ khẩu không bắt buộc; nếu còn giữ thì đưa thêm."
    assert [*faults_in([("procedures/1.004884.yml", told)])] == []
    assert [*faults_in([("procedures/1.004222.yml", told)])] != []
    assert [*faults_in([("procedures/1.004884.yml", "Mang sổ hộ khẩu.")])] != []


@pytest.mark.requirement("R-16")
def test_nobody_is_ever_asked_for_a_secret(said):
    asks = re.compile(
        r"(?<!không )(?<!đừng )(nhập|gửi|cho|đọc|cung cấp)( tôi| em| mình)? (mật khẩu|mã OTP|mã PIN|CVV)", re.I
    )
    faults = [(place, text) for place, text in said if asks.search(text) and not re.search(r"[Đđ]ừng|[Kk]hông", text)]
    assert faults == []


def test_people_are_addressed_politely(said):
    rude = re.compile(r"\b(mày|ông bà già|lỗi của anh/chị|do anh/chị sai|bạn phải)\b", re.I)
    assert [(place, text) for place, text in said if rude.search(text)] == []


@pytest.mark.requirement("R-20")
def test_no_account_number_and_no_unverified_telephone_is_said(said):
    numbers = re.compile(r"(?<![\d./-])(\+84|0)\d{8,10}(?!\d)|\b1[89]00[ .]?\d{4}\b|(?i:số tài khoản|quét mã QR)")
    assert [(place, text) for place, text in said if numbers.search(text)] == []


@pytest.mark.requirement("R-09")
def test_every_law_cited_is_cited_in_full():
    for path in sorted((CONTENT_DIR / "procedures").glob("*.yml")):
        for basis in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["legal_bases"]:
            assert re.search(r"\d+[/.]\d{2,4}|/", basis["number"]), f"{path.name}: {basis['number']}"
