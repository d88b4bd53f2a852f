"""Nothing a citizen reads names what no longer exists: abolished bodies, papers and laws that were replaced.

Everything that is said is read here: curated records, phrases, responses, the hub's and the widget's words. What people
*type* (aliases, sample questions, lexicon, training examples) may be in any words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from knowledge.settings import CONTENT_DIR, ROOT

TYPED_BY_PEOPLE = {"aliases", "sample_questions"}

# What must not be said → why.
FORBIDDEN = {
    r"\b(UBND|Ủy ban nhân dân|Uỷ ban nhân dân)( các)? (quận|huyện|cấp huyện)": "abolished on 2025-07-01",
    r"\b(cấp|ở|tại|thuộc) (quận|huyện)\b": "abolished on 2025-07-01",
    r"quận[,/ ]+huyện": "abolished on 2025-07-01",
    r"Phòng Tư pháp": "abolished with the districts",
    r"[Cc]ông an (cấp )?(quận|huyện)": "abolished on 2025-03-01",
    r"(TP\.?|[Tt]hành phố) Thủ Đức": "abolished on 2025-07-01",
    r"Chi cục [Tt]huế (quận|huyện|khu vực)": "reorganised in 2025",
    r"\bCMND\b|[Cc]hứng minh nhân dân": "replaced by the citizen's identity card",
    r"[Ss]ổ hộ khẩu|[Ss]ổ tạm trú": "no longer issued or demanded since 2023",
    r"\b61/2018": "replaced by 118/2025/NĐ-CP",
    r"\b59/2022": "replaced by 69/2024/NĐ-CP",
    r"\b13/2023/NĐ-CP": "replaced by 356/2025/NĐ-CP",
    r"\b85/2016": "replaced by 331/2026/NĐ-CP",
    r"dichvucong\.hochiminhcity\.gov\.vn": "takes no filings since 2025-07-01",
    r"Sở Thông tin và Truyền thông": "merged",
    r"\b18001096\b|1800\.?1166": "not verified",
    r"\b2[35][35]6/QĐ-UBND": "the directive contradicts itself on this number",
}

# (part of the place, pattern found, part of the sentence) that may stand, with the reason.
ALLOWED = [
    ("legal_bases", "sổ hộ khẩu", "Bỏ việc nộp, xuất trình sổ hộ khẩu", "the decree that abolished it, by its subject"),
    ("legal_bases", "sổ tạm trú", "Bỏ việc nộp, xuất trình sổ hộ khẩu", "the decree that abolished it, by its subject"),
    ("1.004884.yml", "Sổ hộ khẩu", "không bắt buộc; nếu còn giữ", "old evidence, lawful and optional (R-11)"),
    ("1.004884.yml", "sổ tạm trú", "không bắt buộc; nếu còn giữ", "old evidence, lawful and optional (R-11)"),
    ("1.004884.yml", "chứng minh nhân dân", "chứng minh nhân dân cũ", "an old paper that serves as evidence"),
    ("1.003197.yml", "chứng minh nhân dân", "số chứng minh nhân dân 9 số cũ", "an old number, as the record names it"),
    ("1.013978.yml", "cấp huyện", "cấp trước ngày 01/7/2025", "an old paper, issued before the district was abolished"),
    ("paper_check", "Sổ hộ khẩu", "không còn là giấy tờ bắt buộc", "says that it is no longer needed"),
    ("paper_check", "sổ tạm trú", "không còn là giấy tờ bắt buộc", "says that it is no longer needed"),
]


def strings(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from strings(item, f"{place}.{number}")
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in TYPED_BY_PEOPLE:
                yield from strings(item, f"{place}.{key}")


def everything_said() -> Iterator[tuple[str, str]]:
    """(place, text) of everything that a citizen can read."""
    for path in sorted((CONTENT_DIR / "procedures").glob("*.yml")):
        yield from strings(yaml.safe_load(path.read_text("utf-8")), path.name)
    for event in yaml.safe_load((CONTENT_DIR / "life_events.yml").read_text("utf-8")):
        yield from strings({"title": event["title"], "for": [step["for"] for step in event["steps"]]}, event["event"])
    yield from strings(yaml.safe_load((CONTENT_DIR / "wording.yml").read_text("utf-8")), "wording.yml")
    yield from strings(yaml.safe_load((ROOT / "bot" / "hub" / "wording.yml").read_text("utf-8")), "hub/wording.yml")
    for path in sorted((ROOT / "domain").glob("*.yml")):
        domain = yaml.safe_load(path.read_text("utf-8")) or {}
        yield from strings(domain.get("responses") or {}, f"domain/{path.name}")
    for number, line in enumerate((ROOT / "bot" / "widget" / "words.js").read_text("utf-8").splitlines(), 1):
        for text in re.findall(r"[\"`]([^\"`]+)[\"`]", line):
            yield f"words.js.{number}", text


@pytest.fixture(scope="module")
def said() -> list[tuple[str, str]]:
    return list(everything_said())


def allowed(place: str, found: str, text: str) -> bool:
    return any(part in place and found == word and inside in text for part, word, inside, _ in ALLOWED)


def test_everything_a_citizen_reads_is_looked_at(said):
    places = {place.split(".")[0] if place[0].isalpha() else "records" for place, _ in said}
    assert {"records", "wording", "hub/wording", "words", "domain/procedure", "domain/smalltalk"} <= places
    assert len(said) > 2000
    assert not [place for place, _ in said if "aliases" in place or "sample_questions" in place]


@pytest.mark.requirement("R-09", "R-11")
@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_nothing_that_no_longer_exists_is_named(said, pattern):
    faults = [
        f"{place}: {match.group(0)!r} ({FORBIDDEN[pattern]}): {text[:160]}"
        for place, text in said
        for match in re.finditer(pattern, text)
        if not allowed(place, match.group(0), text)
    ]
    assert faults == []


def test_the_filter_catches_what_it_is_for():
    caught = [
        "Nộp tại UBND quận 1",
        "Ủy ban nhân dân huyện Củ Chi",
        "Phòng Tư pháp",
        "Công an quận",
        "TP Thủ Đức",
        "mang theo CMND",
        "xuất trình sổ hộ khẩu",
        "Nghị định 61/2018/NĐ-CP",
        "Nghị định 59/2022/NĐ-CP",
        "dichvucong.hochiminhcity.gov.vn",
        "nộp ở quận, huyện nơi ở",
    ]
    for text in caught:
        assert any(re.search(pattern, text) for pattern in FORBIDDEN), text
    for text in ("Công an cấp xã", "Ủy ban nhân dân cấp xã", "Bộ Tư pháp", "118/2025/NĐ-CP", "hộ khẩu", "thành phố"):
        assert not any(re.search(pattern, text) for pattern in FORBIDDEN), text


def test_every_exception_is_still_needed(said):
    for part, word, inside, reason in ALLOWED:
        assert reason
        assert any(part in place and word in text and inside in text for place, text in said), (part, word)


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
        for basis in yaml.safe_load(path.read_text("utf-8"))["legal_bases"]:
            assert re.search(r"\d+[/.]\d{2,4}|/", basis["number"]), f"{path.name}: {basis['number']}"
