"""Custom actions run inside Rasa's process, in place of the HTTP hop to an action server.

Looks to Rasa like the action endpoint it knows, so stories, forms and rejections work as ever.
"""

from __future__ import annotations

import json
from typing import Any

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.rasa_runtime.action_calls import ActionCalls


class InProcessActions(EndpointConfig):
    """An action endpoint without a network: `request` awaits the SDK's executor."""

    def __init__(self, package: str = "actions") -> None:
        super().__init__(url="inproc://actions", enable_selective_domain=True)
        self.calls = ActionCalls(package)

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = None,
        compress: bool = False,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Run the action that `json` names."""
        try:
            return await self.calls.run(kwargs["json"])
        except ActionExecutionRejection as rejection:
            raise _rejected(rejection) from rejection


def _rejected(rejection: ActionExecutionRejection) -> ClientResponseError:
    """What the HTTP action server answers when an action declines to run."""
    body = {"error": rejection.message, "action_name": rejection.action_name}
    return ClientResponseError(400, "action rejected", json.dumps(body))
