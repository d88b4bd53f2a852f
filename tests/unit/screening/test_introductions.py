"""Who says who they are is in no danger, whatever the name is like without its marks; who tells more is still heard."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.arbiter import only_says_who
from bot.nlu.open_question import Moment, OpenQuestion, Takes, goes_to_asker
from bot.ops.screening.introductions import says_only_who, without_introduction
from bot.ops.screening.screening import SAYS_WHO, screen
from knowledge.text import fold

NAMES = (Path(__file__).parent / "full_names.txt").read_text("utf-8").splitlines()
SENTENCES = (
    "tôi tên là {}",
    "em là {}",
    "người liên hệ: {}",
    "Dạ chào anh chị, con tên {} ạ",
    "họ và tên: {}",
    "mình là {} nhé",
)
TELLINGS = (
    "em la vo bi chong danh",
    "toi la ho hang bi giet",
    "con la chau bi ba danh",
    "em là vợ bị chồng đánh",
    "lam sao day",
    "lien he tong dai",
    "phan anh can bo phuong",
    "to cao tham nhung",
    "dung la do bo di",
    "le phi cong chung",
    "ho kinh doanh",
    "ma bien nhan",
    "dang ky dat dai",
    "toi van giu no day",
    "dong thu hai",
    "tôi là",
    "",
    "a" * 5000,
    "le " * 3000,
)


def as_typed(name: str, sentence: str) -> list[str]:
    said = sentence.format(name)
    return [said, fold(said)]


def test_a_name_that_is_introduced_is_known_for_one():
    assert len(NAMES) > 150
    typed = [(name, text) for name in NAMES for sentence in SENTENCES for text in as_typed(name, sentence)]
    unknown = {name for name, text in typed if not says_only_who(text)}
    # Names whose last part is a small word ("Của"), or a word of danger without its mark ("Nổi"), are not believed.
    assert unknown == {"Lương Định Của", "Trần Văn Nổi"}
    assert [text for _, text in typed[:: len(SENTENCES)] if screen(text).matter] == []


@pytest.mark.parametrize(
    "text", ["TÔI TÊN LÀ NGUYỄN HOÀNG ANH", "em la HOANG ANH", "anh là lê văn tám đây ạ", "Tên: Danh Út."]
)
def test_letters_large_and_small_are_the_same(text):
    assert says_only_who(text)


def test_a_name_of_three_words_needs_no_introduction():
    for name in NAMES:
        if len(name.split()) > 2 and name.split()[1] in ("Văn", "Thị") and name != "Trần Văn Nổi":
            assert says_only_who(name)
            assert says_only_who(f"{fold(name)} day")


@pytest.mark.parametrize("text", TELLINGS)
def test_what_tells_more_than_a_name_is_none(text):
    assert not says_only_who(text)


def test_what_is_asked_behind_an_introduction_is_what_is_read():
    assert without_introduction("Toi ten la Hoang Anh, muon hoi khai sinh") == "muon hoi khai sinh"
    assert without_introduction("Chào em. Anh là Ngô Văn Đạo. Nhà anh đang cháy!") == "Chào em. Nhà anh đang cháy!"
    for text in ("toi ten la hoang anh", "nha dang chay, lam sao day", "1.001193", ""):
        assert without_introduction(text) == text


def test_a_rule_or_a_clear_procedure_goes_before_the_name():
    assert only_says_who({SAYS_WHO: True}, {"certainty": "close"})
    assert not only_says_who({SAYS_WHO: True}, {"certainty": "clear"})
    assert not only_says_who({SAYS_WHO: True, "matter": "emergency"}, {})
    assert not only_says_who({SAYS_WHO: True, "masked": ["phone"]}, {})
    assert not only_says_who({}, {})


@pytest.mark.parametrize("takes", [Takes.WORDS, Takes.CONTACT, Takes.STORY, Takes.FREE])
def test_a_name_that_was_asked_for_is_the_answer(takes):
    question, moment = OpenQuestion("action_ask", (), "", takes), Moment("action_ask")
    assert goes_to_asker(question, "greet", "toi ten la Hoang Anh", moment)
    assert goes_to_asker(question, "request_human", "nguoi lien he: hoang anh", moment)
