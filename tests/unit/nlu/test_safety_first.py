"""What screening found against the classifier's guess."""

from __future__ import annotations

import pytest

from bot.nlu.safety_first import believed, safety_intent

NOTHING = {"words": 0}


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
    ],
)
def test_screening_goes_first(name, confidence, screening, intent):
    assert safety_intent(name, confidence, screening, NOTHING)[0] == intent


@pytest.mark.parametrize(
    ("name", "screening", "words"),
    [
        ("ask_procedure", {}, 3),
        ("ask_procedure", {"masked": ["phone"]}, 0),
        ("nlu_fallback", {"masked": ["phone"]}, 5),
        ("report_scam", {"matter": "no_codes"}, 3),
    ],
)
def test_else_the_arbiter_decides(name, screening, words):
    assert safety_intent(name, 0.9, screening, {"words": words}) is None


@pytest.mark.parametrize(
    ("intent", "whole", "clause", "certainty", "found"),
    [
        ("report_emergency", 0.5, 0.5, "none", True),
        ("report_emergency", 0.7, 0.7, "clear", False),
        ("report_emergency", 0.9, 0.9, "clear", True),
        ("report_corruption", 0.3, 0.97, "none", True),
        ("report_corruption", 0.3, 0.3, "none", False),
        ("", 0.0, 0.0, "none", False),
    ],
)
def test_the_danger_classifier_is_believed_by_how_sure_it_is(intent, whole, clause, certainty, found):
    danger = {"intent": intent, "whole": whole, "clause": clause}
    settled = safety_intent("ask_procedure", 0.6, {}, {"words": 3, "certainty": certainty}, danger)
    assert settled == ((intent, max(whole, clause)) if found else None)


def test_what_is_surely_harmless_needs_more_unless_it_is_an_emergency():
    def settled(intent):
        danger = {"intent": intent, "whole": 0.5, "clause": 0.5}
        return safety_intent("tell_life_event", 0.96, {}, {"words": 3, "certainty": "close"}, danger)

    assert settled("express_distress") is None
    assert settled("report_emergency") == ("report_emergency", 0.5)


def test_a_question_on_the_procedure_of_denouncing_is_no_accusation_however_sure():
    danger = {"intent": "report_corruption", "whole": 0.99, "clause": 0.99}
    screening = {"matter": "no_denunciation"}
    assert safety_intent("ask_procedure", 0.9, screening, NOTHING, danger) is None


@pytest.mark.parametrize(
    ("name", "whole", "clause", "instead"),
    [
        ("report_corruption", 0.05, 0.9, "ask_procedure"),
        ("report_corruption", 0.3, 0.3, None),
        ("report_emergency", 0.05, 0.05, "ask_procedure"),
        ("report_emergency", 0.05, 0.3, None),
        ("report_scam", 0.01, 0.01, None),
        ("greet", 0.01, 0.01, None),
    ],
)
def test_the_first_classifier_alone_raises_no_alarm(name, whole, clause, instead):
    ranking = [{"name": name, "confidence": 0.7}, {"name": "ask_procedure", "confidence": 0.2}]
    found = believed(ranking, {"intent": "report_emergency", "whole": whole, "clause": clause})
    assert found == ((instead, 0.2) if instead else None)


def test_without_the_second_classifier_the_first_stands():
    assert believed([{"name": "report_emergency", "confidence": 0.6}], None) is None


def test_one_clause_is_no_danger_where_a_procedure_is_surely_asked_about():
    danger = {"intent": "report_emergency", "whole": 0.01, "clause": 0.99}
    link = {"words": 9, "certainty": "clear"}
    assert safety_intent("ask_procedure", 0.95, {}, link, danger) is None
    assert safety_intent("ask_procedure", 0.70, {}, link, danger) == ("report_emergency", 0.99)
    assert safety_intent("ask_procedure", 0.95, {}, link, danger | {"whole": 0.2}) == ("report_emergency", 0.99)
