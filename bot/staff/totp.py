"""The second factor: codes of six digits that a telephone makes (RFC 6238, by pyotp), each good for one sign-in."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

from bot.ops.sealing import Sealer

_MARK = "sealed:"
ISSUER = "Trợ lý Một Cửa"
_SECONDS = 30
_LEEWAY = 1
"""Steps before and after: telephones' clocks are not exact."""


class TotpSeal:
    """Secrets as they are stored: sealed with the installation's key, so that a copy of the database makes no codes."""

    def __init__(self, key: bytes) -> None:
        self._sealer = Sealer(key, "staff-totp")

    @staticmethod
    def is_sealed(stored: str) -> bool:
        return stored.startswith(_MARK)

    def seal(self, secret: str) -> str:
        """Return what is stored for a secret."""
        return _MARK + self._sealer.seal(secret)

    def open(self, stored: str) -> str:
        """Return the secret; one of before they were sealed as it is. Raises `SealBrokenError`: with another key."""
        return self._sealer.open(stored.removeprefix(_MARK)) if self.is_sealed(stored) else stored


def new_secret() -> str:
    """Return a fresh secret, base32."""
    return pyotp.random_base32()


def address(secret: str, name: str) -> str:
    """Return what an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime, after: int) -> int | None:
    """Return the 30 seconds that `code` is for; None where it is wrong, or not later than the step `after`."""
    typed = "".join(char for char in code if char.isascii() and char.isdigit())
    present, found = int(now.timestamp()) // _SECONDS, None
    for step in range(present - _LEEWAY, present + _LEEWAY + 1):
        right = hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step), typed)
        if right and step > after:
            found = step
    return found
