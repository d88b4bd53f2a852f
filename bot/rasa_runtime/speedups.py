"""What Rasa works out anew each time, worked out once. Half of the cost of a turn.

Each replaces a method of Rasa 3.6.21 by one with the same outcome; tests/integration/runtime/test_speedups.py holds
them against the original. How the components of a model are run: `graph_running.py`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from jsonschema.validators import validator_for
from rasa.core import processor
from rasa.core.actions import forms
from rasa.core.actions.action import ActionExtractSlots, RemoteAction
from rasa.core.policies import rule_policy
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import Event
from rasa.shared.core.slots import Slot
from rasa.shared.nlu.constants import ACTION_NAME, INTENT
from rasa.shared.utils.common import all_subclasses

from bot.rasa_runtime.graph_running import run_graph_directly

_PARTS = 2
"""Of an action's result: events and responses."""


def apply_speedups() -> None:
    """Put them in place. Calling it again changes nothing."""
    check = _compiled_result_check()
    RemoteAction._validate_action_result = lambda self, result: check(result)
    Event.resolve_by_type = staticmethod(_event_types_by_name())
    RulePolicy._get_possible_keys = _possible_keys
    RulePolicy._find_action_from_rules = _find_action
    Slot.__copy__ = _copied_slot
    if ActionExtractSlots.run is _EXTRACT:
        ActionExtractSlots.run = _extract_slots
    for module in (processor, forms, rule_policy):
        module.copy = _CopiesForTheLog
    run_graph_directly()


def _copied_slot(slot: Slot) -> Slot:
    """What `copy.copy` makes of a slot, without its detour; a tracker copies forty, seven times a turn."""
    kind: Any = type(slot)
    copied: Slot = kind.__new__(kind)
    copied.__dict__.update(slot.__dict__)
    return copied


_EXTRACT = ActionExtractSlots.run


async def _extract_slots(action: ActionExtractSlots, channel: Any, nlg: Any, tracker: Any, domain: Domain) -> Any:
    """Rasa goes through all slots after every message; those that only actions set cannot be filled by it."""
    fillable = domain.__dict__.get("_motcua_fillable")
    if fillable is None:
        fillable = domain.__dict__["_motcua_fillable"] = copy.copy(domain)
        fillable.slots = [slot for slot in domain.slots if not all(map(_is_left_to_actions, slot.mappings))]
    return await _EXTRACT(action, channel, nlg, tracker, fillable)


def _is_left_to_actions(mapping: Mapping[str, Any]) -> bool:
    return mapping.get("type") == "custom" and not mapping.get("action")


class _CopiesForTheLog:
    """In place of the module `copy`, where Rasa copies only what it then hands to a log for developers.

    No level of ours lets that line be written, and a structure is not changed while it is.
    """

    @staticmethod
    def deepcopy(value: Any) -> Any:
        return value


def _compiled_result_check() -> Any:
    """Rasa checks its own constant schema against JSON Schema's schema before every check of an action's result.

    The schema then tries each event as one of 23 kinds: 4 ms of a turn, nearly all of it for slots that are set.
    """
    schema = RemoteAction.action_response_format_spec()
    validator = validator_for(schema)(schema)

    def check(result: dict[str, Any]) -> bool:
        if isinstance(result, dict) and isinstance(result.get("events"), list):
            result = {**result, "events": [event for event in result["events"] if not _sets_a_slot(event)]}
            if not result["events"] and _are_objects(result.get("responses")) and len(result) == _PARTS:
                return True
        validator.validate(result)
        return True

    return check


def _are_objects(responses: Any) -> bool:
    """Whether `responses` are as the schema wants them: it asks no more of them."""
    return isinstance(responses, list) and all(isinstance(response, dict) for response in responses)


def _sets_a_slot(event: Any) -> bool:
    """Whether `event` is a slot event that the schema takes."""
    return (
        isinstance(event, dict)
        and event.get("event") == "slot"
        and isinstance(event.get("name"), str)
        and "value" in event
        and isinstance(event.get("timestamp"), (int, float, type(None)))
        and isinstance(event.get("metadata"), (dict, type(None)))
    )


def _possible_keys(policy: RulePolicy, lookup: dict[str, str], states: Sequence[State]) -> set[str]:
    """Rasa holds every rule against the newest state, twice a prediction; only those of its intent can match it."""
    keys: Iterable[str] = lookup
    if states and states[-1].get(PREVIOUS_ACTION):
        by_intent = _rules_by_intent(tuple(lookup))
        intent = (states[-1].get(USER) or {}).get(INTENT)
        keys = by_intent.get(None, ()) if intent is None else (*by_intent.get(None, ()), *by_intent.get(intent, ()))
    left = list(keys)
    for index, state in enumerate(reversed(states)):
        if not left:
            break
        left = [key for key in left if policy._is_rule_applicable(key, index, state)]
    return set(left)


_FIND_ACTION = RulePolicy._find_action_from_rules


def _find_action(policy: RulePolicy, tracker: Any, domain: Domain, use_text_for_last_user_input: bool) -> Any:
    """Rasa first looks for rules on the very words of a message, going through the conversation once more for it."""
    rules = tuple(policy.lookup[RULES])
    if use_text_for_last_user_input and not tracker.active_loop_name and not _may_be_of_words(rules):
        return None, None, False
    return _FIND_ACTION(policy, tracker, domain, use_text_for_last_user_input)


@lru_cache(maxsize=8)
def _may_be_of_words(keys: tuple[str, ...]) -> bool:
    """Whether a rule could match right after a message without knowing its intent."""
    newest = [(json.loads(key) or [{}])[-1] for key in _rules_by_intent(keys).get(None, ())]
    return any((state.get(PREVIOUS_ACTION) or {}).get(ACTION_NAME) in (None, ACTION_LISTEN_NAME) for state in newest)


@lru_cache(maxsize=8)
def _rules_by_intent(keys: tuple[str, ...]) -> Mapping[str | None, Sequence[str]]:
    """Rules by the intent that their newest state asks for; None: by nothing that could be told beforehand."""
    found: dict[str | None, list[str]] = {}
    for key in keys:
        states = json.loads(key)
        intent = (states[-1].get(USER) or {}).get(INTENT) if states else None
        found.setdefault(intent if intent and intent != SHOULD_NOT_BE_SET else None, []).append(key)
    return found


def _event_types_by_name() -> Any:
    """Rasa walks the tree of event classes for every event of a conversation that it reads back."""
    original = Event.resolve_by_type
    types = {event.type_name: event for event in reversed(all_subclasses(Event))}

    def resolve_by_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
        return types[type_name] if type_name in types else original(type_name, default)

    return resolve_by_type
