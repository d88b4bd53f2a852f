"""What to do with a turn: one table, from findings to step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.nlu.recall import Recalled
from bot.nlu.turn import Beside, Memory, Step, StepKind, Turn, asks_without_subject, plan_turn, read_turn
from knowledge.facts import Fact
from knowledge.search.deciding import Certainty
from knowledge.search.index import Hit

A, B, C, D = (Hit(f"1.00000{number}", f"Việc {number}", score) for number, score in enumerate((0.5, 0.3, 0.15, 0.02)))
DEATH, REMOVAL = Hit("1.000656", "Đăng ký khai tử", 0.5), Hit("1.003197", "Xóa đăng ký thường trú", 0.4)
BIRTH, MARRIAGE = Hit("9.000001", "Đăng ký khai sinh", 0.4), Hit("9.000002", "Đăng ký kết hôn", 0.4)
FATHER = Hit("9.000003", "Đăng ký nhận cha, mẹ, con", 0.4)
BIRTH_AND_FATHER = Hit("9.000004", "Đăng ký khai sinh kết hợp đăng ký nhận cha, mẹ, con", 0.7)
NOTHING = Turn("ask_procedure", (), (), Certainty.NONE, 0, "", "", None, "", (), ())
FEE = (Fact.FEE,)
K = StepKind


def turn(**changes):
    return replace(NOTHING, **changes)


@pytest.mark.parametrize(
    ("changes", "bare"),
    [
        ({"facts": (Fact.PLACE,), "words": 1}, True),
        ({"facts": (Fact.TIME,), "words": 0}, True),
        ({"facts": (Fact.FEE,), "words": 1}, False),
        ({"facts": (), "words": 1}, False),
        ({"facts": (Fact.PLACE,), "words": 3}, False),
        ({"facts": (Fact.PLACE,), "words": 2, "certainty": Certainty.CLOSE}, False),
        ({"facts": (Fact.PLACE,), "intent": "ask_fact"}, False),
        ({"facts": (Fact.PLACE,), "choice": 1}, False),
    ],
)
def test_which_questions_name_no_subject(changes, bare):
    assert asks_without_subject(turn(**changes)) is bare


def offers(*hits):
    return tuple((hit.code, hit.title) for hit in hits)


CLEAR = {"hits": (A, D), "certainty": Certainty.CLEAR, "words": 3, "sure": 0.9}
CLOSE = {"hits": (A, B, C, D), "certainty": Certainty.CLOSE, "words": 3}
WEAK = {"hits": (D, A), "certainty": Certainty.WEAK, "words": 5}
OFFERED = {"offered": (A.code, B.code)}

TABLE = [
    # a code, pressed or typed, comes before everything
    (turn(chosen_code="1.004194", facts=FEE), Step(K.ANSWER, FEE, "1.004194")),
    (turn(typed_code="1.004194", **CLEAR), Step(K.ANSWER, (), "1.004194")),
    (turn(typed_code="1.004194", pending=FEE), Step(K.ANSWER, FEE, "1.004194")),
    (turn(typed_code="1.004194", facts=(Fact.TIME,), pending=FEE), Step(K.ANSWER, (Fact.TIME,), "1.004194")),
    (turn(chosen_code="1.000009", typed_code="1.004194"), Step(K.ANSWER, (), "1.000009")),
    # a fact button asks about the procedure last answered
    (turn(intent="ask_fact", facts=FEE, active_code=A.code), Step(K.ANSWER, FEE, A.code)),
    (turn(intent="ask_fact", facts=FEE), Step(K.NO_SUBJECT, FEE)),
    # a number picks from what was offered
    (turn(choice=2, **OFFERED), Step(K.ANSWER, (), B.code)),
    (turn(choice=1, pending=FEE, **OFFERED), Step(K.ANSWER, FEE, A.code)),
    (turn(choice=3, **OFFERED), Step(K.OUT_OF_RANGE)),
    (turn(choice=0, pending=FEE, **OFFERED), Step(K.OUT_OF_RANGE, FEE)),
    (turn(choice=99, **OFFERED), Step(K.OUT_OF_RANGE)),
    (turn(choice=2), Step(K.NO_SUBJECT)),
    (turn(choice=2, offered=("1.000001#a", "1.000001#b")), Step(K.ANSWER, (), "1.000001", case_id="b")),
    # a button for the case of a long dossier
    (
        turn(intent="ask_fact", facts=(Fact.DOCUMENTS,), active_code=A.code, case_id="own_home"),
        Step(K.ANSWER, (Fact.DOCUMENTS,), A.code, case_id="own_home"),
    ),
    # a short reply that names something offered takes it
    (turn(hits=(C, B), certainty=Certainty.CLOSE, words=2, **OFFERED), Step(K.ANSWER, (), B.code)),
    (turn(hits=(C,), others=(B,), certainty=Certainty.CLEAR, words=2, **OFFERED), Step(K.ANSWER, (), B.code)),
    (turn(hits=(C, D), certainty=Certainty.CLEAR, words=9, **OFFERED), Step(K.ANSWER, (), C.code)),
    # a question without a subject after a choice that was not taken: the likeliest, with what was asked before
    (
        turn(facts=(Fact.TIME,), pending=FEE, likely=A.code, listed=(A.code, B.code), **OFFERED),
        Step(K.ANSWER, (Fact.FEE, Fact.TIME), A.code, also=(B.code,), beside=Beside.CHOICE),
    ),
    (turn(likely=A.code, listed=(A.code, B.code)), Step(K.NOT_UNDERSTOOD)),
    (turn(facts=FEE, likely=A.code, active_code=C.code), Step(K.ANSWER, FEE, C.code)),
    (turn(intent="affirm", likely=A.code, listed=(A.code, B.code)), Step(K.ANSWER, (), A.code)),
    # a list stays open by number after one of it was taken
    (turn(choice=2, listed=(A.code, B.code), active_code=A.code), Step(K.ANSWER, (), B.code)),
    (
        turn(choice=2, listed=(A.code, B.code), offered=("1.000009#a", "1.000009#b")),
        Step(K.ANSWER, (), "1.000009", case_id="b"),
    ),
    (turn(choice=3, listed=(A.code, B.code)), Step(K.OUT_OF_RANGE)),
    # going back
    (
        turn(recalled=Recalled.PREVIOUS, history=(A.code, B.code, C.code), active_code=C.code),
        Step(K.ANSWER, (), B.code),
    ),
    (turn(recalled=Recalled.PREVIOUS, history=(A.code, B.code)), Step(K.ANSWER, (), B.code)),
    (turn(recalled=Recalled.FIRST, history=(A.code, B.code), active_code=B.code), Step(K.ANSWER, (), A.code)),
    (turn(recalled=Recalled.FIRST, history=(A.code,), active_code=A.code, facts=FEE), Step(K.ANSWER, FEE, A.code)),
    (turn(recalled=Recalled.PREVIOUS, history=(A.code,), active_code=A.code), Step(K.ANSWER, (), A.code)),
    (turn(recalled=Recalled.PREVIOUS), Step(K.NO_SUBJECT)),
    (turn(recalled=Recalled.OTHER, listed=(A.code, B.code), active_code=A.code), Step(K.ANSWER, (), B.code)),
    (
        turn(recalled=Recalled.OTHER, listed=(A.code, B.code, C.code), active_code=A.code),
        Step(K.WHICH, offers=((B.code, ""), (C.code, ""))),
    ),
    # several wishes: the first, and the others beside it; the linked procedure where it covers them
    (turn(facts=FEE, wishes=(A, B), **CLOSE), Step(K.ANSWER, FEE, A.code, also=(B.code,), beside=Beside.WISHES)),
    (turn(wishes=(B, A), **CLEAR), Step(K.ANSWER, (), B.code, also=(A.code,), beside=Beside.WISHES)),
    (turn(wishes=(B, C), **CLEAR), Step(K.ANSWER, (), A.code)),
    # the whole means one procedure only surely, or where its name holds the wishes'
    (
        turn(wishes=(MARRIAGE, BIRTH), hits=(BIRTH_AND_FATHER,), certainty=Certainty.CLEAR, words=4, sure=0.76),
        Step(K.ANSWER, (), MARRIAGE.code, also=(BIRTH.code,), beside=Beside.WISHES),
    ),
    (
        turn(wishes=(BIRTH, FATHER), hits=(BIRTH_AND_FATHER,), certainty=Certainty.CLEAR, words=4, sure=0.76),
        Step(K.ANSWER, (), BIRTH_AND_FATHER.code),
    ),
    (
        turn(wishes=(DEATH, REMOVAL), hits=(DEATH,), certainty=Certainty.CLOSE, words=5),
        Step(K.ANSWER, (), "2.002913", also=(DEATH.code, REMOVAL.code), beside=Beside.WISHES),
    ),
    # an event of life beside a procedure of it that is asked for
    (turn(event_codes=(B.code, A.code), **CLEAR), Step(K.ANSWER, (), A.code, also=(B.code,), beside=Beside.EVENT)),
    (turn(event_codes=(B.code, C.code), **CLEAR), Step(K.ANSWER, (), A.code)),
    # what was kept of one procedure is not asked of the next
    (turn(pending=FEE, active_code=C.code, **CLEAR), Step(K.ANSWER, (), A.code)),
    # yes
    (turn(intent="affirm", offered=("1.000001#a",), active_code=A.code), Step(K.WHICH_FACT, code=A.code)),
    (turn(intent="affirm", **OFFERED), Step(K.ANSWER, (), A.code)),
    (turn(intent="affirm"), Step(K.NO_SUBJECT)),
    # no subject: the procedure at hand, or ask
    (turn(facts=FEE, active_code=A.code), Step(K.ANSWER, FEE, A.code)),
    (turn(facts=FEE), Step(K.NO_SUBJECT, FEE)),
    (turn(), Step(K.NOT_UNDERSTOOD)),
    # what the words lead to
    (turn(**CLEAR), Step(K.ANSWER, (), A.code)),
    (turn(facts=FEE, active_code=C.code, **CLEAR), Step(K.ANSWER, FEE, A.code)),
    (turn(facts=FEE, **CLOSE), Step(K.WHICH, FEE, offers=offers(A, B, C))),
    (turn(facts=FEE, active_code=B.code, **CLOSE), Step(K.ANSWER, FEE, B.code)),
    (turn(active_code=B.code, **CLOSE), Step(K.WHICH, offers=offers(A, B, C))),
    (turn(**WEAK), Step(K.NEAREST, offers=offers(D, A))),
    (turn(facts=FEE, active_code=C.code, **WEAK), Step(K.NEAREST, FEE, offers=offers(D, A))),
    (turn(facts=FEE, active_code=C.code, **{**WEAK, "words": 2}), Step(K.ANSWER, FEE, C.code)),
    (turn(words=4), Step(K.NOTHING_NEAR)),
    (turn(words=4, facts=FEE), Step(K.NOTHING_NEAR, FEE)),
    (turn(words=4, hits=(D,), certainty=Certainty.NONE), Step(K.NOTHING_NEAR)),
]


@pytest.mark.requirement("R-02", "R-15")
@pytest.mark.parametrize(("found", "step"), TABLE, ids=range(len(TABLE)))
def test_the_step_that_follows(found, step):
    assert plan_turn(found) == step


@pytest.mark.requirement("R-08")
def test_a_fact_asked_before_the_choice_is_not_asked_again():
    first = plan_turn(turn(facts=FEE, **CLOSE))
    chosen = turn(choice=1, offered=tuple(code for code, _ in first.offers), pending=first.facts)
    assert plan_turn(chosen) == Step(K.ANSWER, FEE, A.code)


@pytest.mark.requirement("R-08")
def test_a_fact_asked_before_the_subject_is_not_asked_again():
    assert plan_turn(turn(facts=FEE)).facts == FEE
    assert plan_turn(turn(pending=FEE, **CLEAR)) == Step(K.ANSWER, FEE, A.code)


def message(intent="ask_procedure", entities=(), link=None, facts=()):
    items = [{"entity": name, "value": value} for name, value in entities]
    return {"intent": {"name": intent}, "entities": items, "procedure_link": link or {}, "facts": list(facts)}


def read(data):
    return read_turn(data, Memory())


def test_findings_are_read_from_the_message():
    link = {
        "hits": [{"code": "1.000001", "title": "Việc", "score": 0.7}],
        "certainty": "clear",
        "words": 2,
        "code": "1.004194",
    }
    found = read_turn(message(link=link, facts=["fee", "time"]), Memory("1.000002", ("1.000003",), FEE))
    assert found.facts == (Fact.FEE, Fact.TIME)
    assert found.hits == (Hit("1.000001", "Việc", 0.7),)
    assert (found.certainty, found.words, found.typed_code) == (Certainty.CLEAR, 2, "1.004194")
    assert (found.active_code, found.offered, found.pending) == ("1.000002", ("1.000003",), FEE)


def test_buttons_carry_code_and_fact():
    assert read(message("choose_procedure", [("procedure_code", "1.004194")])).chosen_code == "1.004194"
    assert read(message("ask_fact", [("fact", "fee")])).facts == FEE


def test_a_code_in_words_is_not_a_pressed_button():
    assert read(message("ask_procedure", [("procedure_code", "1.004194")])).chosen_code == ""


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"intent": None, "entities": None, "procedure_link": None, "facts": None},
        message("ask_fact", [("fact", "password")]),
        message("ask_fact", [("fact", "'; DROP TABLE record; --")]),
        message("choose_option", [("choice", "²")]),
        message("choose_option", [("choice", "-1")]),
        message("choose_option", [("choice", "one")]),
        message(facts=["no_such_fact"]),
    ],
)
def test_hostile_or_missing_parts_count_as_nothing(data):
    found = read(data)
    assert (found.facts, found.choice, found.hits) == ((), None, ())


def test_a_hostile_code_is_only_a_code_that_no_record_has():
    found = read(message("choose_procedure", [("procedure_code", "<script>")]))
    assert plan_turn(found) == Step(K.ANSWER, (), "<script>")
