"""What is done with a turn about a dossier: decisions only."""

from __future__ import annotations

import random
from datetime import date

import pytest

from bot.nlu.case_turn import MOST_CODES, CaseStepKind, WaitFor, Waiting, plan_case_turn, read_case_turn, read_waiting
from bot.nlu.open_question import Moment, OpenQuestion, Takes, goes_to_asker, read_open_question
from bot.nlu.replies import NO, YES, Choice
from bot.ops.case_codes import CodeFault

TODAY = date(2026, 11, 26)
ONE, TWO = "H29.12-261102-0001", "H29.12-261102-0002"
CONSENT = (Choice(YES, ("Đồng ý",)), Choice(NO, ("Không",)))
SATISFACTION = (Choice("satisfied", ("Hài lòng",)), Choice("dissatisfied", ("Không hài lòng",)))


def plan(text, name="ask_case_status", waiting=None, choices=None, proven=(), entities=(), **message):
    message = {"text": text, "intent": {"name": name}, "entities": list(entities), **message}
    slots = {"case_status__waiting": waiting.to_slot() if waiting else None, "case_status__proven": list(proven)}
    opened = choices if choices is not None else (() if waiting else None)
    return plan_case_turn(read_case_turn(message, slots, opened, TODAY))


def pressed(intent, waiting=None, proven=(), **entities):
    carried = [{"entity": name, "value": value} for name, value in entities.items()]
    return plan(f"/{intent}", intent, waiting, proven=proven, entities=carried)


PROOF = Waiting(WaitFor.PROOF, (ONE,))


@pytest.mark.parametrize(
    ("text", "kind", "codes", "proof"),
    [
        (f"hồ sơ {ONE} tới đâu", CaseStepKind.ASK_PROOF, (ONE,), ""),
        (f"{ONE} và {TWO}", CaseStepKind.ASK_PROOF, (ONE, TWO), ""),
        (f"{ONE} đt cuối 5678", CaseStepKind.LOOK_UP, (ONE,), "5678"),
        (f"{ONE} 5678", CaseStepKind.LOOK_UP, (ONE,), "5678"),
        (f"{ONE} {TWO} số cuối 5678", CaseStepKind.LOOK_UP, (ONE, TWO), "5678"),
        (f"{ONE} nộp năm 2026 mà giờ chưa thấy ai gọi hết", CaseStepKind.ASK_PROOF, (ONE,), ""),
        ("H29.12-261102-04", CaseStepKind.FAULTY_CODE, (), ""),
        ("hồ sơ tôi tới đâu", CaseStepKind.ASK_CODE, (), ""),
    ],
)
def test_codes_in_the_message(text, kind, codes, proof):
    step = plan(text)
    assert (step.kind, step.codes, step.proof) == (kind, codes, proof)


def test_more_codes_than_fit_are_named():
    codes = [f"H29.12-261102-{number:04}" for number in range(MOST_CODES + 2)]
    step = plan(" ".join(codes))
    assert step.codes == tuple(codes[:MOST_CODES])
    assert step.more == tuple(codes[MOST_CODES:])


def test_a_wrong_code_beside_a_right_one_is_told_too():
    step = plan(f"{ONE}, H29.12-261302-0001")
    assert step.codes == (ONE,)
    assert [item.fault.value for item in step.faulty] == ["no_such_day"]


@pytest.mark.parametrize(
    ("text", "intent", "kind", "proof"),
    [
        ("5678", "nlu_fallback", CaseStepKind.LOOK_UP, "5678"),
        ("dạ 5 6 7 8 ạ", "nlu_fallback", CaseStepKind.LOOK_UP, "5678"),
        ("0912 345 678", "nlu_fallback", CaseStepKind.LOOK_UP, "5678"),
        ("k7px", "nlu_fallback", CaseStepKind.LOOK_UP, "K7PX"),
        ("thôi", "deny", CaseStepKind.CLOSE, ""),
        ("tôi không nhớ", "nlu_fallback", CaseStepKind.NOT_UNDERSTOOD, ""),
        ("tới đâu rồi", "ask_case_status", CaseStepKind.ASK_PROOF, ""),
        ("quên mã hồ sơ", "forget_case_code", CaseStepKind.CODE_PLACE, ""),
    ],
)
def test_replies_to_the_question_for_the_proof(text, intent, kind, proof):
    step = plan(text, intent, PROOF)
    assert (step.kind, step.proof) == (kind, proof)


