"""The last word on a message: the classifier's kinds of talk against what the linker is sure of."""

from __future__ import annotations

import pytest

from bot.nlu.arbiter import (
    _BODIES_OF_YESTERDAY,
    ASK_PROCEDURE,
    FALLBACK,
    asks_of_being_late,
    asks_of_the_gone,
    corrects_a_paper,
    looks_up_by_identity,
    names_nothing_old,
    settle_intent,
)
from bot.nlu.noise import noisy_variants
from knowledge.text import fold
from knowledge.topics import old_words


def link(sure=0.0, certainty="none", words=3, known=None):
    known = words if known is None else known
    return {"sure": sure, "inside": sure, "certainty": certainty, "words": words, "known": known}


SURE, UNSURE, LOST = 0.95, 0.6, 0.2
CLEAR, WEAK = link(0.98, "clear"), link(0.3, "weak")

TABLE = [
    # classifier, confidence, link, facts, entities → intent
    ("report_emergency", SURE, CLEAR, ["fee"], ["procedure_code"], "report_emergency"),
    ("report_emergency", UNSURE, link(), [], ["choice"], "report_emergency"),
    ("greet", SURE, link(words=1), [], ["choice"], "choose_option"),
    ("greet", SURE, link(), [], ["procedure_code"], ASK_PROCEDURE),
    ("ask_procedure", SURE, CLEAR, [], ["case_code"], "ask_case_status"),
    ("ask_procedure", SURE, link(), [], [], ASK_PROCEDURE),
    ("ask_procedure", LOST, CLEAR, ["fee"], [], ASK_PROCEDURE),
    ("greet", SURE, link(words=0), [], [], "greet"),
    ("thanks", SURE, link(0.45, "weak", words=1), [], [], "thanks"),
    ("greet", SURE, CLEAR, [], [], ASK_PROCEDURE),
    ("affirm", SURE, link(0.8, "close"), ["documents"], [], ASK_PROCEDURE),
    ("request_human", SURE, WEAK, [], [], "request_human"),
    ("lodge_petition", SURE, link(), [], [], "lodge_petition"),
    ("out_of_scope", UNSURE, CLEAR, [], [], ASK_PROCEDURE),
    ("out_of_scope", UNSURE, link(0.3, "none", words=4, known=0), [], [], FALLBACK),
    ("out_of_scope", LOST, link(0.7, "close"), ["fee"], [], ASK_PROCEDURE),
    ("report_violence", LOST, link(), [], ["place_told"], "give_place"),
    ("ask_procedure", UNSURE, WEAK, [], ["place_asked", "commune_code"], "ask_office"),
    ("ask_procedure", SURE, CLEAR, ["place"], ["place_asked"], ASK_PROCEDURE),
    ("report_emergency", SURE, link(), [], ["place_told"], "report_emergency"),
    ("start_checklist", 0.7, CLEAR, ["documents"], [], "start_checklist"),
    ("start_checklist", 0.55, CLEAR, ["documents"], [], ASK_PROCEDURE),
    ("resume_checklist", 0.7, link(words=2, known=0), [], [], "resume_checklist"),
    ("change_checklist", 0.7, CLEAR, [], [], ASK_PROCEDURE),
    ("smalltalk", LOST, link(words=4, known=2), [], [], FALLBACK),
    ("insult", UNSURE, link(words=3), ["fee"], [], ASK_PROCEDURE),
    ("insult", 0.97, link(words=3), ["fee"], [], "insult"),
    ("insult", UNSURE, link(words=3), ["who"], [], "insult"),
]


@pytest.mark.parametrize(("name", "confidence", "found", "facts", "entities", "intent"), TABLE, ids=range(len(TABLE)))
def test_who_is_right(name, confidence, found, facts, entities, intent):
    assert settle_intent(name, confidence, found, facts, entities)[0] == intent


