"""What Rasa works out anew each time, worked out once. Half of the cost of a turn.

Each replaces a method of Rasa 3.6.21 by one with the same outcome; tests/integration/runtime/test_speedups.py holds
them against the original. How the components of a model are run: `graph_running.py`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial, wraps
from typing import Any

from jsonschema.validators import validator_for
from rasa.core import processor
from rasa.core.actions import action as actions
from rasa.core.actions import forms
from rasa.core.actions.action import Action, ActionExtractSlots, ActionListen, ActionSessionStart, RemoteAction
from rasa.core.channels.channel import UserMessage
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.core.policies import rule_policy
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.graph_components.converters.nlu_message_converter import NLUMessageConverter
from rasa.shared.constants import RESPONSE_CONDITION, UTTER_PREFIX
from rasa.shared.core.constants import (
    ACTION_EXTRACT_SLOTS,
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    ACTION_VALIDATE_SLOT_MAPPINGS,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.nlu.constants import TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.utils.common import all_subclasses

from bot.rasa_runtime.graph_running import run_graph_directly
from bot.rasa_runtime.known_phrases import remember_phrases
from bot.rasa_runtime.rule_speedups import quicken_rules
from bot.rasa_runtime.tracker_speedups import quicken_trackers

_PARTS = 2
"""Of an action's result: events and responses."""


def apply_speedups() -> None:
    """Put them in place. Calling it again changes nothing."""
    check = _compiled_result_check()
    RemoteAction._validate_action_result = lambda self, result: check(result)
    Event.resolve_by_type = staticmethod(_event_types_by_name())
    if ActionExtractSlots.run is _EXTRACT:
        ActionExtractSlots.run = _extract_slots
    for module in (processor, forms, rule_policy):
        module.copy = _CopiesForTheLog
    Domain.is_empty = _is_empty
    MessageProcessor._log_slots = staticmethod(lambda tracker: None)  # for a line that nobody lets be written
    actions.action_for_name_or_text = _action
    NLUMessageConverter.convert_user_message = _convert
    PolicyPrediction.max_confidence = property(_max_confidence)
    TemplatedNaturalLanguageGenerator._random_response_for = _response_for
    quicken_trackers()
    quicken_rules()
    run_graph_directly()
    remember_phrases()


@lru_cache(maxsize=1)
def _nothing() -> dict[str, Any]:
    return dict(Domain.empty().as_dict())


def _is_empty(domain: Domain) -> bool:
    """Rasa makes an empty domain after every message, to compare with."""
    return bool(domain.as_dict() == _nothing())


_CONVERT = NLUMessageConverter.convert_user_message


@wraps(_CONVERT)  # Rasa reads the annotations before it trains
def _convert(self: NLUMessageConverter, messages: list[UserMessage]) -> list[Message]:
    """Rasa writes down where each word of a message begins. In a conversation nothing reads that, so it is not kept
    with it, and the words are not segmented; `/model/parse`, which no channel stands behind, tells them as ever.
    """
    converted: list[Message] = _CONVERT(self, messages)
    for said, message in zip(messages, converted, strict=True):
        if said.input_channel:
            message.output_properties.discard(TEXT_TOKENS)
    return converted


def _max_confidence(prediction: PolicyPrediction) -> float:
    """Rasa looks for it in three hundred numbers each time; the ensemble zeroes a rejected action before it looks."""
    kept: float | None = prediction.__dict__.get("_motcua_max")
    if kept is None:
        kept = prediction.__dict__["_motcua_max"] = max(prediction.probabilities, default=0.0)
    return kept


_RESPONSE_FOR = TemplatedNaturalLanguageGenerator._random_response_for


def _response_for(nlg: Any, utter_action: str, output_channel: str, filled_slots: dict[str, Any]) -> Any:
    """Rasa lets numpy throw dice, also where there is one response only."""
    variations: Any = nlg.responses.get(utter_action) or ()
    if len(variations) == 1 and not _CHOSEN_BY & variations[0].keys():
        return variations[0]
    return _RESPONSE_FOR(nlg, utter_action, output_channel, filled_slots)


_CHOSEN_BY = {"channel", RESPONSE_CONDITION}

_ACTION = actions.action_for_name_or_text


