"""Small secrets at rest: sealed with a key made from the installation's secret, useless without it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import SealBrokenError

NOTHING_KNOWN: Mapping[str, Any] = MappingProxyType({})
"""For who opens what may have been sealed just before, in the same transaction: sealed → what was sealed. Opening costs
as much as sealing, some 55 µs each; no two sealed texts are the same."""


class Sealer:
    """Seals text for one purpose; what was sealed for another one does not open."""

    def __init__(self, key: bytes, purpose: str) -> None:
        derived = HKDF(SHA256(), 32, None, purpose.encode()).derive(key)
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def seal(self, text: str) -> str:
        """Return the sealed text: ASCII, about a third longer."""
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """Return what was sealed; raise `SealBrokenError` when the key has changed or the text was touched."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise SealBrokenError("sealed with another key") from error
