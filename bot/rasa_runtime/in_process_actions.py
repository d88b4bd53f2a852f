"""Custom actions run inside Rasa's process, in place of the HTTP hop to an action server.

Looks to Rasa like the action endpoint it knows, so stories, forms and rejections work as ever.
"""

from __future__ import annotations

import json
from typing import Any

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.ops.logging import EventLog, new_reference

log = EventLog("actions")

INTERNAL_ERROR_RESPONSE = "utter_fallback__internal_error"
VALIDATOR_PREFIX = "validate_"


class InProcessActions(EndpointConfig):
    """An action endpoint without a network: `request` awaits the SDK's executor."""

    def __init__(self, package: str = "actions") -> None:
        super().__init__(url="inproc://actions", enable_selective_domain=True)
        self.executor = ActionExecutor()
        self.executor.register_package(package)

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = None,
        compress: bool = False,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Run the action that `json` names; a bug in it becomes a kind answer with a reference."""
        call: dict[str, Any] = kwargs["json"]
        try:
            return await self.executor.run(call) or {"events": [], "responses": []}
        except ActionExecutionRejection as rejection:
            raise _rejected(rejection) from rejection
        except Exception as error:  # the last-resort handler of this edge
            return _failed(call, error)


def _rejected(rejection: ActionExecutionRejection) -> ClientResponseError:
    """What the HTTP action server answers when an action declines to run."""
    body = {"error": rejection.message, "action_name": rejection.action_name}
    return ClientResponseError(400, "action rejected", json.dumps(body))


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
