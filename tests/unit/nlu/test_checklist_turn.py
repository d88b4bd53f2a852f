"""Decisions about a turn of the checklist."""

from __future__ import annotations

import pytest

from bot.nlu.checklist_turn import (
    ChecklistStep,
    ChecklistTurn,
    StepKind,
    assumed_answers,
    choices_of,
    join_answers,
    plan_checklist,
    question_before,
    read_checklist_turn,
    split_answers,
)
from bot.nlu.open_question import OpenQuestion
from bot.nlu.replies import Choice
from knowledge.guide import Guide, GuideOption, GuideQuestion, When

WHO = GuideQuestion(
    "who",
    "Cho ai?",
    (GuideOption("family", "Gia đình", ("gia đình tôi",)), GuideOption("many", "Nhiều người", ("danh sách",))),
)
HOME = GuideQuestion(
    "home",
    "Nhà của ai?",
    (GuideOption("own", "Nhà của tôi", ("nhà mình",)), GuideOption("rented", "Nhà thuê", ("phòng trọ", "trọ"))),
    when=When((("who", ("family",)),)),
)
GUIDE = Guide((WHO, HOME))
START_3 = ChecklistStep(StepKind.START, "3.3")


def turn(intent="ask_procedure", text="", **more):
    known = {"kept_code": "1.1", "asked": "home", "open": OpenQuestion("action", choices_of(HOME), "1.1")}
    return ChecklistTurn(intent, text, **{**known, **more})


@pytest.mark.parametrize(
    ("given", "step"),
    [
        (turn(text="trọ"), ChecklistStep(StepKind.ANSWER, "1.1", "home", "rented")),
        (turn("resume_checklist", "quay lại"), ChecklistStep(StepKind.BACK, "1.1")),
        (turn("deny", "thôi"), ChecklistStep(StepKind.STOP, "1.1")),
        (turn("change_checklist", "sửa"), ChecklistStep(StepKind.CHANGES, "1.1")),
        (turn("choose_option", "7"), ChecklistStep(StepKind.OUT_OF_RANGE, "1.1")),
        (turn(text="mất bao lâu", facts=True, tells=True), ChecklistStep(StepKind.DIGRESS, "1.1")),
        (turn(text="ở phòng trọ thì mất bao lâu", facts=True, tells=True), ChecklistStep(StepKind.DIGRESS, "1.1")),
        (turn(text="tụi em ở phòng trọ"), ChecklistStep(StepKind.ANSWER, "1.1", "home", "rented")),
        (turn("nlu_fallback", "asdf"), ChecklistStep(StepKind.NOT_UNDERSTOOD, "1.1")),
        (turn("nlu_fallback", "tất cả"), ChecklistStep(StepKind.WHOLE, "1.1")),
    ],
)
def test_a_reply_to_the_open_question(given, step):
    assert plan_checklist(given) == step


@pytest.mark.parametrize(
    ("given", "step"),
    [
        (turn("checklist_answer", question="home", option="own"), ChecklistStep(StepKind.ANSWER, "1.1", "home", "own")),
        (turn("change_checklist", question="home"), ChecklistStep(StepKind.ASK_AGAIN, "1.1", "home")),
        (turn("change_checklist"), ChecklistStep(StepKind.CHANGES, "1.1")),
        (turn("resend_checklist", named="2.2"), ChecklistStep(StepKind.SHOW, "2.2")),
        (turn("resend_checklist", "gửi lại danh sách", named="2.2"), ChecklistStep(StepKind.SHOW, "1.1")),
        (turn("resume_checklist", kept_code="", open=None), ChecklistStep(StepKind.NOTHING_KEPT)),
        (turn("start_checklist", named="2.2"), ChecklistStep(StepKind.START, "2.2")),
        (turn("start_checklist", active_code="3.3"), ChecklistStep(StepKind.START, "3.3")),
        (turn("start_checklist", kept_code=""), ChecklistStep(StepKind.NO_SUBJECT)),
        (turn("start_checklist", active_code="3.3", offers=(("2.2", "x"), ("3.3", "y"))), START_3),
        (turn("start_checklist", offers=(("2.2", "x"),)), ChecklistStep(StepKind.WHICH, offers=(("2.2", "x"),))),
    ],
)
def test_buttons_and_wishes(given, step):
    assert plan_checklist(given) == step


def test_which_procedure_is_an_open_question_too():
    which = OpenQuestion("action", (Choice("2.2", ("Tạm trú",)), Choice("3.3", ("Thường trú",))))
    about = {"kept_code": "", "open": which}
    assert plan_checklist(turn(text="2", **about)) == ChecklistStep(StepKind.START, "3.3")
    assert plan_checklist(turn(text="tạm trú", **about)) == ChecklistStep(StepKind.START, "2.2")
    assert plan_checklist(turn(text="làm khai sinh", named="4.4", **about)) == ChecklistStep(StepKind.START, "4.4")
    assert plan_checklist(turn("nlu_fallback", "asdf", **about)) == ChecklistStep(StepKind.NO_SUBJECT)
    assert plan_checklist(turn("deny", "thôi", **about)) == ChecklistStep(StepKind.DIGRESS)


def test_what_was_said_before_counts_where_it_is_unambiguous():
    assert assumed_answers(GUIDE, "tạm trú phòng trọ cho gia đình tôi") == {"who": "family", "home": "rented"}
    assert assumed_answers(GUIDE, "tạm trú phòng trọ cần gì") == {}  # of a question that may not be asked
    assert assumed_answers(GUIDE, "gia đình tôi, nhiều người") == {}
    assert assumed_answers(GUIDE, "gia đình tôi ở trọ") == {"who": "family"}  # one word is too little


def test_the_question_before():
    assert question_before(GUIDE, {"who": "family"}, "home") is WHO
    assert question_before(GUIDE, {}, "who") is None
    assert question_before(GUIDE, {"who": "many"}, "") is WHO


def test_answers_travel_in_a_button():
    answers = {"who": "family", "home": "own"}
    assert split_answers(join_answers(answers)) == answers
    assert split_answers("") == {}
    assert split_answers("x,who=family") == {"who": "family"}


def test_a_pressed_button_is_read_from_its_payload_and_words_from_the_link():
    pressed = {
        "text": '/checklist_answer{"question":"home","option":"own"}',
        "intent": {"name": "checklist_answer"},
        "entities": [{"entity": "question", "value": "home"}, {"entity": "option", "value": "own"}],
    }
    read = read_checklist_turn(pressed, {"checklist__code": "1.1", "checklist__answers": {"who": "family"}}, None)
    assert (read.text, read.question, read.option, read.kept_code) == ("", "home", "own", "1.1")
    hits = [{"code": "2.2", "title": "Tạm trú", "score": 1.0}]
    typed = {"text": "tạm trú", "intent": {"name": "start_checklist"}, "entities": []}
    clear = read_checklist_turn({**typed, "procedure_link": {"hits": hits, "certainty": "clear"}}, {}, None)
    vague = {"hits": hits, "certainty": "close", "words": 2}
    close = read_checklist_turn({**typed, "procedure_link": {**vague, "words": 3}}, {}, None)
    assert read_checklist_turn({**typed, "procedure_link": vague}, {}, None).offers == ()
    assert (clear.named, clear.offers) == ("2.2", ())
    assert (close.named, close.offers) == ("", (("2.2", "Tạm trú"),))
    assert read_checklist_turn({}, {}, None).kept_answers == {}