@pytest.mark.parametrize("score", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("certainty", ["clear", "close", "weak", "none"])
@pytest.mark.parametrize("confidence", [0.0, 0.3, 0.5, 0.79, 0.81, 1.0])
@pytest.mark.parametrize("name", ["greet", "out_of_scope", "ask_procedure", "report_emergency", "request_human"])
def test_confidence_stays_a_probability(name, confidence, certainty, score):
    found = link(score, certainty)
    intent, after = settle_intent(name, confidence, found, [], [])
    assert intent in {name, ASK_PROCEDURE, FALLBACK}
    assert 0.0 <= after <= 1.0


@pytest.mark.parametrize("confidence", [0.6, 0.7, 0.9, 1.0])
def test_an_emergency_is_never_overruled(confidence):
    assert settle_intent("report_emergency", confidence, CLEAR, ["fee"], ["choice"])[0] == "report_emergency"


def test_an_empty_link_is_no_link():
    assert settle_intent("greet", SURE, {}, [], [])[0] == "greet"
    assert settle_intent("greet", LOST, {}, [], [])[0] == FALLBACK


def test_noise_is_the_same_for_the_same_seed_and_one_slip_each():
    text = "Đăng ký tạm trú cần giấy gì"
    first, swapped, dropped = noisy_variants(text, 1)
    assert noisy_variants(text, 1) == [first, swapped, dropped]
    assert first == text
    assert sorted(swapped) == sorted(fold(text))
    assert len(dropped) == len(text) - 1


@pytest.mark.parametrize("text", ["", "a", "chào", "mười hai kí"])
def test_short_texts_get_no_noise(text):
    assert noisy_variants(text, 1) == [text]


@pytest.mark.parametrize("seed", range(50))
def test_noise_never_fails(seed):
    assert all(noisy_variants("một hai ba bốn", seed))


@pytest.mark.parametrize(
    ("text", "certainty", "asks"),
    [
        ("khai tử trễ 1 năm có bị phạt không", "clear", True),
        ("khai sinh quá hạn thì phạt bao nhiêu", "clear", True),
        ("doi can cuoc het han co bi phat khong", "clear", True),
        ("khai tử trễ 1 năm có bị phạt không", "weak", False),
        ("hàng xóm lấn đất thì bị phạt bao nhiêu", "clear", False),
        ("công ty trả lương trễ, tôi kiện được không", "clear", False),
    ],
)
def test_what_happens_when_a_procedure_is_done_late_is_a_question_on_it(text, certainty, asks):
    assert asks_of_being_late("ask_legal_advice", {"certainty": certainty}, text) is asks
    assert not asks_of_being_late("report_scam", {"certainty": certainty}, text)


@pytest.mark.parametrize(
    ("text", "a_paper"),
    [
        ("sửa thông tin hộ kinh doanh", True),
        ("chinh sua thong tin doanh nghiep", True),
        ("sửa thông tin của tôi", False),
        ("số liên lạc cũ không dùng nữa, thay số khác vào phản ánh", False),
        ("yeu cau chinh sua du lieu ca nhan", False),
    ],
)
def test_who_names_neither_oneself_nor_what_is_held_here_asks_of_a_paper(text, a_paper):
    assert corrects_a_paper("correct_my_data", text) is a_paper
    assert not corrects_a_paper("ask_my_data", text)


@pytest.mark.parametrize(
    ("text", "certainty", "facts", "nothing_old"),
    [
        ("tôi ở thuận an bình dương thì giờ làm cccd ở đâu", "clear", ["place"], True),
        ("công an quận không còn thì căn cước làm ở đâu", "clear", ["place"], False),
        ("bo quan roi lam giay to o dau", "clear", ["place"], False),
        ("tôi ở thuận an bình dương thì giờ làm cccd ở đâu", "close", ["place"], False),
        ("tôi ở thuận an bình dương, làm cccd", "clear", [], False),
    ],
)
def test_a_fact_of_a_procedure_is_no_question_on_old_words_that_are_not_there(text, certainty, facts, nothing_old):
    assert names_nothing_old("ask_old_word", {"certainty": certainty}, facts, text) is nothing_old
    assert not names_nothing_old("ask_vneid", {"certainty": certainty}, facts, text)


@pytest.mark.parametrize(
    ("name", "text", "certainty", "of_the_gone"),
    [
        ("tell_life_event", "huyện Hóc Môn dẹp rồi thì việc trước đây huyện làm giờ ai lo", "none", True),
        ("ask_office", "may viec cua ubnd quan chuyen ve dau", "none", True),
        ("ask_procedure", "quận 3 giải tán rồi tui nộp cho ai", "close", True),
        ("ask_procedure", "quận 3 giải tán rồi tui đăng ký khai sinh ở đâu", "clear", False),
        ("tell_life_event", "công ty tôi giải tán rồi", "none", False),
        ("ask_procedure", "công ty giải thể thì sổ tạm trú của công nhân làm sao", "close", False),
        ("ask_office", "quận 3 làm việc mấy giờ", "none", False),
        ("report_corruption", "cán bộ quận 3 đòi tiền, giờ ai giải quyết", "none", False),
    ],
)
def test_who_asks_who_does_what_a_body_of_yesterday_did_asks_of_an_old_word(name, text, certainty, of_the_gone):
    assert asks_of_the_gone(name, {"certainty": certainty}, text) is of_the_gone


def test_bodies_of_yesterday_are_topics_of_old_words():
    assert {topic.id for topic in old_words()} >= _BODIES_OF_YESTERDAY


@pytest.mark.parametrize(
    ("name", "confidence", "certainty", "intent"),
    [
        ("ask_proxy", 0.9, "none", "ask_proxy"),
        ("ask_proxy", 0.9, "clear", "check_paper"),
        ("ask_proxy", 0.5, "none", "check_paper"),
        ("ask_procedure", 0.9, "none", "check_paper"),
    ],
)
def test_whether_one_may_act_for_a_parent_is_no_question_on_a_list_that_nobody_named(
    name, confidence, certainty, intent
):
    assert settle_intent(name, confidence, {"certainty": certainty}, [], ["paper"])[0] == intent


@pytest.mark.parametrize(
    ("best", "masked", "found", "expected"),
    [
        ("ask_case_status", ["citizen_id"], link(), True),
        ("ask_case_status", ["phone"], link(), False),
        ("ask_case_status", ["citizen_id"], CLEAR, False),
        ("ask_procedure", ["citizen_id"], link(), False),
    ],
)
def test_a_dossier_may_be_asked_for_by_an_identity_number(best, masked, found, expected):
    assert looks_up_by_identity([{"name": best}], {"masked": masked}, found) is expected
