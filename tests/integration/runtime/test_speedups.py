"""Each replacement against the original: the day Rasa changes, these say so."""

from __future__ import annotations

import pytest


@pytest.fixture
def originals(monkeypatch):
    """Rasa's own methods, which are put back afterwards."""
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.core.events import Event

    from bot.rasa_runtime.speedups import apply_speedups

    kept = RemoteAction.__dict__["_validate_action_result"], Event.__dict__["resolve_by_type"]
    monkeypatch.setattr(RemoteAction, "_validate_action_result", kept[0])
    monkeypatch.setattr(Event, "resolve_by_type", kept[1])
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
