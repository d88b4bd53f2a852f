"""Each replacement against the original: the day Rasa changes, these say so."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def originals(monkeypatch):
    """Rasa's own methods, which are put back afterwards."""
    from rasa.core.actions.action import RemoteAction
    from rasa.core.policies.rule_policy import RulePolicy
    from rasa.shared.core.events import Event

    from bot.rasa_runtime.speedups import apply_speedups

    places = (RemoteAction, "_validate_action_result"), (Event, "resolve_by_type"), (RulePolicy, "_get_possible_keys")
    kept = [owner.__dict__[name] for owner, name in places]
    for (owner, name), method in zip(places, kept, strict=True):
        monkeypatch.setattr(owner, name, method)
    apply_speedups()
    return kept


@pytest.mark.parametrize(
    "result",
    [
        {"events": [], "responses": [{"text": "a", "custom": {"answer": {}}}]},
        {"events": [{"event": "slot", "timestamp": None, "name": "a", "value": [1]}], "responses": []},
        {"events": [{"event": "restart", "timestamp": 1.5}]},
    ],
)
def test_good_results_pass(originals, result):
    from rasa.core.actions.action import RemoteAction

    assert RemoteAction("a", None)._validate_action_result(result) is True


@pytest.mark.parametrize(
    "result",
    [
        {"events": "none"},
        {"events": [{"event": 5}]},
        {"events": [{"event": "slot", "name": "a"}]},
        {"events": [{"event": "slot", "name": 1, "value": 2}]},
        {"events": [{"event": "slot", "name": "a", "value": 2, "timestamp": "now"}]},
        {"events": [{"event": "slot", "name": "a", "value": 2}, {"event": "slot", "name": "b"}]},
        {"responses": ["text"]},
        [],
    ],
)
def test_bad_results_are_refused(originals, result):
    from jsonschema import ValidationError
    from rasa.core.actions.action import RemoteAction

    with pytest.raises(ValidationError):
        RemoteAction("a", None)._validate_action_result(result)


def test_event_types_are_found_as_before(originals):
    from rasa.shared.core.events import Event
    from rasa.shared.utils.common import all_subclasses

    before = getattr(originals[1], "__func__", originals[1])
    for name in [event.type_name for event in all_subclasses(Event)]:
        assert Event.resolve_by_type(name) is before(name)
    with pytest.raises(ValueError, match="unheard of"):
        Event.resolve_by_type("unheard of")
    assert Event.resolve_by_type("unheard of", Event) is Event


@pytest.mark.parametrize("newest", ["ask", "greet", "unheard of", None])
@pytest.mark.parametrize("earlier", [(), ({"prev_action": {"action_name": "action_listen"}},)])
def test_the_same_rules_are_found_as_before(originals, newest, earlier):
    from rasa.core.policies.rule_policy import RulePolicy

    from bot.rasa_runtime.speedups import _possible_keys

    listening = {"prev_action": {"action_name": "action_listen"}}
    answered = {"prev_action": {"action_name": "answer"}}
    rule_states = [
        [{"user": {"intent": "ask"}, **listening}],
        [{"user": {"intent": "greet"}, **listening}],
        [
            {"user": {"intent": "ask"}, **listening},
            {"user": {"intent": "ask"}, "prev_action": {"action_name": "answer"}},
        ],
        [answered],
        [{"slots": {"topic": "should_not_be_set"}, **listening}],
        [{"slots": {"topic": [1.0]}, "user": {"intent": "should_not_be_set"}, **listening}],
        [{}, {"user": {"intent": "greet"}, **listening}],
        [{}],
    ]
    lookup = {json.dumps(states): f"action_{number}" for number, states in enumerate(rule_states)}
    said = {"user": {"intent": newest}} if newest else {}
    policy = RulePolicy.__new__(RulePolicy)
    for slots in ({}, {"slots": {"topic": (1.0,)}}):
        for state in (
            {**said, **listening, **slots},
            {**said, "prev_action": {"action_name": "answer"}, **slots},
            slots,
        ):
            states = [*earlier, state]
            before = originals[2](policy, lookup, states)
            assert _possible_keys(policy, lookup, states) == before
