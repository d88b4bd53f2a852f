"""What screening found and what both classifiers make likely, against each other."""

from __future__ import annotations

from itertools import product

import pytest

from bot.nlu.arbiter import SAFETY
from bot.nlu.safety_first import may_be_danger, read_guess, safety_intent, told_matter, without_danger

NOTHING = {"words": 0}


def settled(name, confidence, screening=None, link=None, danger=None, facts=(), seen=0.2):
    """What safety makes of a message that the first classifier takes for `name`, and nearly for a question.

    seen: how likely the first classifier finds the kind of danger that the second sees, if it has another in mind.
    """
    ranking = [{"name": name, "confidence": confidence}, {"name": "ask_vneid", "confidence": 1 - confidence}]
    if danger and name not in SAFETY:
        ranking.append({"name": danger["intent"], "confidence": seen if danger["intent"] in SAFETY else 0.0})
    return safety_intent(read_guess(ranking, danger), screening or {}, link or {"words": 5}, facts)


def danger(intent, whole, clause=0.0):
    return {"intent": intent, "whole": whole, "clause": clause}


@pytest.mark.parametrize(
    ("name", "confidence", "screening", "intent"),
    [
        ("ask_procedure", 0.99, {"matter": "emergency"}, "report_emergency"),
        ("report_violence", 0.9, {"matter": "emergency"}, "report_emergency"),
        ("report_emergency", 0.9, {"matter": "violence"}, "report_emergency"),
        ("ask_procedure", 0.9, {"matter": "violence"}, "report_violence"),
        ("express_distress", 0.9, {"masked": ["otp"]}, "express_distress"),
        ("ask_procedure", 0.9, {"masked": ["otp"]}, "share_credentials"),
        ("ask_procedure", 0.9, {"matter": "codes"}, "share_credentials"),
        ("ask_procedure", 0.9, {"matter": "denunciation"}, "report_corruption"),
        ("share_credentials", 0.9, {"matter": "no_codes"}, "ask_procedure"),
        ("report_corruption", 0.9, {"matter": "no_denunciation"}, "ask_procedure"),
        ("nlu_fallback", 0.3, {"masked": ["phone"]}, "share_credentials"),
        ("ask_procedure", 0.9, {"matter": "emergency", "says_too_little": True}, "report_emergency"),
    ],
)
def test_screening_goes_first(name, confidence, screening, intent):
    assert settled(name, confidence, screening, NOTHING)[0] == intent


@pytest.mark.parametrize(
    ("name", "screening", "words"),
    [
        ("ask_procedure", {}, 3),
        ("ask_procedure", {"masked": ["phone"]}, 0),
        ("nlu_fallback", {"masked": ["phone"]}, 5),
    ],
)
def test_else_the_arbiter_decides(name, screening, words):
    assert settled(name, 0.9, screening, {"words": words}) is None


@pytest.mark.parametrize(
    ("intent", "whole", "clause", "certainty", "found"),
    [
        ("report_emergency", 0.5, 0.5, "none", True),
        ("report_emergency", 0.7, 0.7, "clear", False),
        ("report_emergency", 0.9, 0.9, "clear", True),
        ("report_corruption", 0.3, 0.97, "none", True),
        ("report_corruption", 0.3, 0.97, "clear", False),
        ("report_corruption", 0.3, 0.3, "none", False),
        ("", 0.0, 0.0, "none", False),
    ],
)
def test_the_danger_classifier_is_believed_by_how_sure_it_is(intent, whole, clause, certainty, found):
    said = settled("ask_procedure", 0.6, {}, {"words": 3, "certainty": certainty}, danger(intent, whole, clause))
    assert (said[0] if said else None) == (intent if found else None)


@pytest.mark.parametrize(
    ("first", "whole", "found"),
    [(0.7, 0.05, False), (0.95, 0.1, False), (0.8, 0.3, True), (0.6, 0.4, True), (0.4, 0.3, False)],
)
def test_neither_classifier_raises_an_alarm_that_the_other_does_not_see(first, whole, found):
    said = settled("report_violence", first, danger=danger("report_violence", whole))
    assert (said is not None) is found


def test_a_message_of_too_few_words_is_no_danger_by_likeness():
    said = danger("report_violence", 0.93, 0.93)
    assert settled("report_violence", 0.95, {"says_too_little": True}, danger=said) is None
    assert settled("report_violence", 0.95, {"says_too_little": False}, danger=said)[0] == "report_violence"


def test_what_is_surely_harmless_needs_more_unless_it_is_an_emergency():
    link = {"words": 3, "certainty": "close"}
    assert settled("tell_life_event", 0.96, {}, link, danger("express_distress", 0.5)) is None
    assert settled("tell_life_event", 0.96, {}, link, danger("report_emergency", 0.5)) == ("report_emergency", 0.5)


@pytest.mark.parametrize(("whole", "found"), [(0.5, False), (0.75, False), (0.82, True)])
def test_where_the_first_sees_hardly_any_danger_the_second_must_be_sure(whole, found):
    said = settled("out_of_scope", 0.6, {}, None, danger("report_emergency", whole), seen=0.1)
    assert (said is not None) is found
    assert settled("out_of_scope", 0.6, {}, None, danger("express_distress", 0.75), seen=0.1) is not None


def test_fraud_needs_less_than_an_accusation_where_no_fact_is_asked():
    told = danger("report_scam", 0.5)
    assert settled("nlu_fallback", 0.4, {}, None, told) is not None
    assert settled("nlu_fallback", 0.4, {}, None, danger("report_corruption", 0.5)) is None
    assert settled("nlu_fallback", 0.4, {}, None, danger("report_scam", 0.48), ["fee"]) is None


