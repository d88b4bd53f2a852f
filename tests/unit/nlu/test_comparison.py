"""Subjects set side by side: found in the words, without marks too; and look-alikes that are no comparison."""

from __future__ import annotations

import pytest

from bot.nlu.comparison import Sides, compared, sides_of
from knowledge.search.index import NOTHING, Hit, Ranked

OUTRIGHT = [
    ("thường trú khác tạm trú chỗ nào", ("thường trú", "tạm trú")),
    ("thuong tru khac tam tru cho nao vay", ("thuong tru", "tam tru")),
    ("cấp đổi với cấp lại căn cước khác gì nhau", ("cấp đổi", "cấp lại căn cước")),
    ("so sánh đăng ký tạm trú với thông báo lưu trú", ("đăng ký tạm trú", "thông báo lưu trú")),
    ("em phân biệt giùm cấp lại với cấp đổi bằng lái", ("cấp lại", "cấp đổi bằng lái")),
    ("tạm trú, thường trú với lưu trú khác nhau sao ạ", ("tạm trú", "thường trú", "lưu trú")),
    ("sự khác nhau giữa sao y và trích lục", ("sao y", "trích lục")),
    ("giấy khai sinh bản sao khác trích lục không", ("giấy khai sinh bản sao", "trích lục")),
    ("định danh mức 1 khác gì mức 2", ("định danh mức 1", "mức 2")),
    ("cấp đổi với cấp lại căn cước cái nào rẻ hơn", ("cấp đổi", "cấp lại căn cước")),
    ("tách thửa với hợp thửa có giống nhau không", ("tách thửa", "hợp thửa")),
    ("hai cái đó khác nhau chỗ nào", ()),
    ("khac nhau sao vay a", ()),
]


@pytest.mark.parametrize(("text", "parts"), OUTRIGHT)
def test_a_comparison_is_found_with_its_subjects(text, parts):
    assert sides_of(text) == Sides(parts, True)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("nên làm lý lịch tư pháp số 1 hay số 2", ("lý lịch tư pháp số 1", "số 2")),
        ("làm tạm trú hay là thường trú vậy em", ("tạm trú", "thường trú")),
    ],
)
def test_one_or_the_other_is_a_comparison_if_both_are_procedures(text, parts):
    assert sides_of(text) == Sides(parts, False)


@pytest.mark.parametrize(
    "text",
    [
        "chuyển hộ khẩu từ tỉnh khác về cần gì",
        "người khác làm thay được không",
        "đăng ký kết hôn khác quận được không",
        "giờ muốn lấy chồng khác ở VN phải ghi nhận lại",
        "có cần bản chính hay không",
        "nộp rồi hay chưa",
        "đăng ký tạm trú cần gì",
        "",
        "😀😀",
    ],
)
def test_other_uses_of_the_words_are_no_comparison(text):
    assert sides_of(text) is None


def ranker(found):
    """Rank by a table: term → (code, score, inside, sure)."""

    def rank(term):
        if term not in found:
            return NOTHING
        code, score, inside, sure = found[term]
        return Ranked((Hit(code, code, score),), sure, inside)

    return rank


def test_the_shared_noun_is_lent_to_the_part_that_lacks_it():
    rank = ranker(
        {
            "cấp đổi": ("1.000009", 0.2, 0.2, 0.0),
            "cấp đổi căn cước": ("1.014063", 0.6, 0.9, 0.5),
            "cấp lại căn cước": ("1.014064", 0.6, 0.9, 0.5),
        }
    )
    found = compared(Sides(("cấp đổi", "cấp lại căn cước"), True), rank)
    assert [hit.code for hit in found.hits] == ["1.014063", "1.014064"]
    assert found.terms == ("cấp đổi căn cước", "cấp lại căn cước")


def test_the_first_words_are_lent_to_the_second_part():
    rank = ranker({"lý lịch tư pháp số 1": ("3", 0.9, 1, 0.9), "lý lịch tư pháp số 2": ("3", 0.9, 1, 0.9)})
    found = compared(Sides(("lý lịch tư pháp số 1", "số 2"), False), rank)
    assert len(found.hits) == 1
    assert found.terms == ("lý lịch tư pháp số 1", "lý lịch tư pháp số 2")


def test_a_part_that_leads_nowhere_makes_no_comparison():
    rank = ranker({"đăng ký tạm trú": ("1.004194", 0.9, 1, 0.9), "online": ("1.000001", 0.9, 0.04, 0.9)})
    assert compared(Sides(("đăng ký tạm trú", "online"), True), rank) is None
    assert compared(Sides(("đăng ký tạm trú", "phường"), True), rank) is None


def test_one_procedure_under_two_names_is_no_choice():
    rank = ranker({"tách thửa": ("1", 0.9, 1, 0.9), "hợp thửa": ("1", 0.9, 1, 0.9)})
    assert compared(Sides(("tách thửa", "hợp thửa"), False), rank) is None
    assert len(compared(Sides(("tách thửa", "hợp thửa"), True), rank).hits) == 1
