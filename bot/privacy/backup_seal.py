"""Backups sealed as they are written: whoever finds one without its key reads nothing, and notices no change unseen.

File: 16 bytes of magic, 16 of salt, then pieces of 1 MiB (the last one shorter), each AES-256-GCM with its 16 bytes of
tag. The key of a file is made of the operator's key and the salt; a piece's nonce is its number and whether it is the
last, so that pieces can be neither swapped nor left away.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import PrivacyStepError

SUFFIX = ".sealed"
_MAGIC = b"MOTCUA-BACKUP-1\n"
_SALT_BYTES, _TAG_BYTES, _PIECE = 16, 16, 1 << 20


class BackupSeal:
    """The operator's keys (`MOTCUA_BACKUP_KEYS`): the first seals, each may open. Without one, backups stay open."""

    def __init__(self, keys: Sequence[str] = ()) -> None:
        self._keys = [key.encode("utf-8") for key in keys]

    def __bool__(self) -> bool:
        return bool(self._keys)

    def seal(self, source: IO[bytes], target: IO[bytes]) -> None:
        """Copy the plain `source` into `target`, sealed with the first key."""
        salt = os.urandom(_SALT_BYTES)
        cipher = _cipher(self._keys[0], salt)
        target.write(_MAGIC + salt)
        number, piece = 0, source.read(_PIECE)
        while True:
            following = source.read(_PIECE) if len(piece) == _PIECE else b""
            target.write(cipher.encrypt(_nonce(number, last=not following), piece, None))
            if not following:
                return
            number, piece = number + 1, following

    def open(self, source: IO[bytes], target: IO[bytes]) -> None:
        """Copy what a sealed `source` holds into `target`.

        Raises `PrivacyStepError` where no key opens it or it was changed; `target` may then hold its beginning.
        """
        size = _PIECE + _TAG_BYTES
        head = source.read(len(_MAGIC) + _SALT_BYTES)
        number, piece, cipher = 0, source.read(size), None
        while True:
            following = source.read(size) if len(piece) == size else b""
            nonce = _nonce(number, last=not following)
            cipher = cipher or self._that_opens(head, nonce, piece)
            try:
                target.write(cipher.decrypt(nonce, piece, None))
            except InvalidTag as error:
                raise PrivacyStepError("the sealed backup was changed or cut short") from error
            if not following:
                return
            number, piece = number + 1, following

    def _that_opens(self, head: bytes, nonce: bytes, piece: bytes) -> AESGCM:
        if not self._keys:
            raise PrivacyStepError("the backup is sealed: set MOTCUA_BACKUP_KEYS to the key it was made with")
        for key in self._keys if head.startswith(_MAGIC) else ():
            cipher = _cipher(key, head[len(_MAGIC) :])
            try:
                cipher.decrypt(nonce, piece, None)
            except InvalidTag:
                continue
            return cipher
        raise PrivacyStepError("no key of MOTCUA_BACKUP_KEYS opens the backup")


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"motcua backup v1").derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
