"""Somebody of another country is meant, or only a word that sounds so: countries.yml joined in code."""

from __future__ import annotations

import pytest

from knowledge.errors import RecordInvalidError
from knowledge.search.foreign import ForeignWords, load_foreign_words
from knowledge.search.normalise import LEXICON_DIR, added_words, expand_abbreviations, load_lexicon
from knowledge.text import fold

FOREIGN = "co yeu to nuoc ngoai"


def added(text):
    return " ".join(added_words(expand_abbreviations(text, load_lexicon()), load_lexicon()))


@pytest.mark.parametrize("plain", [str, fold], ids=["marked", "folded"])
@pytest.mark.parametrize(
    "text",
    [
        "chồng người Hàn",
        "vợ em quốc tịch Nhật",
        "bố là người Canada",
        "lấy chồng Đài",
        "chồng Đài Loan",
        "vợ Mỹ",
        "ông Tây thuê nhà",
        "mẹ tui gốc Hoa Kỳ",
        "bạn trai em người Úc",
        "ba mẹ Hàn Quốc",
        "bé có cha mang quốc tịch Anh",
        "cưới việt kiều",
        "con của người Lào",
        "kết hôn với người Thái",
        "chàng rể Ấn Độ",
    ],
)
def test_somebody_of_another_country(text, plain):
    assert FOREIGN in added(plain(text))


@pytest.mark.parametrize("plain", [str, fold], ids=["marked", "folded"])
@pytest.mark.parametrize(
    "text",
    [
        "hàn xì",
        "mở tiệm hàn xì",
        "chồng hàn gắn với vợ",
        "nhật ký",
        "mẹ nhật ký tên",
        "mỹ phẩm",
        "khách mỹ phẩm",
        "người lao động",
        "người đại diện theo pháp luật",
        "người Tây Ninh",
        "dân Mỹ Tho",
        "vợ ở Thái Bình",
        "vợ thai sản",
        "người bị thương",
        "người ăn theo",
        "người miền Tây",
        "chồng mà lại",
        "ông cụ bà cụ",
        "người pháp luật quy định",
        "người trúng thầu",
        "đi du lịch Hàn Quốc",
        "bằng lái Nhật Bản",
        "hàng Trung Quốc",
        "anh ơi",
        "quốc tịch",
    ],
)
def test_nobody_of_another_country(text, plain):
    assert FOREIGN not in added(plain(text))


def test_the_words_are_added_once():
    assert added("chồng người Hàn, vợ người Nhật").count(FOREIGN) == 1


def test_a_stricter_country_follows_only_its_groups():
    groups = {"kin": ["mẹ"], "spouse": ["chồng"], "people": ["người"], "nationality": ["quốc tịch"]}
    countries = [{"names": ["nga"], "after": "spouse"}, {"names": ["ý"], "after": "nationality"}, {"names": ["lào"]}]
    words = ForeignWords(
        {"means": "nước ngoài", "sayings": ["việt kiều"], "before": groups, "countries": countries, "bound": ["đi"]}
    )
    told = [lead + name for lead in ("me ", "chong ", "nguoi ", "quoc tich ") for name in ("nga", "y", "lao")]
    assert [text for text in told if words.stand_in(text.split())] == [
        "me lao", "chong nga", "chong lao", "nguoi nga", "nguoi lao", "quoc tich nga", "quoc tich y", "quoc tich lao",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "right"), [("before:", "after_all:"), ("after: spouse", "after: friends"), ("alone: true", "alone: 1")]
)
def test_a_spoilt_file_is_told_with_its_line(tmp_path, wrong, right):
    text = (LEXICON_DIR / "countries.yml").read_text("utf-8")
    path = tmp_path / "countries.yml"
    path.write_text(text.replace(wrong, right, 1), "utf-8")
    with pytest.raises(RecordInvalidError, match=r"countries\.yml:\d+: "):
        load_foreign_words(path)