def test_a_question_in_between_is_answered():
    assert (
        plan(
            "đăng ký tạm trú bao lâu", "ask_procedure", PROOF, facts=["time"], procedure_link={"certainty": "clear"}
        ).kind
        is CaseStepKind.DIGRESS
    )
    assert plan("bao lâu", "ask_procedure", PROOF, facts=["time"]).kind is CaseStepKind.NOT_UNDERSTOOD
    assert plan("ờ", "ask_procedure", PROOF).kind is CaseStepKind.NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("text", "intent", "said", "kind"),
    [
        ("làm giấy khai sinh", "ask_procedure", {"procedure_link": {"certainty": "close"}}, CaseStepKind.DIGRESS),
        ("mất hết ví muốn làm lại", "ask_procedure", {"procedure_link": {"words": 4}}, CaseStepKind.DIGRESS),
        ("asdf qwer", "nlu_fallback", {}, CaseStepKind.NOT_UNDERSTOOD),
        ("không", "deny", {}, CaseStepKind.CLOSE),
        ("thôi", "deny", {}, CaseStepKind.CLOSE),
        ("không nhớ gì hết trơn", "deny", {}, CaseStepKind.NOT_UNDERSTOOD),
    ],
)
@pytest.mark.parametrize("waiting", [Waiting(WaitFor.CODE), PROOF])
def test_the_wait_for_a_code_is_left_by_asking_another_thing(text, intent, said, kind, waiting):
    step = plan(text, waiting=waiting, **{**said, "intent": {"name": intent, "confidence": 0.9}})
    assert step.kind is kind


def test_a_code_without_its_unit_is_completed_by_the_unit():
    step = plan("261102-0001")
    assert step.kind is CaseStepKind.FAULTY_CODE
    assert (step.faulty[0].fault, step.faulty[0].part) == (CodeFault.NO_UNIT, "261102-0001")
    waiting = Waiting(WaitFor.CODE, part=step.faulty[0].part)
    assert read_waiting(waiting.to_slot()) == waiting
    assert plan("h29.12 nha", "nlu_fallback", waiting).kind is CaseStepKind.NOT_UNDERSTOOD
    completed = plan("h29.12", "nlu_fallback", waiting)
    assert (completed.kind, completed.codes) == (CaseStepKind.ASK_PROOF, (ONE,))


def test_another_code_replaces_the_one_that_was_waited_for():
    assert plan(f"nhầm, {TWO}", waiting=PROOF).codes == (TWO,)


def test_a_proven_dossier_is_shown_again_without_asking():
    assert plan("hồ sơ đó sao rồi", proven=(TWO, ONE)).codes == (ONE,)
    assert plan(ONE, proven=(ONE,)).kind is CaseStepKind.SHOW_AGAIN
    assert plan(f"{ONE} {TWO}", proven=(ONE,)).kind is CaseStepKind.ASK_PROOF
    assert pressed("ask_case_status", proven=(ONE,)).kind is CaseStepKind.ASK_CODE


def test_nothing_is_followed_without_proof():
    assert pressed("follow_case", case_code=ONE).kind is CaseStepKind.ASK_PROOF
    assert pressed("agree_to_follow", case_code=ONE).kind is CaseStepKind.ASK_PROOF
    assert pressed("follow_case", case_code=ONE, proven=(ONE,)).kind is CaseStepKind.ASK_CONSENT
    assert pressed("agree_to_follow", case_code=ONE, proven=(ONE,)).kind is CaseStepKind.FOLLOW
    step = plan(f"theo dõi giúp {ONE}", "follow_case")
    assert (step.kind, step.follow) == (CaseStepKind.ASK_PROOF, True)
    assert plan("5678", "nlu_fallback", Waiting(WaitFor.PROOF, (ONE,), follow=True)).follow


@pytest.mark.parametrize(
    ("text", "intent", "kind"),
    [
        ("ok", "affirm", CaseStepKind.FOLLOW),
        ("đồng ý", "affirm", CaseStepKind.FOLLOW),
        ("không", "deny", CaseStepKind.NO_FOLLOW),
        ("thôi", "deny", CaseStepKind.NO_FOLLOW),
        ("hả", "nlu_fallback", CaseStepKind.NOT_UNDERSTOOD),
    ],
)
def test_consent_is_a_clear_yes(text, intent, kind):
    step = plan(text, intent, Waiting(WaitFor.CONSENT, (ONE,)), CONSENT, proven=(ONE,))
    assert (step.kind, step.codes) == (kind, (ONE,))


