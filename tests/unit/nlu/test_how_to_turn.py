"""Replies to a step, and being stuck."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.nlu.how_to_turn import ASIDE, AdviceKind, HowToTurn, Reply, plan_how_to_turn, read_how_to_turn
from bot.nlu.open_question import Moment, OpenQuestion, Takes, goes_to_asker
from knowledge.how_to import load_guides

GUIDE = load_guides()["sign_in"]
OPENED = OpenQuestion("action_show_how_to", takes=Takes.STEP)
AT_SECOND = {"how_to__guide": "sign_in", "how_to__step": "find"}


def advised(text, intent="nlu_fallback", opened=OPENED, slots=AT_SECOND, **message):
    return plan_how_to_turn(read_how_to_turn({"text": text, "intent": {"name": intent}, **message}, slots, opened))


@pytest.mark.parametrize("text", ["rồi", "xong", "rồi em", "dạ được rồi ạ", "ok", "tiep di", "r", "xong rồi nha", "1"])
def test_done_goes_on(text):
    advice = advised(text)
    assert (advice.kind, advice.place) == (AdviceKind.STEP, 2)


@pytest.mark.parametrize(
    "text",
    ["k dc", "nó không hiện gì", "tôi bị kẹt", "chưa xong", "chưa", "khong thay dau het", "báo lỗi rồi", "không được",
     "tôi bấm vô rồi mà nó cứ quay vòng vòng hoài không ra cái gì hết trơn á", "2"],
)  # fmt: skip
def test_trouble_brings_the_hint(text):
    assert advised(text).kind is AdviceKind.HINT


def test_the_second_time_on_a_step_and_the_third_in_all_bring_the_team():
    once = {**AT_SECOND, "how_to__counts": {"step": "find", "stuck": 1, "struggles": 1}}
    assert advised("k dc", slots=once).kind is AdviceKind.TEAM
    elsewhere = {**AT_SECOND, "how_to__counts": {"step": "open", "stuck": 1, "struggles": 1}}
    assert advised("k dc", slots=elsewhere).kind is AdviceKind.HINT
    thrice = {**AT_SECOND, "how_to__counts": {"step": "open", "stuck": 1, "struggles": 2}}
    assert advised("k dc", slots=thrice).kind is AdviceKind.TEAM


def test_back_stop_and_what_is_no_reply():
    assert (advised("quay lại").kind, advised("quay lại").place) == (AdviceKind.STEP, 0)
    assert advised("quay lại", slots={**AT_SECOND, "how_to__step": "open"}).kind is AdviceKind.FIRST
    assert advised("thôi để sau").kind is AdviceKind.STOP
    assert advised("trời đẹp ghê").kind is AdviceKind.NOT_UNDERSTOOD
    clear = {"procedure_link": {"certainty": "clear"}}
    assert advised("đăng ký tạm trú cần gì", "ask_procedure", **clear).kind is AdviceKind.DIGRESS


def test_put_aside_tiep_means_to_see_the_step_again():
    aside = replace(OPENED, about=ASIDE)
    assert (advised("làm tiếp", opened=aside).kind, advised("làm tiếp", opened=aside).place) == (AdviceKind.STEP, 1)
    assert advised("xong rồi", opened=aside).place == 2


def test_the_last_step_finishes():
    assert advised("xong", slots={**AT_SECOND, "how_to__step": "inside"}).kind is AdviceKind.FINISH


def test_an_older_button_is_about_its_own_step_and_a_forged_one_about_nothing():
    carried = [{"entity": k, "value": v} for k, v in
               (("how_to_reply", "done"), ("how_to_guide", "sign_in"), ("how_to_step", "open"))]  # fmt: skip
    assert advised("/answer_how_to{}", "answer_how_to", entities=carried).place == 1
    forged = [{"entity": "how_to_reply", "value": "done"}, {"entity": "how_to_guide", "value": "../etc"}]
    assert advised("/answer_how_to{}", "answer_how_to", slots={}, entities=forged).kind is AdviceKind.OFFER
    gone = [*carried[:2], {"entity": "how_to_step", "value": "gone"}]
    assert advised("/answer_how_to{}", "answer_how_to", entities=gone).kind is AdviceKind.STEP


def test_stuck_outside_a_guide_asks_which_and_then_offers_the_team():
    assert plan_how_to_turn(HowToTurn("tell_stuck", "tôi bị kẹt")).kind is AdviceKind.OFFER
    assert plan_how_to_turn(HowToTurn("tell_stuck", "tôi bị kẹt", struggles=1)).kind is AdviceKind.TEAM
    assert plan_how_to_turn(HowToTurn("ask_how_to", "hướng dẫn", asked=GUIDE)).kind is AdviceKind.START
    assert plan_how_to_turn(HowToTurn("answer_how_to", reply=Reply.DONE)).kind is AdviceKind.OFFER


@pytest.mark.parametrize(
    ("intent", "text", "mine"),
    [
        ("tell_stuck", "nó không lên", True),
        ("ask_vneid", "đăng nhập không được", True),
        ("nlu_fallback", "hả", True),
        ("report_emergency", "cháy nhà", False),
        ("request_human", "gặp cán bộ", False),
        ("ask_digital_help", "có ai giúp không", False),
    ],
)
def test_who_gets_a_message_while_a_step_is_open(intent, text, mine):
    assert goes_to_asker(OPENED, intent, text, Moment("action_show_how_to")) is mine


def test_a_fact_asked_while_a_procedure_is_at_hand_is_about_that_procedure():
    at_hand = {"procedure_code": "1.004194"}
    online = {"facts": ["online"]}
    assert advised("còn nộp online thì sao", "ask_how_to", None, at_hand, **online).kind is AdviceKind.DIGRESS
    assert advised("chỉ tôi từng bước nộp online", "ask_how_to", None, at_hand, **online).kind is AdviceKind.START
    assert advised("còn nộp online thì sao", "ask_how_to", None, {}, **online).kind is AdviceKind.START
