"""What is found out without replaying a conversation is what Rasa finds by replaying it."""

from __future__ import annotations

import copy
import json
import random

import pytest

DOMAIN = """
version: "3.1"
intents: [ask, greet, inform]
entities: [code]
actions: [action_answer, action_ask]
slots:
  topic: {type: any, influence_conversation: false, mappings: [{type: custom}]}
  begun: {type: bool, initial_value: false, mappings: [{type: custom}]}
  kind: {type: categorical, values: [a, b], mappings: [{type: custom}]}
  names: {type: list, influence_conversation: false, mappings: [{type: custom}]}
  code: {type: text, mappings: [{type: from_entity, entity: code}]}
forms:
  code_form: {required_slots: [code]}
responses:
  utter_greet: [{text: Chào}]
"""
RULES = [
    [{"user": {"intent": "ask"}, "prev_action": {"action_name": "action_listen"}}],
    [
        {"user": {"intent": "ask"}, "prev_action": {"action_name": "action_listen"}},
        {"user": {"intent": "ask"}, "prev_action": {"action_name": "action_answer"}},
        {"user": {"intent": "ask"}, "prev_action": {"action_name": "action_ask"}},
    ],
]


@pytest.fixture(autouse=True)
def _rasas_own(monkeypatch):
    """Rasa's methods in their places, whatever other tests have put there."""
    from rasa.shared.core import trackers as trackers_module
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.rasa_runtime import tracker_speedups

    monkeypatch.setattr(DialogueStateTracker, "applied_events", tracker_speedups.APPLIED)
    monkeypatch.setattr(DialogueStateTracker, "copy", tracker_speedups.COPY)
    monkeypatch.setattr(DialogueStateTracker, "_set_slot", tracker_speedups.SET_SLOT)
    monkeypatch.setattr(DialogueStateTracker, "_reset_slots", tracker_speedups.RESET_SLOTS)
    monkeypatch.setattr(trackers_module, "copy", copy)


def turn(chance, forms):
    """The events of one turn: typed or by button, with slots, rejections, and what takes back others."""
    from rasa.shared.core import events

    intent = chance.choice(["ask", "greet", "inform"])
    text = chance.choice(["câu hỏi", f"/{intent}", f'/{intent}{{"code": "1"}}'])
    entities = chance.choice([[], [{"entity": "code", "value": "1"}]])
    said = events.UserUttered(text, {"name": intent, "confidence": 0.9}, entities, {"text": text})
    action = chance.choice(["action_answer", "action_ask", *(["code_form"] if forms else [])])
    listen = events.ActionExecuted("action_listen")
    middle = [
        events.DefinePrevUserUtteredFeaturization(chance.random() < 0.2),
        events.ActionExecuted(action, "RulePolicy", 1.0),
        events.BotUttered("đáp", {"custom": {"answer": {}}}),
        events.SlotSet("topic", {"a": [1]}),
        events.SlotSet("begun", chance.random() < 0.5),
        events.SlotSet("kind", chance.choice(["a", "b", None])),
        events.SlotSet("names", ["x"]),
    ]
    if forms:
        middle += [events.ActiveLoop(chance.choice(["code_form", None])), events.SlotSet("requested_slot", "code")]
        middle += [events.ActionExecutionRejected("code_form")] * chance.randint(0, 1)
        middle += [events.LoopInterrupted(True)] * chance.randint(0, 1)
    rare = [
        events.Restarted(),
        events.SessionStarted(),
        events.AllSlotsReset(),
        events.FollowupAction("action_ask"),
        events.ConversationPaused(),
        events.ConversationResumed(),
        events.ReminderScheduled("ask", None, name="later"),
        events.ActionReverted(),
        events.UserUtteranceReverted(),
    ]
    middle += chance.sample(rare, 1) if chance.random() < 0.3 else []
    return [said, *middle, listen][: chance.choice([1, 4, 99, 99, 99])]


def trackers():
    """Sixty conversations, each after every turn; those of odd numbers have a form."""
    from rasa.shared.core import events
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.trackers import DialogueStateTracker

    domain = Domain.from_yaml(DOMAIN)
    for number in range(60):
        chance = random.Random(number)
        begun = [events.ActionExecuted("action_session_start"), events.SessionStarted()]
        said = [[], begun, [*begun, events.ActionExecuted("action_listen")]][chance.randint(0, 2)]
        for _ in range(chance.randint(0, 9)):
            said = [*said, *turn(chance, forms=number % 2 == 1)]
            yield domain, DialogueStateTracker.from_events("a", said, domain.slots)
        yield domain, DialogueStateTracker.from_events("a", said, domain.slots)


