"""Two things that Rasa works out anew each time, worked out once. A quarter of the cost of a turn.

Both replace a method of Rasa 3.6.21 by one with the same outcome; tests/integration/runtime/test_speedups.py holds
them against the original.
"""

from __future__ import annotations

from typing import Any

from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event
from rasa.shared.utils.common import all_subclasses


def apply_speedups() -> None:
    """Put both in place. Calling it again changes nothing."""
    check = _compiled_result_check()
    RemoteAction._validate_action_result = lambda self, result: check(result)
    Event.resolve_by_type = staticmethod(_event_types_by_name())


def _compiled_result_check() -> Any:
    """Rasa checks its own constant schema against JSON Schema's schema before every check of an action's result."""
    schema = RemoteAction.action_response_format_spec()
    validator = validator_for(schema)(schema)

    def check(result: dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    return check


def _event_types_by_name() -> Any:
    """Rasa walks the tree of event classes for every event of a conversation that it reads back."""
    original = Event.resolve_by_type
    types = {event.type_name: event for event in reversed(all_subclasses(Event))}

    def resolve_by_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
        return types[type_name] if type_name in types else original(type_name, default)

    return resolve_by_type