def _action(name: str, domain: Domain, endpoint: Any) -> Action:
    """Rasa makes all twelve actions of its own whenever one is looked up, and goes through the lists of a domain."""
    known: dict[str, Callable[[Any], Action] | None] = domain.__dict__.setdefault("_motcua_actions", {})
    if name not in known:
        known[name] = _maker(name, domain)
    make = known[name]
    return _ACTION(name, domain, endpoint) if make is None else make(endpoint)


def _maker(name: str, domain: Domain) -> Callable[[Any], Action] | None:
    """What makes the action; None for those that Rasa makes. A domain does not change once it is loaded."""
    if name in domain.user_actions:
        if name.startswith(UTTER_PREFIX) or name in domain.action_texts:
            return None
        return partial(RemoteAction, name)
    return None if name in domain.form_names else _OFTEN.get(name)


_OFTEN: Mapping[str, Callable[[Any], Action]] = {
    ACTION_LISTEN_NAME: lambda endpoint: ActionListen(),
    ACTION_SESSION_START_NAME: lambda endpoint: ActionSessionStart(),
    ACTION_EXTRACT_SLOTS: ActionExtractSlots,
}
"""Those of Rasa's own that each turn or session runs."""


_EXTRACT = ActionExtractSlots.run


@dataclass(frozen=True)
class _Fillable:
    """Of a domain: itself with those slots only that a message can fill, by which entities (None: otherwise too)."""

    domain: Domain
    entities: frozenset[str] | None


async def _extract_slots(action: ActionExtractSlots, channel: Any, nlg: Any, tracker: Any, domain: Domain) -> Any:
    """Rasa goes through all slots after every message; those that only actions set cannot be filled by it."""
    fillable: _Fillable | None = domain.__dict__.get("_motcua_fillable")
    if fillable is None:
        fillable = domain.__dict__["_motcua_fillable"] = _fillable(domain)
    found = [entity.get("entity") for entity in tracker.latest_message.entities] if tracker.latest_message else []
    if fillable.entities is not None and fillable.entities.isdisjoint(found):
        return []
    return await _EXTRACT(action, channel, nlg, tracker, fillable.domain)


def _fillable(domain: Domain) -> _Fillable:
    narrow = copy.copy(domain)
    narrow.slots = [slot for slot in domain.slots if not all(map(_is_left_to_actions, slot.mappings))]
    mappings = [mapping for slot in narrow.slots for mapping in slot.mappings]
    by_entity = all(mapping.get("type") == "from_entity" for mapping in mappings)
    asked = ACTION_VALIDATE_SLOT_MAPPINGS in domain.user_actions  # also when there is nothing to validate
    entities = frozenset(mapping["entity"] for mapping in mappings) if by_entity and not asked else None
    return _Fillable(narrow, entities)


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
            result = {**result, "events": [event for event in result["events"] if not _is_plain(event)]}
            if not result["events"] and _are_objects(result.get("responses")) and len(result) == _PARTS:
                return True
        validator.validate(result)
        return True

    return check


def _are_objects(responses: Any) -> bool:
    """Whether `responses` are as the schema wants them: it asks no more of them."""
    return isinstance(responses, list) and all(isinstance(response, dict) for response in responses)


def _is_plain(event: Any) -> bool:
    """Whether `event` sets a slot or begins a session, as the schema takes it: what actions mostly return."""
    if not (
        isinstance(event, dict)
        and isinstance(event.get("timestamp"), (int, float, type(None)))
        and isinstance(event.get("metadata"), (dict, type(None)))
    ):
        return False
    kind = event.get("event")
    if kind == "slot":
        return isinstance(event.get("name"), str) and "value" in event
    if kind == "action":
        return isinstance(event.get("name"), str) and all(event[key] is None for key in event.keys() - _NAMED)
    return bool(kind == "session_started")


_NAMED = {"event", "name", "timestamp", "metadata"}


def _event_types_by_name() -> Any:
    """Rasa walks the tree of event classes for every event of a conversation that it reads back."""
    original = Event.resolve_by_type
    types = {event.type_name: event for event in reversed(all_subclasses(Event))}

    def resolve_by_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
        return types[type_name] if type_name in types else original(type_name, default)

    return resolve_by_type