def all_of(tracker):
    """Everything that a tracker holds."""
    slots = {name: (type(slot), vars(slot)) for name, slot in tracker.slots.items()}
    return {**vars(tracker), "slots": slots}


def test_a_copy_holds_what_rasas_copy_holds():
    from bot.rasa_runtime.tracker_speedups import COPY, copied

    for _, tracker in trackers():
        assert all_of(copied(tracker)) == all_of(COPY(tracker))
        tracker.clear_followup_action()  # as before each prediction
        tracker.model_id = tracker.assistant_id = "m"
        assert all_of(copied(tracker)) == all_of(COPY(tracker))


def test_what_is_done_to_a_copy_does_not_reach_the_tracker():
    from rasa.shared.core import events

    from bot.rasa_runtime.tracker_speedups import copied, quicken_trackers

    quicken_trackers()  # a copy shares its slots: it is all of them or none
    more = [events.SlotSet("topic", 5), events.LoopInterrupted(True), events.ActionExecuted("action_ask")]
    for domain, tracker in trackers():
        before = all_of(tracker.copy())
        copied(tracker).update_with_events([*more, events.SessionStarted()], domain)
        assert all_of(tracker.copy()) == before
        assert tracker.current_slot_values() == {name: slot["_value"] for name, (_, slot) in before["slots"].items()}


def test_trackers_that_share_slots_hold_what_rasas_own_hold_and_the_domain_stays_as_it_is():
    from bot.rasa_runtime.tracker_speedups import quicken_trackers

    own = [all_of(tracker) for _, tracker in trackers()]
    quicken_trackers()
    untouched = {slot.name: vars(slot) for slot in next(trackers())[0].slots}
    for (domain, tracker), before in zip(trackers(), own, strict=True):
        assert all_of(tracker) == before
        tracker._reset_slots()
        assert {name: slot.has_been_set for name, slot in tracker.slots.items()} == dict.fromkeys(tracker.slots, False)
        assert {slot.name: vars(slot) for slot in domain.slots} == untouched


def test_slots_are_set_anew_as_rasa_does_it():
    from rasa.shared.core.slots import AnySlot, ListSlot
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.rasa_runtime.tracker_speedups import RESET_SLOTS, reset_slots

    slots = [AnySlot("a", [{}], initial_value={"b": [1]}), ListSlot("c", [{}], initial_value="d"), ListSlot("e", [{}])]
    for value in (None, 0, {"b": [1]}, ["x"], "y"):
        found = []
        for reset in (RESET_SLOTS, reset_slots):
            tracker = DialogueStateTracker("a", slots)
            if value != 0:
                [tracker._set_slot(slot.name, value) for slot in slots]
            reset(tracker)
            found.append(all_of(tracker)["slots"])
        assert found[0] == found[1]


def test_a_tracker_that_forgets_is_copied_by_rasa():
    from rasa.shared.core.events import SlotSet
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.rasa_runtime.tracker_speedups import copied

    for domain, tracker in trackers():
        short = DialogueStateTracker("a", domain.slots, max_event_history=2)
        short.update_with_events([SlotSet("topic", 1), *tracker.events], domain)
        anything = DialogueStateTracker.from_events("a", list(tracker.events))
        for odd in (short, anything):
            assert all_of(copied(odd)) == all_of(odd.copy())


def test_an_event_is_of_the_kinds_that_it_inherits_from():
    from rasa.shared.core import events

    from bot.rasa_runtime.tracker_speedups import KINDS, quicken_trackers

    quicken_trackers()

    class Own(events.ActionExecuted):
        pass

    found = [Own("a"), *(event for _, tracker in trackers() for event in tracker.events)]
    for event in found:
        for kind in (*KINDS, Own):
            assert isinstance(event, kind) is (kind in type(event).__mro__)
    assert not isinstance("event", events.Event)
    with pytest.raises(TypeError, match="abstract"):
        events.Event()


