"""Pictures encrypted at rest: who has only the database, or a copy of it, sees none."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import PhotoUnreadableError

_NONCE_BYTES = 12


class Cipher:
    """AES-256-GCM. The first of `secrets` encrypts, each may decrypt: so a key is changed."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._keys = [AESGCM(_derive(secret)) for secret in secrets]

    def encrypt(self, attachment_id: str, picture: bytes) -> bytes:
        """Return nonce and encrypted picture, bound to its id: put under another id it does not open."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._keys[0].encrypt(nonce, picture, attachment_id.encode("ascii"))

    def decrypt(self, attachment_id: str, data: bytes) -> bytes:
        """Return the picture. Raises `PhotoUnreadableError` where no key opens it, or it was changed."""
        nonce, sealed = data[:_NONCE_BYTES], data[_NONCE_BYTES:]
        for key in self._keys:
            try:
                return key.decrypt(nonce, sealed, attachment_id.encode("ascii"))
            except InvalidTag:
                continue
        raise PhotoUnreadableError(attachment=attachment_id)


def _derive(secret: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"motcua attachments v1").derive(secret)
