"""One call of a custom action, wherever actions run: inside Rasa's process or in an action server. No Rasa in here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.ops.logging import EventLog, bind_turn, new_reference
from bot.ops.metrics import Stage, timed

log = EventLog("actions")

INTERNAL_ERROR_RESPONSE = "utter_fallback__internal_error"
VALIDATOR_PREFIX = "validate_"


class ActionCalls:
    """Runs the actions of a package."""

    def __init__(self, package: str = "actions") -> None:
        self.executor = ActionExecutor()
        self.executor.register_package(package)
        self._package = package

    def load(self) -> None:
        """Have read what actions read on first use, where the package has a module `first_use` that knows it."""
        try:
            first_use = import_module(f"{self._package}.first_use")
        except ModuleNotFoundError:
            return
        first_use.load()

    async def run(self, call: dict[str, Any]) -> dict[str, Any]:
        """Run the action that `call` names; a bug in it becomes a kind answer with a reference.

        Raises `ActionExecutionRejection` where an action declines to run.
        """
        bind_turn(turn_of(call))
        try:
            with timed(Stage.ACTION):
                result = await self.executor.run(call) or {"events": [], "responses": []}
            return _without_idle_slots(call, result)
        except ActionExecutionRejection:
            raise
        except Exception as error:  # the last-resort handler of this edge
            return _failed(call, error)


def turn_of(call: dict[str, Any]) -> object:
    """Return the name of the turn, which the hub has put into the question; None where there is none."""
    latest = (call.get("tracker") or {}).get("latest_message") or {}
    return (latest.get("metadata") or {}).get("turn")


def _without_idle_slots(call: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """Leave out slots that have their value already: actions clear what they may have set, three in five for nothing.

    Each would be checked, stored, and read and applied once more in each of the next turns. What a validator says of a
    slot is kept: a form asks whether it was said.
    """
    slots = (call.get("tracker") or {}).get("slots")
    if not isinstance(slots, Mapping) or str(call.get("next_action")).startswith(VALIDATOR_PREFIX):
        return result
    return {**result, "events": list(_changing(result["events"], dict(slots)))}


def _changing(events: Sequence[dict[str, Any]], slots: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the events but for slots that are so in `slots`, until one comes that may change slots by itself."""
    known = True
    for event in events:
        kind = event.get("event")
        if kind == "slot" and known:
            name, value = str(event.get("name")), event.get("value")
            if name in slots and _same(slots[name], value):
                continue
            slots[name] = value
        known = known and kind in _LEAVE_SLOTS
        yield event


_LEAVE_SLOTS = {"slot", "followup", "bot"}


def _same(kept: Any, value: Any) -> bool:
    """Whether both are one value as JSON: to Python 1, 1.0 and True are."""
    return kept is value or (kept == value and repr(kept) == repr(value))


def _failed(call: dict[str, Any], error: Exception) -> dict[str, Any]:
    """Log the bug once, without anyone's words, and answer with the response that carries its reference."""
    reference, action = new_reference(), str(call.get("next_action"))
    log.fault("action_failed", error, action=action, reference=reference)
    return {
        "events": _forget_unchecked_slots(action, call),
        "responses": [{"response": INTERNAL_ERROR_RESPONSE, "reference": reference}],
    }


def _forget_unchecked_slots(action: str, call: dict[str, Any]) -> list[dict[str, Any]]:
    """A validator that broke has checked nothing: what it was given is asked for again, not believed."""
    if not action.startswith(VALIDATOR_PREFIX):
        return []
    given = Tracker.from_dict(call["tracker"]).slots_to_validate()
    return [{"event": "slot", "name": name, "value": None, "timestamp": None} for name in given]
