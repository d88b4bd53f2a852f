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
    from rasa.core.policies import rule_policy
    from rasa.core.policies.rule_policy import RulePolicy
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.graph_components.converters.nlu_message_converter import NLUMessageConverter
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import Event
    from rasa.shared.core.slots import Slot
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
    )
    kept = [owner.__dict__[name] for owner, name in places]
    for (owner, name), method in zip(places, kept, strict=True):
        monkeypatch.setattr(owner, name, method)
    for owner, name in ((Slot, "__copy__"), (RulePolicy, "_prediction_states"), (RulePolicy, "format_tracker_states")):
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


def test_a_slot_is_copied_as_before(originals):
    import copy

    from rasa.shared.core.slots import AnySlot, BooleanSlot, ListSlot

    for slot in (AnySlot("a", [{}], initial_value={"b": [1]}), BooleanSlot("c", [{}]), ListSlot("d", [{}])):
        slot.value = [True]
        copied = copy.copy(slot)
        assert type(copied) is type(slot)
        assert copied.__dict__ == slot.__dict__
        copied.value = None
        assert slot.value == [True]


class Told:
    """A node that says what it was given."""

    def __init__(self, name, fails=False):
        self.name, self.fails = name, fails

    def __call__(self, *given):
        if self.fails:
            raise RuntimeError("broken")
        return self.name, [self.name, *given]


def runner_of(needs, fails=()):
    from rasa.engine.graph import GraphComponent, GraphSchema, SchemaNode
    from rasa.engine.runner.dask import DaskGraphRunner

    nodes = {
        name: SchemaNode(
            needs={str(n): need for n, need in enumerate(wanted)},
            uses=GraphComponent,
            constructor_name="create",
            fn="run",
            config={},
            is_target=name == "last",
        )
        for name, wanted in needs.items()
    }
    runner = DaskGraphRunner.__new__(DaskGraphRunner)
    runner._graph_schema, runner._execution_context = GraphSchema(nodes), None
    runner._instantiated_nodes = {name: Told(name, name in fails) for name in needs}
    return runner


DIAMOND = {"last": ("left", "right"), "left": ("first",), "right": ("first", "message"), "first": ("message",)}


@pytest.mark.parametrize("targets", [None, ["last"], ["right"], ["left", "right"], ["last", "first"]])
def test_a_graph_comes_to_the_same_as_before(originals, targets):
    runner, inputs = runner_of(DIAMOND), {"message": ["xin chào"]}
    before = originals[4](runner, inputs, targets)
    assert runner.run(inputs, targets) == before
    assert runner.run(inputs, targets) == before  # the plan is kept


def test_a_node_is_told_by_name_what_nobody_provides(originals):
    runner = runner_of({"last": ("message",)})
    assert runner.run({}, None) == originals[4](runner, {}, None) == {"last": ["last", "message"]}


def test_a_graph_fails_as_before(originals):
    from rasa.engine.exceptions import GraphRunError

    for run in (originals[4], type(runner_of(DIAMOND)).run):
        with pytest.raises(GraphRunError):
            run(runner_of(DIAMOND, fails=("left",)), {"message": 1}, None)
        with pytest.raises(GraphRunError, match="clashes"):
            run(runner_of(DIAMOND), {"message": "left"}, None)


SLOTS = """
version: "3.1"
intents: [ask]
entities: [code]
slots:
  topic: {type: any, mappings: [{type: custom}]}
  code: {type: text, mappings: [{type: from_entity, entity: code}]}
  kind: {type: text, mappings: [{type: from_intent, intent: ask, value: asked}]}
"""


async def test_slots_are_filled_as_before(originals):
    from rasa.core.actions.action import ActionExtractSlots
    from rasa.core.channels.channel import CollectingOutputChannel
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    domain = Domain.from_yaml(SLOTS)
    entities = [{"entity": "code", "value": "1.000001"}]
    tracker = DialogueStateTracker.from_events(
        "a", [UserUttered("1.000001", {"name": "ask"}, entities)], domain.slots, domain=domain
    )
    asked = (CollectingOutputChannel(), None, tracker, domain)
    before = await originals[5](ActionExtractSlots(None), *asked)
    assert {event.key: event.value for event in before} == {"code": "1.000001", "kind": "asked"}
    assert await ActionExtractSlots(None).run(*asked) == before
    assert [slot.name for slot in domain.slots if slot.name == "topic"] == ["topic"]


@pytest.mark.parametrize("of_words", [False, True])
def test_rules_on_the_words_of_a_message_are_looked_for_where_there_are_some(originals, of_words):
    from rasa.core.policies.rule_policy import RULES, RulePolicy

    from bot.rasa_runtime.rule_speedups import may_be_of_words

    listening = {"prev_action": {"action_name": "action_listen"}}
    rules = [
        [{"user": {"intent": "ask"}, **listening}],
        [{"user": {"intent": "ask"}, **listening}, {"prev_action": {"action_name": "answer"}}],
    ]
    if of_words:
        rules.append([{"user": {"text": "xin chào"}, **listening}])
    lookup = {json.dumps(states): "answer" for states in rules}
    assert may_be_of_words(tuple(lookup)) is of_words
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
