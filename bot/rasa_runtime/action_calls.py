"""One call of a custom action, wherever actions run: inside Rasa's process or in an action server. No Rasa in here."""

from __future__ import annotations

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
                return await self.executor.run(call) or {"events": [], "responses": []}
        except ActionExecutionRejection:
            raise
        except Exception as error:  # the last-resort handler of this edge
            return _failed(call, error)


def turn_of(call: dict[str, Any]) -> object:
    """Return the name of the turn, which the hub has put into the question; None where there is none."""
    latest = (call.get("tracker") or {}).get("latest_message") or {}
    return (latest.get("metadata") or {}).get("turn")


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