def test_a_question_on_the_procedure_of_denouncing_is_no_accusation_however_sure():
    said = danger("report_corruption", 0.99, 0.99)
    assert settled("ask_procedure", 0.9, {"matter": "no_denunciation"}, NOTHING, said) is None


def test_fraud_needs_the_first_classifier_to_be_sure_and_the_second_not_to_be_blind():
    assert settled("report_scam", 0.8, danger=danger("report_scam", 0.12))[0] == "report_scam"
    assert settled("report_scam", 0.7, danger=danger("report_scam", 0.08)) is None


def test_a_sure_first_classifier_says_which_kind_it_is():
    assert settled("express_distress", 0.9, danger=danger("report_emergency", 0.9))[0] == "express_distress"
    assert settled("express_distress", 0.5, danger=danger("report_emergency", 0.9))[0] == "report_emergency"


def test_what_is_no_danger_is_the_likeliest_of_the_rest():
    ranking = [{"name": "report_violence", "confidence": 0.6}, {"name": "ask_vneid", "confidence": 0.2}]
    assert without_danger(ranking) == ("ask_vneid", 0.2)
    assert without_danger(ranking[:1]) == ("nlu_fallback", 0.0)
    assert read_guess([], None).name == "nlu_fallback"


def test_a_fact_that_is_asked_is_no_accusation_on_half_a_guess():
    """ "Làm nhanh có phải thêm tiền không" """
    for intent, found in (("report_corruption", False), ("report_emergency", True)):
        said = danger(intent, 0.4)
        assert (settled(intent, 0.8, danger=said, facts=["fee"]) is not None) is found
        assert settled(intent, 0.8, danger=said) is not None


@pytest.mark.parametrize(
    ("first", "told", "certainty", "facts", "found"),
    [
        (0.4, 0.7, "none", [], True),
        (0.6, 0.5, "close", [], True),
        (0.2, 0.5, "none", [], True),  # both think first of it
        (0.2, 0.4, "none", [], False),
        (0.6, 0.5, "clear", [], False),
        (0.6, 0.5, "close", ["fee"], False),
        (0.9, 0.9, "clear", ["fee"], True),
    ],
)
def test_another_matter_is_told_where_both_classifiers_see_it(first, told, certainty, facts, found):
    ranking = [{"name": "ask_legal_advice", "confidence": first}, {"name": "ask_procedure", "confidence": 0.1}]
    said = {"matter": "ask_legal_advice", "told": told}
    matter = told_matter(ranking, said, {"certainty": certainty}, facts)
    assert (matter[0] if matter else None) == ("ask_legal_advice" if found else None)


def test_no_matter_is_told_where_nothing_was_weighed():
    assert told_matter([], None, {}) is None


@pytest.mark.parametrize(
    ("intent", "first", "sure", "whole", "found"),
    [
        ("report_emergency", "tell_life_event", 0.93, 0.88, False),
        ("report_emergency", "report_emergency", 0.7, 0.4, False),
        ("report_emergency", "report_emergency", 0.9, 0.9, True),
        ("express_distress", "express_distress", 0.9, 0.6, True),
    ],
)
def test_a_death_is_an_errand_unless_both_see_danger(intent, first, sure, whole, found):
    said = settled(first, sure, {"bereaved": True}, {"words": 4, "certainty": "none"}, danger(intent, whole))
    assert (said[0] if said else None) == (intent if found else None)


def test_accusations_and_fraud_need_more_than_danger_to_life():
    told = {"words": 4, "certainty": "none"}
    assert settled("ask_procedure", 0.6, {}, told, danger("report_emergency", 0.5)) is not None
    assert settled("ask_procedure", 0.6, {}, told, danger("report_corruption", 0.5)) is None
    assert settled("ask_procedure", 0.6, {}, told, danger("report_scam", 0.7)) is not None


GRID = (0.0, 0.05, 0.09, 0.11, 0.15, 0.17, 0.3, 0.44, 0.46, 0.7, 0.79, 0.81, 0.94, 0.96, 1.0)


@pytest.mark.parametrize("name", ["ask_procedure", "share_credentials", "report_scam", "report_emergency"])
@pytest.mark.parametrize("kind", ["share_credentials", "report_scam", "report_corruption", "report_emergency"])
@pytest.mark.parametrize("link", [{"words": 5}, {"words": 0}, {"words": 5, "certainty": "clear"}])
def test_no_alarm_comes_of_what_may_not_be_danger(name, kind, link):
    raised = 0
    for sure, whole, clause in product(GRID, GRID, GRID):
        said, facts = danger(kind, whole, clause), ["fee"] if sure < 0.5 else []
        alarm = settled(name, sure, {}, link, said, facts)
        raised += alarm is not None
        assert alarm is None or may_be_danger({}, said)
    assert raised


@pytest.mark.parametrize("screening", [{"matter": "emergency"}, {"matter": "codes"}, {"masked": ["phone"]}])
def test_what_screening_found_may_be_danger(screening):
    assert may_be_danger(screening, None)


@pytest.mark.parametrize("screening", [{}, {"matter": "no_codes"}, {"matter": "no_denunciation"}, {"masked": []}])
def test_what_screening_cleared_may_not(screening):
    assert not may_be_danger(screening, danger("report_scam", 0.02))