def test_the_question_after_the_result():
    waiting = Waiting(WaitFor.RATING, (ONE,))
    assert plan("không hài lòng", "deny", waiting, SATISFACTION).rating == "dissatisfied"
    assert plan("thôi", "deny", waiting, SATISFACTION).rating == "skipped"
    assert pressed("rate_case", waiting, rating="satisfied").rating == "satisfied"
    remark = Waiting(WaitFor.REMARK, (ONE,))
    assert plan("đi lại ba lần", "lodge_petition", remark).kind is CaseStepKind.REMARK
    assert plan("thôi", "deny", remark).kind is CaseStepKind.CLOSE
    assert plan(TWO, waiting=remark).kind is CaseStepKind.ASK_PROOF


def test_stopping_by_code_by_button_and_in_words():
    assert plan(f"thôi theo dõi {ONE}", "stop_following").codes == (ONE,)
    assert pressed("stop_following", case_code=ONE).kind is CaseStepKind.STOP_FOLLOWING
    assert pressed("stop_following").kind is CaseStepKind.STOP_ALL
    assert plan("thôi theo dõi", "stop_following").codes == ()


@pytest.mark.parametrize("value", [None, "x", {}, {"kind": ""}, []])
def test_what_is_no_waiting_counts_as_none(value):
    assert read_waiting(value) == Waiting()


def test_a_forged_button_names_no_dossier():
    assert pressed("follow_case", case_code="'; DROP TABLE").kind is CaseStepKind.ASK_CODE
    assert pressed("ask_case_status", case_code="H29.12-261302-0001").kind is CaseStepKind.ASK_CODE


ELSEWHERE, HERE = Moment("action_answer_vneid"), Moment("action_look_up_case_status")


@pytest.mark.parametrize(
    ("takes", "intent", "text", "moment", "mine"),
    [
        (Takes.CASE_PROOF, "nlu_fallback", "5678", ELSEWHERE, True),
        (Takes.CASE_PROOF, "share_credentials", "5678", HERE, True),
        (Takes.CASE_PROOF, "report_emergency", "cháy nhà cứu với", HERE, False),
        (Takes.CASE_PROOF, "ask_vneid", "vneid dùng làm gì", HERE, False),
        (Takes.CASE_PROOF, "out_of_scope", "sao phải đưa số điện thoại", HERE, True),
        (Takes.CASE_PROOF, "ask_vneid", "số điện thoại để làm gì vậy", HERE, True),
        (Takes.CASE_PROOF, "out_of_scope", "bữa nay trời mưa không", HERE, False),
        (Takes.CASE_CODE, "out_of_scope", "bữa nay trời mưa không", HERE, False),
        (Takes.CASE_CODE, "greet", "xin chào", HERE, False),
        (Takes.CASE_CODE, "nlu_fallback", "asdf qwer", HERE, True),
        (Takes.CASE_CODE, "nlu_fallback", "asdf qwer", ELSEWHERE, False),
        (Takes.REMARK, "lodge_petition", "chậm quá", HERE, True),
        (Takes.REMARK, "lodge_petition", "chậm quá", ELSEWHERE, False),
        (Takes.OPTIONS, "lodge_petition", "chậm quá", HERE, False),
    ],
)
def test_who_gets_a_message_while_a_dossier_is_asked_about(takes, intent, text, moment, mine):
    question = read_open_question(OpenQuestion("action_look_up_case_status", takes=takes).to_slot())
    assert question.takes is takes
    assert goes_to_asker(question, intent, text, moment) is mine


def test_ten_thousand_random_messages_are_planned_without_an_error():
    made = random.Random(7)
    letters = "H29.-–— 0O1lI2669D\u200bđưà/§[]{}\n5678“K7px"
    kinds = [*WaitFor]
    for _ in range(10_000):
        text = "".join(made.choices(letters, k=made.randint(0, 40)))
        step = plan(text, made.choice(["nlu_fallback", "ask_case_status"]), Waiting(made.choice(kinds), (ONE,)))
        assert len(step.codes) <= MOST_CODES
        assert len(step.proof) <= len(text)
