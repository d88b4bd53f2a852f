"""Replies to an open question, in people's own words, with and without diacritics."""

from __future__ import annotations

import pytest

from bot.nlu.open_question import Moment, OpenQuestion, goes_to_asker, read_open_question
from bot.nlu.replies import NOTHING, Choice, Wish, mentioned, read_reply

HOME = (
    Choice("own", ("Nhà của tôi", "nhà mình", "nhà riêng")),
    Choice("rented", ("Thuê, mượn, ở nhờ", "thuê", "nhà thuê", "nhà trọ", "ở nhờ")),
)
LEASE = (Choice("yes", ("Có thuê đất", "đất thuê")), Choice("no", ("Không thuê đất", "đất của mình")))


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("Nhà của tôi", "own"),
        ("nhà thuê á", "rented"),
        ("nha thue", "rented"),
        ("dạ thuê ạ", "rented"),
        ("2", "rented"),
        ("cái thứ nhất", "own"),
        ("thuê, mượn, ở nhờ", "rented"),
        ("tụi em đang ở nhà trọ nha", "rented"),
        ("không phải nhà thuê, nhà mình", "own"),
    ],
)
def test_an_option_is_known_by_its_words(text, option):
    assert read_reply(text, HOME).option == option


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("có", "yes"),
        ("dạ có", "yes"),
        ("ừ", "yes"),
        ("ko", "no"),
        ("hông có", "no"),
        ("dạ không ạ", "no"),
        ("chưa", "no"),
    ],
)
def test_yes_and_no_choose_the_options_of_that_name(text, option):
    assert read_reply(text, LEASE).option == option
    assert read_reply(text, HOME).option == ""


@pytest.mark.parametrize(
    "text",
    [
        "mất bao lâu vậy?",
        "không phải nhà thuê",
        "nhà thuê hay nhà mình đều được",
        "hôm qua tôi nghe người ta nói là nhà thuê thì phải có hợp đồng công chứng",
        "",
        "🙂",
    ],
)
def test_what_is_not_clear_is_not_guessed(text):
    assert read_reply(text, HOME) == NOTHING


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("thôi", Wish.STOP),
        ("dừng lại đi", Wish.STOP),
        ("để sau nha", Wish.STOP),
        ("quay lại", Wish.BACK),
        ("sua cau truoc", Wish.BACK),
        ("sửa", Wish.CHANGE),
        ("em chọn nhầm rồi", Wish.CHANGE),
        ("xem tất cả", Wish.WHOLE),
    ],
)
def test_wishes_are_whole_messages(text, wish):
    assert read_reply(text, HOME).wish is wish


def test_the_beginning_of_a_label_is_enough():
    lease = (Choice("rent", ("Có thuê đất hoặc công trình",)), Choice("none", ("Không thuê đất hay công trình",)))
    assert read_reply("không thuê", lease).option == "none"
    assert read_reply("dạ có thuê ạ", lease).option == "rent"
    filing = (Choice("online", ("Trực tuyến",)), Choice("paper", ("Nộp giấy (trực tiếp, bưu chính)",)))
    assert read_reply("nộp giấy", filing).exact
    assert read_reply("nộp trực tuyến nha", filing) == read_reply("trực tuyến", filing)


def test_a_number_beyond_the_options_is_said_to_be_one():
    assert read_reply("5", HOME).out_of_range
    assert not read_reply("2", HOME).out_of_range


def test_little_words_mean_nothing_within_a_message():
    still = (Choice("valid", ("Còn hộ chiếu", "còn")), Choice("none", ("Không còn hộ chiếu", "không còn")))
    assert read_reply("còn", still).option == "valid"
    assert read_reply("không còn", still).option == "none"
    assert read_reply("không còn hộ chiếu", still).option == "none"
    assert mentioned("đăng ký cho con tôi", still) == ""


def asked(last_action="action_guide_checklist", code="1.004194", offered=False):
    return Moment(last_action, code, offered)


OPEN = OpenQuestion("action_guide_checklist", HOME, "1.004194")


def test_a_question_survives_its_slot():
    assert read_open_question(OPEN.to_slot()) == OPEN
    assert read_open_question(None) is None
    assert read_open_question({"options": []}) is None


@pytest.mark.parametrize(
    ("intent", "text", "moment", "taken"),
    [
        ("ask_procedure", "mất bao lâu vậy", asked(), True),
        ("request_human", "nhà thuê", asked(), True),
        ("request_human", "cho gặp cán bộ", asked(), False),
        ("report_emergency", "cháy nhà rồi", asked(), False),
        ("report_emergency", "nhà em đang thuê bị cháy", asked(), False),
        ("report_violence", "nhà thuê", asked(), True),
        ("ask_procedure", '/ask_fact{"fact":"fee"}', asked(), False),
        ("ask_procedure", "nhà thuê", asked("utter_smalltalk__thanks"), True),
        ("ask_procedure", "nhà thuê", asked("action_answer_procedure"), True),
        ("ask_procedure", "nhà thuê", asked("action_answer_procedure", code="1.001193"), False),
        ("choose_option", "2", asked("action_answer_procedure", offered=True), False),
        ("ask_procedure", "nhà thuê", asked("utter_handoff__hotline"), False),
    ],
)
def test_who_gets_a_message_while_a_question_is_open(intent, text, moment, taken):
    assert goes_to_asker(OPEN, intent, text, moment) is taken
