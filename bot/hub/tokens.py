"""Session tokens: who shows one may read the conversation it names, for a week after it was handed out."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import timedelta

from bot.errors import TokenInvalidError
from bot.hub.models import Conversation
from bot.ops.clock import Clock

LIFETIME = timedelta(days=7)
LONGEST = 256


class Tokens:
    """Makes and checks tokens `v1.<conversation>.<version>.<issued>.<signature>` (HMAC-SHA256)."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def issue(self, conversation: Conversation) -> str:
        """A fresh token for the conversation."""
        issued = int(self._clock.now().timestamp())
        claim = f"v1.{conversation.id}.{conversation.token_version}.{issued}"
        return f"{claim}.{self._signature(claim)}"

    def read(self, token: str) -> tuple[str, int]:
        """Conversation and version that the token was made for; `TokenInvalidError` when it is not ours or too old."""
        claim, _, signature = token.rpartition(".")
        if len(token) > LONGEST or not token.isascii() or not hmac.compare_digest(signature, self._signature(claim)):
            raise TokenInvalidError("signature")
        # The signature is right, so the parts are ours.
        _, conversation_id, version, issued = claim.split(".")
        if self._clock.now().timestamp() - int(issued) > LIFETIME.total_seconds():
            raise TokenInvalidError("expired", conversation=conversation_id[:8])
        return conversation_id, int(version)

    def _signature(self, claim: str) -> str:
        digest = hmac.new(self._key, b"motcua session " + claim.encode("utf-8", "replace"), hashlib.sha256).digest()
        return urlsafe_b64encode(digest).decode("ascii").rstrip("=")