def test_the_same_events_apply():
    from bot.rasa_runtime.tracker_speedups import APPLIED, applied_events

    for _, tracker in trackers():
        assert list(map(id, applied_events(tracker))) == list(map(id, APPLIED(tracker)))


@pytest.mark.parametrize("by_words", [False, True])
def test_the_newest_states_are_the_last_of_all_states(by_words):
    from rasa.core.featurizers.tracker_featurizers import FullDialogueTrackerFeaturizer
    from rasa.core.policies.policy import Policy
    from rasa.core.policies.rule_policy import RULES as RULES_KEY
    from rasa.core.policies.rule_policy import RulePolicy

    from bot.rasa_runtime.newest_states import NewestStates
    from bot.rasa_runtime.rule_speedups import newest_states, possible_keys

    policy = RulePolicy.__new__(RulePolicy)
    policy.lookup = {RULES_KEY: {json.dumps(states): "action_answer" for states in RULES}}
    policy._Policy__featurizer = FullDialogueTrackerFeaturizer()
    lengths = set()
    for domain, tracker in trackers():
        everything = Policy._prediction_states(policy, tracker, domain, by_words)
        newest = newest_states(policy, tracker, domain, by_words)
        assert newest == everything[-len(newest) :]
        lookup = policy.lookup[RULES_KEY]
        assert possible_keys(policy, lookup, newest) == possible_keys(policy, lookup, everything)
        assert NewestStates(tracker, 3).past_states(domain) == tracker.past_states(domain)[-3:]
        lengths.add((len(newest), min(len(everything), 9)))
    assert {(1, 1), (1, 9), (3, 9)} <= lengths


def shown(domain, facts):
    """What a state shows of slots with these values."""
    features = {}
    for name, _, value, _ in facts:
        slot = copy.copy(next(slot for slot in domain.slots if slot.name == name))
        slot.value = value
        features[name] = tuple(slot.as_feature())
    return {name: feature for name, feature in features.items() if any(feature)}


def test_what_tells_states_apart_is_known_without_them():
    from bot.rasa_runtime.newest_states import SIMPLE, newest_facts
    from bot.rasa_runtime.tracker_speedups import BEGINNINGS

    known, unknown = set(), set()
    for domain, tracker in trackers():
        for count in (1, 2, 3, 5):
            facts = newest_facts(tracker, count)
            if facts is None:
                unknown.add(frozenset(map(type, tracker.events)) <= SIMPLE | BEGINNINGS)
                continue
            states = [
                {key: value for key, value in (state.get("user") or {}).items() if key == "intent"}
                | state.get("prev_action", {})
                | {"slots": state.get("slots", {})}
                for state in tracker.past_states(domain)[-count:][::-1]
            ]
            assert len(facts) == len(states)
            for ((intent, by_words), did, slots), state in zip(facts, states, strict=True):
                assert (None if by_words else intent) == state.get("intent")
                assert dict(did).get("action_name") == state.get("action_name")
                assert shown(domain, slots) == state["slots"]
            known.add((count, len(facts)))
    assert {(1, 1), (2, 2), (3, 3)} <= known
    assert unknown == {True, False}  # a slot set in between, and events that take back others


def test_actions_are_found_as_before():
    from rasa.core.actions.action import default_actions
    from rasa.shared.core.domain import Domain

    from bot.rasa_runtime.speedups import _ACTION, _action

    domain = Domain.from_yaml(DOMAIN.replace("action_ask]", "action_ask, action_listen, code_form, utter_made_up]"))
    endpoint = object()
    for known in (domain, Domain.from_yaml(DOMAIN), Domain.empty()):
        names = {*domain.action_names_or_texts, *(action.name() for action in default_actions()), "unheard of"}
        for name in names:
            if name not in known.action_names_or_texts:
                with pytest.raises(Exception, match=name):
                    _action(name, known, endpoint)
                continue
            before, after = _ACTION(name, known, endpoint), _action(name, known, endpoint)
            assert (type(after), vars(after)) == (type(before), vars(before))


def test_a_domain_is_empty_as_before():
    from rasa.shared.core.domain import Domain

    from bot.rasa_runtime.speedups import _is_empty

    assert _is_empty(Domain.empty())
    assert not _is_empty(Domain.from_yaml(DOMAIN))
