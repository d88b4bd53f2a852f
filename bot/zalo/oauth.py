"""Zalo's OAuth for an Official Account: consent, exchange, refresh (docs/zalo.md, "Quyền gửi")."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.errors import ZaloDownError, ZaloRefusedError

TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=4)
_DEFAULT_SECONDS = 90_000
_LARGEST = 64 * 1024


@dataclass(frozen=True)
class Pair:
    """An access token, the refresh token that renews it once, and the seconds that the first lives."""

    access: str
    refresh: str
    seconds: int = _DEFAULT_SECONDS


def new_verifier() -> str:
    """Return a PKCE verifier: 43 characters."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()


def challenge_of(verifier: str) -> str:
    """Return the challenge that goes with a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class OAuth:
    """The token endpoint of one application."""

    def __init__(self, host: str, app_id: str, app_secret: str) -> None:
        self._host = host.rstrip("/")
        self._app_id = app_id
        self._app_secret = app_secret

    def consent_link(self, redirect_uri: str, verifier: str, state: str) -> str:
        """Return the page where the account's administrator consents."""
        asked = {
            "app_id": self._app_id,
            "redirect_uri": redirect_uri,
            "code_challenge": challenge_of(verifier),
            "state": state,
        }
        return f"{self._host}/v4/oa/permission?{urlencode(asked)}"

    async def exchange(self, code: str, verifier: str) -> Pair:
        """Return the first pair for a consent's code, which lives ten minutes."""
        return await self._ask({"grant_type": "authorization_code", "code": code, "code_verifier": verifier})

    async def refresh(self, refresh_token: str) -> Pair:
        """Return the next pair. Never called twice with the same token: it is spent by the first call."""
        return await self._ask({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def _ask(self, form: Mapping[str, str]) -> Pair:
        headers = {"secret_key": self._app_secret}
        try:
            async with (
                aiohttp.ClientSession(timeout=TIMEOUT) as session,
                session.post(
                    f"{self._host}/v4/oa/access_token", data={"app_id": self._app_id, **form}, headers=headers
                ) as response,
            ):
                body = await response.content.read(_LARGEST)
        except aiohttp.ClientConnectorError as error:
            raise ZaloDownError(type(error).__name__, maybe=False) from error
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise ZaloDownError(type(error).__name__, maybe=True) from error
        return read_pair(body)


def read_pair(body: bytes) -> Pair:
    """Return the pair of an answer; raise `ZaloRefusedError` with Zalo's code, `ZaloDownError` for anything else."""
    try:
        answer: Any = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ZaloDownError("not an object", maybe=True)
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if isinstance(access, str) and isinstance(refresh, str) and access and refresh:
        seconds = str(answer.get("expires_in", ""))
        return Pair(access, refresh, int(seconds) if seconds.isdecimal() and int(seconds) > 0 else _DEFAULT_SECONDS)
    code = answer.get("error")
    if isinstance(code, int) or (isinstance(code, str) and code.lstrip("-").isdecimal()):
        raise ZaloRefusedError("no tokens", zalo_code=int(code))
    raise ZaloDownError("neither tokens nor an error", maybe=True)
