"""Every way a turn can end is known to wait, to lead to a person, or never to be held."""

from __future__ import annotations

from bot.ops.outcomes import BEHIND_OTHERS, LOOKED_AT, TO_A_PERSON, URGENT, Outcome


def test_every_outcome_is_decided_about():
    assert {one.value for one in Outcome} - URGENT - TO_A_PERSON - BEHIND_OTHERS == set()


def test_nothing_urgent_ever_waits():
    assert URGENT.isdisjoint(BEHIND_OTHERS)
    assert URGENT.isdisjoint(LOOKED_AT)
    assert {"answered_emergency", "answered_violence", "answered_distress", "answered_scam"} <= URGENT
