"""What a button sends back: opaque and signed, because a press arrives as text that anybody could type."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

_SHAPE = re.compile(r"#mc\.(\d{1,9})\.(\d{1,3})\.([0-9a-f]{20})")


@dataclass(frozen=True)
class Press:
    """Button `button` under message `seq` of the citizen's conversation."""

    seq: int
    button: int


class ButtonSigner:
    """Signs for one conversation: a payload that was copied into another one is mere text there."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def payload(self, conversation_id: str, seq: int, button: int) -> str:
        """Return what the button sends back."""
        return f"#mc.{seq}.{button}.{self._mac(conversation_id, seq, button)}"

    def read(self, conversation_id: str, text: str) -> Press | None:
        """Return the press that a text is; None where it is words, or signed by somebody else."""
        found = _SHAPE.fullmatch(text.strip())
        if found is None:
            return None
        seq, button = int(found[1]), int(found[2])
        return Press(seq, button) if hmac.compare_digest(found[3], self._mac(conversation_id, seq, button)) else None

    def _mac(self, conversation_id: str, seq: int, button: int) -> str:
        said = f"zalo-button\x1f{conversation_id}\x1f{seq}\x1f{button}".encode()
        return hmac.digest(self._key, said, "sha256").hex()[:20]


def looks_like_press(text: str) -> bool:
    """Whether a text has a payload's shape, whoever signed it: never words to be understood."""
    return _SHAPE.fullmatch(text.strip()) is not None
