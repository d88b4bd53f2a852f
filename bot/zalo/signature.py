"""The signature of a webhook: `X-ZEvent-Signature: mac=<hex of sha256(app_id + body + timestamp + OA secret key)>`.

A plain SHA-256 of the joined text, not an HMAC, over the body byte for byte (docs/zalo.md, "Chữ ký").
"""

from __future__ import annotations

import hashlib
import hmac
import re

_HEX = re.compile(r"[0-9a-f]{64}")
_PREFIX = "mac="


def mac_of(app_id: str, body: bytes, timestamp: str, oa_secret_key: str) -> str:
    """Return the 64 lower-case hex digits of a body."""
    return hashlib.sha256(b"".join((app_id.encode(), body, timestamp.encode(), oa_secret_key.encode()))).hexdigest()


def is_signed(header: str | None, app_id: str, body: bytes, timestamp: str, oa_secret_key: str) -> bool:
    """Say whether the header is this body's signature; compared in constant time.

    Digits in upper case and a header without "mac=" count: proxies and older senders write them so.
    """
    claimed = (header or "").strip().lower()
    claimed = claimed[len(_PREFIX) :] if claimed.startswith(_PREFIX) else claimed
    if not oa_secret_key or not _HEX.fullmatch(claimed):
        return False
    return hmac.compare_digest(claimed, mac_of(app_id, body, timestamp, oa_secret_key))
