"""Each replacement against the original: the day Rasa changes, these say so."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def originals(monkeypatch):
    """Rasa's own methods, which are put back afterwards."""
    from rasa.core import processor
    from rasa.core.actions import action, forms
    from rasa.core.actions.action import ActionExtractSlots, RemoteAction
    from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
    from rasa.core.policies import rule_policy
    from rasa.core.policies.policy import PolicyPrediction
    from rasa.core.policies.rule_policy import RulePolicy
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.graph_components.converters.nlu_message_converter import NLUMessageConverter
    from rasa.shared.core import trackers
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import Event
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.rasa_runtime.speedups import apply_speedups

    places = (
        (RemoteAction, "_validate_action_result"),
        (Event, "resolve_by_type"),
        (RulePolicy, "_get_possible_keys"),
        (RulePolicy, "_find_action_from_rules"),
        (DaskGraphRunner, "run"),
        (ActionExtractSlots, "run"),
        *((module, "copy") for module in (processor, forms, rule_policy)),
        (action, "action_for_name_or_text"),
        (Domain, "is_empty"),
        (processor.MessageProcessor, "_log_slots"),
        (NLUMessageConverter, "convert_user_message"),
        (DialogueStateTracker, "applied_events"),
        (DialogueStateTracker, "copy"),
        (DialogueStateTracker, "_set_slot"),
        (DialogueStateTracker, "_reset_slots"),
        (trackers, "copy"),
        (PolicyPrediction, "max_confidence"),
        (TemplatedNaturalLanguageGenerator, "_random_response_for"),
    )
    kept = [owner.__dict__[name] for owner, name in places]
    for (owner, name), method in zip(places, kept, strict=True):
        monkeypatch.setattr(owner, name, method)
    for owner, name in ((RulePolicy, "_prediction_states"), (RulePolicy, "format_tracker_states")):
        monkeypatch.setattr(owner, name, None, raising=False)
    apply_speedups()
    return kept


