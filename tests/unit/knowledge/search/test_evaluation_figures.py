"""Figures of a toy result set, counted by hand, and files of questions with their faults."""

from __future__ import annotations

import pytest

from knowledge.search import evaluation
from knowledge.search.deciding import Certainty
from knowledge.search.evaluation import (
    EvaluationSetInvalidError,
    Labelled,
    Result,
    confusions,
    evaluate,
    figures,
    outside_auc,
    read_set,
    report,
    worst,
)
from knowledge.search.index import Hit, ProcedureIndex, Ranked
from tests.fixtures.small_catalogue import hand_ranker, small_entries


def result(
    codes, rank, certainty, inside=0.9, expect="", sure=0.5, given="9.000099", milliseconds=2.0, by_vectors=False
):
    ranked = Ranked((Hit(given, given, 0.5),), sure, inside, by_vectors)
    return Result(Labelled(f"hỏi {codes}", frozenset(codes), expect), ranked, rank, certainty, milliseconds)


TOY = [
    result(["a"], 1, Certainty.CLEAR, expect="answer", given="a", milliseconds=1.0),
    result(["a"], 1, Certainty.CLOSE, expect="answer", given="a", milliseconds=3.0, by_vectors=True),
    result(["b"], 2, Certainty.CLEAR, expect="clarify", sure=0.9, given="c"),
    result(["b"], 4, Certainty.CLOSE, sure=0.3, given="c"),
    result(["d"], 5, Certainty.CLOSE, sure=0.4),
    result(["d"], 0, Certainty.NONE, inside=0.3, sure=0.1),
    result([], 0, Certainty.NONE, inside=0.1, expect="outside"),
    result([], 0, Certainty.WEAK, inside=0.3, expect="oos", milliseconds=10.0, by_vectors=True),
]


def test_figures_are_those_counted_by_hand():
    found = figures(TOY)
    assert found.questions == 6
    assert found.hit_1 == pytest.approx(2 / 6)
    assert found.hit_3 == pytest.approx(3 / 6)
    assert found.hit_5 == pytest.approx(5 / 6)
    assert found.mean_reciprocal_rank == pytest.approx((1 + 1 + 1 / 2 + 1 / 4 + 1 / 5) / 6)
    assert found.answered == pytest.approx(2 / 6)
    assert found.right_at_once == pytest.approx(1 / 2)
    assert found.offered == pytest.approx(2 / 6)  # the fifth place is no longer offered
    assert found.milliseconds == pytest.approx((1 + 3 + 2 * 5 + 10) / 8)
    assert found.milliseconds_95 == 3.0
    assert found.vectors_used == pytest.approx(2 / 8)


def test_what_was_decided_by_what_was_expected():
    expected = figures(TOY).expected
    assert expected["answer"] == {"clear": 0.5, "close": 0.5, "questions": 2}
    assert expected["clarify"] == {"clear": 1.0, "questions": 1}
    assert expected["outside"] == {"none": 1.0, "questions": 1}
    assert set(expected) == {"answer", "clarify", "outside", "oos"}


def test_no_results_give_noughts():
    found = figures([])
    assert (found.questions, found.hit_1, found.right_at_once, found.milliseconds, found.expected) == (0, 0, 0, 0, {})
    assert confusions([]) == []
    assert list(worst([])) == []


def test_inside_from_outside_counts_pairs_and_halves_ties():
    # five at 0.9 above both; 0.3 above 0.1 and level with 0.3
    assert outside_auc(TOY) == pytest.approx((5 * 2 + 1 + 0.5) / 12)
    assert outside_auc(TOY[:6]) is None
    assert outside_auc(TOY[6:]) is None


def test_confusions_and_worst_misses():
    assert confusions(TOY)[0] == ("b", "c", 2)
    assert len(confusions(TOY, count=1)) == 1
    assert [miss.ranked.sure for miss in worst(TOY)] == [0.9, 0.4, 0.3, 0.1]
    assert len(list(worst(TOY, count=2))) == 2


@pytest.fixture
def index():
    return ProcedureIndex.build(small_entries(), ranker=hand_ranker(), fact_questions=())


def test_questions_are_asked_of_the_index(index):
    questions = [
        Labelled("đăng ký tạm trú", frozenset({"9.000001"})),
        Labelled("đăng ký tạm trú", frozenset({"1.999999"})),
        Labelled("", frozenset({"9.000001"})),
    ]
    found = evaluate(index, questions)
    assert [item.rank for item in found] == [1, 0, 0]
    assert found[0].certainty is Certainty.CLEAR
    assert found[2].certainty is Certainty.NONE
    shouted = evaluate(index, questions[:1], noise=lambda text: "???")
    assert shouted[0].ranked.hits == ()


def test_a_report_holds_figures_for_each_noise_and_stands_questions_without_hits(index):
    questions = [Labelled("nuôi bồ câu", frozenset({"9.000008"}), "answer"), Labelled("???", frozenset({"9.000001"}))]
    found = report(index, [*questions, Labelled("trời mưa", frozenset(), "outside")])
    assert set(found["figures"]) == {"as typed", "without diacritics", "two slips"}
    assert found["figures"]["without diacritics"]["hit_1"] == 0.5
    assert found["worst"] == [{"text": "???", "wanted": ["9.000001"], "given": [], "sure": 0.0}]
    assert 0.0 <= found["outside_auc"] <= 1.0


def test_a_file_of_questions_is_read(tmp_path):
    file = tmp_path / "set.jsonl"
    file.write_text(
        '{"text": "một", "codes": ["9.000001"], "fields": []}\n\n{"text": "hai", "expect": "outside"}\n', "utf-8"
    )
    assert read_set(file) == [Labelled("một", frozenset({"9.000001"})), Labelled("hai", frozenset(), "outside")]


@pytest.mark.parametrize(
    "line",
    [
        "{", "[]", "3", "null", '"text"', "{}", '{"text": 3}', '{"text": null}',
        '{"text": "x", "codes": [1]}', '{"text": "x", "codes": "9.1"}', '{"text": "x", "codes": {"a": 1}}',
    ],
)  # fmt: skip
def test_a_bad_line_is_named(tmp_path, line):
    file = tmp_path / "set.jsonl"
    file.write_text(f'{{"text": "một"}}\n{line}\n', "utf-8")
    with pytest.raises(EvaluationSetInvalidError, match=r"set\.jsonl:2: "):
        read_set(file)
    assert EvaluationSetInvalidError.code == "EVALUATION_SET_INVALID"


def test_as_many_are_offered_as_choices_are_shown():
    from knowledge.search.deciding import _MOST_OFFERED

    assert evaluation._OFFERED == _MOST_OFFERED
