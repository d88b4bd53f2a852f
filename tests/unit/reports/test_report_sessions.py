"""What a session is, and how it ended."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.ops.outcomes import Outcome
from bot.reports.count_talks import REASONS
from bot.reports.facts import TurnFact
from bot.reports.sessions import Result, group_of, sessions_of

NOON = datetime(2026, 10, 5, 5, tzinfo=timezone.utc)
BIRTH = "1.001193"


def fact(minutes, outcome="answered_procedure", code=BIRTH, conversation="a", **more):
    at = NOON + timedelta(minutes=minutes)
    return TurnFact(at, conversation, int(minutes) + 1, "web", outcome, code, **more)


def results(*facts):
    return [one.result for one in sessions_of(facts)]


def test_a_pause_of_more_than_half_an_hour_begins_a_new_session():
    facts = [fact(0), fact(30, code=""), fact(60.1, code="")]
    assert [len(one.facts) for one in sessions_of(facts)] == [2, 1]


def test_a_new_month_begins_a_new_session_that_is_no_return():
    midnight = datetime(2026, 10, 31, 17, tzinfo=timezone.utc)
    facts = [
        TurnFact(midnight + timedelta(minutes=n), "a", 10 + n, "web", "answered_procedure", BIRTH) for n in (-5, 5)
    ]
    found = list(sessions_of(facts))
    assert [f"{one.day:%d/%m}" for one in found] == ["31/10", "01/11"]
    assert [one.result for one in found] == [Result.CONTAINED, Result.CONTAINED]


def test_conversations_are_kept_apart():
    assert results(fact(0), fact(0, conversation="b")) == [Result.CONTAINED, Result.CONTAINED]


@pytest.mark.parametrize(
    ("facts", "result"),
    [
        ([fact(0)], Result.CONTAINED),
        ([fact(0), fact(1, "answered_smalltalk", "")], Result.CONTAINED),
        ([fact(0), fact(1, "unanswered_not_understood", ""), fact(2, "answered_smalltalk", "")], Result.UNANSWERED),
        ([fact(0, "unanswered_no_match"), fact(1)], Result.CONTAINED),
        ([fact(0), fact(1, "clarified_subject")], Result.UNFINISHED),
        ([fact(0), fact(1, "refused_denunciation")], Result.ELSEWHERE),
        ([fact(0), fact(1, "error_internal")], Result.UNANSWERED),
        ([fact(0, "")], Result.UNANSWERED),
        ([fact(0, "handed_off_hotline"), fact(1)], Result.HANDED_OVER),
        ([fact(0, handed_over=True), fact(1)], Result.HANDED_OVER),
        ([fact(0, disliked=True), fact(1)], Result.DISLIKED),
        ([fact(0), fact(1, "answered_not_solved"), fact(2, "answered_smalltalk", "")], Result.DISLIKED),
        ([fact(0, "answered_smalltalk", "")], Result.NO_QUESTION),
    ],
)
def test_a_session_has_the_first_result_that_fits(facts, result):
    assert results(*facts) == [result]


def test_somebody_who_asks_about_the_same_procedure_again_within_seven_days_was_not_served():
    week = 7 * 24 * 60
    assert results(fact(0), fact(week)) == [Result.RETURNED, Result.CONTAINED]
    assert results(fact(0), fact(week + 1)) == [Result.CONTAINED, Result.CONTAINED]
    assert results(fact(0), fact(60, code="2.000001")) == [Result.CONTAINED, Result.CONTAINED]
    assert results(fact(0, code=""), fact(60, code="")) == [Result.CONTAINED, Result.CONTAINED]


@pytest.mark.parametrize(
    ("facts", "cell"),
    [
        ([fact(0, "answered_smalltalk", ""), fact(1)], "answered"),
        ([fact(0, disliked=True)], "disliked"),
        ([fact(0, "clarified_subject"), fact(1)], "asked_back"),
        ([fact(0, "unanswered_no_match"), fact(1)], "unanswered"),
        ([fact(0, "refused_complaint")], "elsewhere"),
        ([fact(0, "handed_off_officer")], "handed_over"),
        ([fact(0, "answered_smalltalk", "")], ""),
    ],
)
def test_the_first_question_of_a_session(facts, cell):
    assert next(sessions_of(facts)).first_answer == cell


def test_every_outcome_is_counted_under_its_prefix():
    groups = {group_of(outcome.value) for outcome in Outcome}
    assert groups == {"answered", "clarified", "unanswered", "refused", "handed_off", "error"}
    assert set(REASONS) == {one.value for one in Outcome if one.value.startswith("unanswered_")}