@pytest.mark.parametrize(
    "result",
    [
        {"events": [], "responses": [{"text": "a", "custom": {"answer": {}}}]},
        {"events": [{"event": "slot", "timestamp": None, "name": "a", "value": [1]}], "responses": []},
        {"events": [{"event": "restart", "timestamp": 1.5}]},
        {"events": [{"event": "session_started", "timestamp": None}], "responses": []},
        {"events": [{"event": "action", "name": "a", "policy": None, "confidence": None}], "responses": []},
        {"events": [{"event": "action", "name": "a", "policy": "b", "confidence": 0.5}], "responses": []},
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
        {"events": [{"event": "session_started", "timestamp": "now"}], "responses": []},
        {"events": [{"event": "action", "name": 1}], "responses": []},
        {"events": [{"event": "action", "name": "a", "confidence": "b"}], "responses": []},
        {"events": [{"event": "action", "name": "a", "hide_rule_turn": 5}], "responses": []},
        {"events": [{"event": "action", "name": "a", "action_text": 5}], "responses": []},
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

    from bot.rasa_runtime.rule_speedups import possible_keys

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
            assert possible_keys(policy, lookup, states) == before


def test_a_slot_is_copied_as_copy_does_it():
    import copy

    from rasa.shared.core.slots import AnySlot, BooleanSlot, ListSlot

    from bot.rasa_runtime.tracker_speedups import _copied_slot

    for slot in (AnySlot("a", [{}], initial_value={"b": [1]}), BooleanSlot("c", [{}]), ListSlot("d", [{}])):
        slot.value = [True]
        copied = _copied_slot(slot)
        assert type(copied) is type(slot)
        assert copied.__dict__ == copy.copy(slot).__dict__
        copied.value = None
        assert slot.value == [True]


def test_the_highest_confidence_is_the_one_rasa_finds(originals):
    from rasa.core.policies.policy import PolicyPrediction

    for numbers in ([], [0.0, 0.0], [0.2, 1.0, 1.0], [0.1, 0.3]):
        prediction = PolicyPrediction(numbers, "policy")
        assert prediction.max_confidence == originals[-2].fget(prediction)
        assert prediction.max_confidence == prediction.max_confidence
        if numbers:
            assert prediction.max_confidence_index == numbers.index(max(numbers))


def test_a_rejected_action_is_not_predicted_again(originals):
    from rasa.core.policies.ensemble import DefaultPolicyPredictionEnsemble
    from rasa.core.policies.policy import PolicyPrediction
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import ActionExecutionRejected
    from rasa.shared.core.trackers import DialogueStateTracker

    domain = Domain.from_yaml('version: "3.1"\nactions: [first, second]')
    made = [[0.0] * domain.num_actions for _ in range(2)]
    made[0][domain.index_for_action("first")] = 1.0
    made[1][domain.index_for_action("second")] = 0.4
    tracker = DialogueStateTracker.from_events("a", [ActionExecutionRejected("first")], domain.slots)
    predictions = [PolicyPrediction(numbers, "policy", 1) for numbers in made]
    best = DefaultPolicyPredictionEnsemble().combine_predictions(predictions, tracker, domain)
    assert domain.action_names_or_texts[best.max_confidence_index] == "second"


def test_a_response_is_chosen_as_before(originals):
    from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator

    only = {"condition": [{"type": "slot", "name": "kind", "value": "a"}], "text": "khi a"}
    responses = {
        "utter_one": [{"text": "một"}],
        "utter_web": [{"text": "một", "channel": "web"}],
        "utter_if": [only],
        "utter_none": [],
        "utter_both": [only, {"text": "khác"}],
    }
    nlg = TemplatedNaturalLanguageGenerator(responses)
    for name in (*responses, "utter_unknown"):
        for channel in ("rest", "web"):
            for slots in ({}, {"kind": "a"}):
                asked = (name, channel, slots)
                assert nlg._random_response_for(*asked) == originals[-1](nlg, *asked)


SLOTS = """
version: "3.1"
intents: [ask]
entities: [code]
slots:
  topic: {type: any, mappings: [{type: custom}]}
  code: {type: text, mappings: [{type: from_entity, entity: code}]}
  kind: {type: text, mappings: [{type: from_intent, intent: ask, value: asked}]}
"""


@pytest.mark.parametrize("by_intent", [True, False])
@pytest.mark.parametrize("validated", [True, False])
@pytest.mark.parametrize("entities", [[], [{"entity": "code", "value": "1.000001"}], [{"entity": "x", "value": "1"}]])
async def test_slots_are_filled_as_before(originals, monkeypatch, by_intent, validated, entities):
    from rasa.core.actions.action import ActionExtractSlots
    from rasa.core.channels.channel import CollectingOutputChannel
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    async def run_custom_action(self, name, *asked):
        return [SlotSet("topic", name)]

    monkeypatch.setattr(ActionExtractSlots, "_run_custom_action", run_custom_action)
    described = SLOTS if by_intent else SLOTS[: SLOTS.index("  kind")]
    domain = Domain.from_yaml(described + ("actions: [action_validate_slot_mappings]" if validated else ""))
    tracker = DialogueStateTracker.from_events(
        "a", [UserUttered("1.000001", {"name": "ask"}, entities)], domain.slots, domain=domain
    )
    asked = (CollectingOutputChannel(), None, tracker, domain)
    before = await originals[5](ActionExtractSlots(None), *asked)
    filled = {event.key for event in before}
    assert ("code" in filled, "kind" in filled, "topic" in filled) == (
        any(entity["entity"] == "code" for entity in entities),
        by_intent,
        validated,
    )
    assert await ActionExtractSlots(None).run(*asked) == before
    assert [slot.name for slot in domain.slots if slot.name == "topic"] == ["topic"]


@pytest.mark.parametrize("of_words", [False, True])
def test_rules_on_the_words_of_a_message_are_looked_for_where_there_are_some(originals, of_words):
    from rasa.core.policies.rule_policy import RULES, RulePolicy

    from bot.rasa_runtime.rule_speedups import rules_of

    listening = {"prev_action": {"action_name": "action_listen"}}
    rules = [
        [{"user": {"intent": "ask"}, **listening}],
        [{"user": {"intent": "ask"}, **listening}, {"prev_action": {"action_name": "answer"}}],
    ]
    if of_words:
        rules.append([{"user": {"text": "xin chào"}, **listening}])
    lookup = {json.dumps(states): "answer" for states in rules}
    assert rules_of(RulePolicy.__new__(RulePolicy), lookup).may_be_of_words is of_words
    policy = RulePolicy.__new__(RulePolicy)
    policy.lookup = {RULES: lookup}
    states = [{"user": {"text": "xin chào"}, **listening}]
    assert bool(originals[2](policy, lookup, states)) is of_words


@pytest.mark.parametrize(("channel", "told"), [("rest", False), (None, True)])
def test_words_are_segmented_where_somebody_reads_them(originals, channel, told):
    """In a conversation nobody does; `/model/parse` has no channel, and a component may ask in both."""
    from rasa.core.channels.channel import UserMessage
    from rasa.graph_components.converters.nlu_message_converter import NLUMessageConverter

    from bot.nlu.tokenizer import VietnameseTokenizer

    tokenizer = VietnameseTokenizer(VietnameseTokenizer.get_default_config())
    said = UserMessage("lệ phí đăng ký tạm trú", input_channel=channel, metadata={"turn": "1"})
    (message,) = tokenizer.process(NLUMessageConverter().convert_user_message(messages=[said]))
    places = [(0, 6), (7, 14), (15, 22)]
    assert (
        message.as_dict(only_output_properties=True) == {"text": said.text, "text_tokens": places}
        if told
        else {"text": said.text}
    )
    assert [(token.start, token.end) for token in message.get("text_tokens")] == places


def test_rasa_reads_the_same_parameters_before_it_trains(originals, monkeypatch):
    from rasa.engine.validation import _get_parameter_information
    from rasa.graph_components.converters.nlu_message_converter import NLUMessageConverter

    ours = _get_parameter_information(NLUMessageConverter, "convert_user_message")
    monkeypatch.setattr(NLUMessageConverter, "convert_user_message", originals[-8])
    assert ours == _get_parameter_information(NLUMessageConverter, "convert_user_message")
