"""Several wishes, going back, an event of life: what is found beyond one procedure."""

from __future__ import annotations

import pytest

from bot.nlu.arbiter import settle_intent
from bot.nlu.recall import Recalled
from bot.nlu.several import GoingBack, Several, find_several
from bot.nlu.wishes import wishes_in
from knowledge.facts import Fact
from knowledge.search.index import NOTHING, Hit, Ranked
from knowledge.text import words

NAMES = {
    "khai tử": "1.000656",
    "xóa thường trú": "1.003197",
    "đăng ký kết hôn": "1.000894",
    "nhập hộ khẩu cho vợ": "1.004222",
    "làm khai sinh": "1.001193",
}


def rank(part):
    code = next((code for name, code in NAMES.items() if name in part), None)
    return Ranked((Hit(code, code, 0.9),), 0.5, 0.95) if code else NOTHING


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("khai tử rồi xóa thường trú luôn", ["1.000656", "1.003197"]),
        ("khai tử rồi xóa thường trú với mai táng phí luôn", ["1.000656", "1.003197"]),
        ("đăng ký kết hôn xong rồi nhập hộ khẩu cho vợ", ["1.000894", "1.004222"]),
        ("làm khai sinh, nhập hộ khẩu cho vợ một lượt", ["1.001193", "1.004222"]),
        # a story told with commas, a part that names nothing, one wish twice
        ("đăng ký kết hôn năm ngoái, giờ nhập hộ khẩu cho vợ", []),
        ("đăng ký kết hôn rồi đi du lịch Đà Lạt", []),
        ("khai tử với khai tử ở nước ngoài", []),
        ("đăng ký kết hôn cho tôi và vợ", []),
    ],
)
def test_wishes_are_told_apart_from_stories(text, codes):
    assert [hit.code for hit in wishes_in(text, rank)] == codes


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("quay lại cái hồi nãy", GoingBack(Recalled.PREVIOUS)),
        ("cái trước", GoingBack(Recalled.PREVIOUS)),
        ("quay lai cai luc nay di", GoingBack(Recalled.PREVIOUS)),
        ("cái hồi nãy bao nhiêu tiền", GoingBack(Recalled.PREVIOUS, (Fact.FEE,))),
        ("thủ tục lúc đầu tôi hỏi", GoingBack(Recalled.FIRST)),
        ("cái đầu tiên em hỏi", GoingBack(Recalled.FIRST)),
        ("còn cái kia thì sao", GoingBack(Recalled.OTHER)),
        ("quay lại cái khai sinh hồi nãy", None),
        ("cấp lại căn cước", None),
        ("trước đó tôi đăng ký tạm trú rồi", None),
    ],
)
def test_going_back_names_no_matter_itself(text, back):
    found = find_several(text, words(text), lambda part: NOTHING).back
    assert (found and found.which, set(found.facts if found else ()) & {Fact.FEE}) == (
        back and back.which,
        set(back.facts if back else ()),
    )


def test_what_is_empty_does_not_travel():
    assert Several().to_json() == {}
    assert find_several("hai cái đó khác nhau sao", [], lambda part: NOTHING).to_json() == {
        "compared": {"codes": [], "terms": []}
    }


BIRTH = {"event": {"name": "birth", "alone": True, "asks_all": True, "codes": ["3.000722", "1.001193"]}}
FACT = {"event": {**BIRTH["event"], "asks_all": False}}
BESIDE = {"event": {**BIRTH["event"], "alone": False}}
CLEAR = {"certainty": "clear", "sure": 0.9, "inside": 0.95, "words": 3, "known": 3, "hits": [{"code": "1.001193"}]}
OTHER = {**CLEAR, "hits": [{"code": "9.000009"}]}
WEAK = {**CLEAR, "certainty": "weak", "sure": 0.1, "inside": 0.5}
CLOSE = {**CLEAR, "certainty": "close", "sure": 0.4}


@pytest.mark.parametrize(
    ("name", "confidence", "link", "several", "intent"),
    [
        ("ask_procedure", 0.9, CLEAR, BIRTH, "tell_life_event"),
        ("ask_procedure", 0.9, CLOSE, FACT, "tell_life_event"),
        ("ask_procedure", 0.9, CLEAR, FACT, "ask_procedure"),  # one of its procedures is clearly asked for a fact
        ("ask_procedure", 0.9, OTHER, BIRTH, "tell_life_event"),  # only the event's own words led there
        ("ask_procedure", 0.9, CLEAR, BESIDE, "ask_procedure"),
        ("tell_life_event", 0.9, CLEAR, {}, "ask_procedure"),  # the event itself was not found
        ("report_emergency", 0.9, CLEAR, BIRTH, "report_emergency"),
        ("out_of_scope", 0.9, CLOSE, BIRTH, "out_of_scope"),
        ("ask_procedure", 0.9, CLEAR, {"compared": {"codes": ["1", "2"], "terms": ["a", "b"]}}, "compare_procedures"),
        ("compare_procedures", 0.9, {**WEAK, "words": 1}, {}, "compare_procedures"),
        ("compare_procedures", 0.9, {**CLOSE, "words": 2}, {}, "ask_procedure"),  # "khai sinh", named after a choice
        ("compare_procedures", 0.9, {**CLEAR, "words": 5}, {}, "ask_procedure"),
        ("affirm", 0.9, {**CLOSE, "words": 0}, {"back": {"which": "first", "facts": []}}, "recall_procedure"),
        ("recall_procedure", 0.9, {**CLEAR, "words": 6}, {}, "ask_procedure"),
    ],
)
def test_the_intent_of_a_message_about_more_than_one_procedure(name, confidence, link, several, intent):
    assert settle_intent(name, confidence, link, [], [], several)[0] == intent


def test_parts_are_ranked_while_two_may_yet_be_named():
    asked = []

    def counted(part):
        asked.append(part)
        return rank(part)

    assert wishes_in("đi du lịch Đà Lạt rồi đăng ký kết hôn", counted) == ()
    assert asked == ["đi du lịch Đà Lạt"]
