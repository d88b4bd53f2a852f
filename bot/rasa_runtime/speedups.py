"""What Rasa works out anew each time, worked out once. Half of the cost of a turn.

Each replaces a method of Rasa 3.6.21 by one with the same outcome; tests/integration/runtime/test_speedups.py holds
them against the original. How the components of a model are run: `graph_running.py`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from jsonschema.validators import validator_for
from rasa.core import processor
from rasa.core.actions import action as actions
from rasa.core.actions import forms
from rasa.core.actions.action import Action, ActionExtractSlots, ActionListen, ActionSessionStart, RemoteAction
from rasa.core.channels.channel import UserMessage
from rasa.core.policies import rule_policy
from rasa.core.processor import MessageProcessor
from rasa.graph_components.converters.nlu_message_converter import NLUMessageConverter
from rasa.shared.constants import UTTER_PREFIX
from rasa.shared.core.constants import ACTION_EXTRACT_SLOTS, ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.slots import Slot
from rasa.shared.nlu.constants import TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.utils.common import all_subclasses

from bot.rasa_runtime.graph_running import run_graph_directly
from bot.rasa_runtime.rule_speedups import quicken_rules
from bot.rasa_runtime.tracker_speedups import quicken_trackers

_PARTS = 2
"""Of an action's result: events and responses."""


def apply_speedups() -> None:
    """Put them in place. Calling it again changes nothing."""
    check = _compiled_result_check()
    RemoteAction._validate_action_result = lambda self, result: check(result)
    Event.resolve_by_type = staticmethod(_event_types_by_name())
    Slot.__copy__ = _copied_slot
    if ActionExtractSlots.run is _EXTRACT:
        ActionExtractSlots.run = _extract_slots
    for module in (processor, forms, rule_policy):
        module.copy = _CopiesForTheLog
    Domain.is_empty = _is_empty
    MessageProcessor._log_slots = staticmethod(lambda tracker: None)  # for a line that nobody lets be written
    actions.action_for_name_or_text = _action
    NLUMessageConverter.convert_user_message = _convert
    quicken_trackers()
    quicken_rules()
    run_graph_directly()


@lru_cache(maxsize=1)
def _nothing() -> dict[str, Any]:
    return dict(Domain.empty().as_dict())


def _is_empty(domain: Domain) -> bool:
    """Rasa makes an empty domain after every message, to compare with."""
    return bool(domain.as_dict() == _nothing())


_CONVERT = NLUMessageConverter.convert_user_message


def _convert(converter: NLUMessageConverter, messages: list[UserMessage]) -> list[Message]:
    """Rasa writes down where each word of a message begins. In a conversation nothing reads that, so it is not kept
    with it, and the words are not segmented; `/model/parse`, which no channel stands behind, tells them as ever.
    """
    converted: list[Message] = _CONVERT(converter, messages)
    for said, message in zip(messages, converted, strict=True):
        if said.input_channel:
            message.output_properties.discard(TEXT_TOKENS)
    return converted


_ACTION = actions.action_for_name_or_text


def _action(name: str, domain: Domain, endpoint: Any) -> Action:
    """Rasa makes all twelve actions of its own whenever one is looked up."""
    if name in domain.user_actions:
        if not name.startswith(UTTER_PREFIX) and name not in domain.action_texts:
            return RemoteAction(name, endpoint)
    elif name in _OFTEN and name not in domain.form_names:
        return _OFTEN[name](endpoint)
    return _ACTION(name, domain, endpoint)


_OFTEN: Mapping[str, Callable[[Any], Action]] = {
    ACTION_LISTEN_NAME: lambda endpoint: ActionListen(),
    ACTION_SESSION_START_NAME: lambda endpoint: ActionSessionStart(),
    ACTION_EXTRACT_SLOTS: ActionExtractSlots,
}
"""Those of Rasa's own that each turn or session runs."""


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
