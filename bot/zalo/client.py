"""Zalo's interface over HTTP, as docs/zalo.md describes it. Vendor quirks live here and in `codes`.

Every answer is HTTP 200 with an "error" of its own; a reading call may be repeated, a sending one never blindly.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from bot.errors import ZaloDownError, ZaloRefusedError
from bot.ops import quick_json
from bot.ops.one_write import OneWriteRequest
from bot.zalo.codes import Remedy, meaning_of, template_meaning_of

TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=4)
_LARGEST = 1024 * 1024
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ServerDisconnectedError)


class TokenSource(Protocol):
    """Who has the access token. `renew`: that token was refused; return another one."""

    async def current(self) -> str: ...

    async def renew(self, refused: str) -> str: ...


@dataclass(frozen=True)
class ZaloHosts:
    """Where Zalo is. templates: the host of messages by phone."""

    api: str = "https://openapi.zalo.me"
    templates: str = "https://business.openapi.zalo.me"
    oauth: str = "https://oauth.zaloapp.com"


@dataclass(frozen=True)
class Sent:
    """What Zalo says of a message that it took. remain: messages left of the quota; None where it does not say."""

    message_id: str
    quota_kind: str = ""
    remain: int | None = None


@dataclass(frozen=True)
class TemplateInfo:
    """A template as Zalo has it. parameters: name → longest value. Prices in đồng; None where Zalo names none."""

    template_id: str
    enabled: bool
    parameters: Mapping[str, int]
    price_by_id: int | None
    price_by_phone: int | None


@dataclass(frozen=True)
class Recent:
    """A message of the account's latest ones with a citizen. at: milliseconds since 1970."""

    message_id: str
    ours: bool
    text: str
    at: int


class ZaloClient:
    """One Official Account. Raises `ZaloRefusedError`, `ZaloDownError` and what the token source raises."""

    def __init__(
        self, hosts: ZaloHosts, tokens: TokenSource, app_secret: str = "", timeout: aiohttp.ClientTimeout = TIMEOUT
    ) -> None:
        self._hosts = hosts
        self._tokens = tokens
        self._app_secret = app_secret
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def send(self, user_id: str, message: Mapping[str, Any]) -> Sent:
        """Send a consultation message to a citizen."""
        body = {"recipient": {"user_id": user_id}, "message": dict(message)}
        return _sent(await self._post(f"{self._hosts.api}/v3.0/oa/message/cs", body))

    async def send_template(self, user_id: str, template_id: str, data: Mapping[str, str]) -> Sent:
        """Send an approved template to a citizen whose id is known."""
        body = {"user_id": user_id, "template_id": template_id, "template_data": dict(data)}
        return _sent(await self._post(f"{self._hosts.api}/v3.0/oa/message/template", body))

    async def send_template_to_phone(
        self, phone: str, template_id: str, data: Mapping[str, str], tracking_id: str
    ) -> Sent:
        """Send an approved template to a phone, "84…"; tracking_id comes back with the receipt."""
        body = {"phone": phone, "template_id": template_id, "template_data": dict(data), "tracking_id": tracking_id}
        return _sent(await self._post(f"{self._hosts.templates}/message/template", body))

    async def template_info(self, template_id: str) -> TemplateInfo:
        """Return what Zalo says of a template: whether it may be sent, what it takes, what it costs."""
        url = f"{self._hosts.templates}/template/info/v2"
        return _template(_mapping(await self._call("GET", url, params={"template_id": template_id})), template_id)

    async def template_status(self, message_id: str) -> int:
        """Return whether a message by phone has arrived: 1 yes, 0 on its way, -1 unknown."""
        url = f"{self._hosts.templates}/message/status"
        status = _word(_mapping(await self._call("GET", url, params={"message_id": message_id})), "status")
        return int(status) if status in ("0", "1") else -1

    async def recent(self, user_id: str, count: int = 10) -> list[Recent]:
        """Return the latest messages with a citizen, newest first; at most ten."""
        asked = json.dumps({"user_id": int(user_id) if user_id.isdecimal() else user_id, "offset": 0, "count": count})
        data = await self._call("GET", f"{self._hosts.api}/v2.0/oa/conversation", params={"data": asked})
        rows = data if isinstance(data, list) else []
        return [_recent(row) for row in rows if isinstance(row, Mapping)]

    async def upload(self, kind: str, content: bytes, name: str) -> str:
        """Upload a picture ("image") or a "file"; return what a message names it by. It lives seven days there."""
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name)
        data = await self._call("POST", f"{self._hosts.api}/v2.0/oa/upload/{kind}", form=form)
        return _word(_mapping(data), "attachment_id") or _word(_mapping(data), "token")

    async def quota_of(self, user_id: str) -> Mapping[str, Any]:
        """Return what Zalo says of the window and quota with a citizen."""
        return _mapping(await self._post(f"{self._hosts.api}/v3.0/oa/quota/message", {"user_id": user_id}))

    async def quota_of_account(self) -> list[Mapping[str, Any]]:
        """Return the account's own quotas of consultation messages."""
        asked = {"quota_owner": "OA", "product_type": "cs", "quota_type": "sub_quota"}
        data = await self._post(f"{self._hosts.api}/v3.0/oa/quota/message", asked)
        return [row for row in data if isinstance(row, Mapping)] if isinstance(data, list) else []

    async def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, url: str, body: Mapping[str, Any]) -> Any:
        return await self._call("POST", url, body=quick_json.write(body).encode())

    async def _call(self, method: str, url: str, **request: Any) -> Any:
        """One call; once more with a new token when the token was refused."""
        token = await self._tokens.current()
        try:
            return await self._once(method, url, token, **request)
        except ZaloRefusedError as error:
            means = template_meaning_of if url.startswith(self._hosts.templates) else meaning_of
            if "form" in request or means(_code(error)).remedy is not Remedy.REFRESH:
                raise
            return await self._once(method, url, await self._tokens.renew(token), **request)

    async def _once(
        self,
        method: str,
        url: str,
        token: str,
        body: bytes | None = None,
        form: aiohttp.FormData | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        headers = {"access_token": token}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._app_secret:
            proof = hmac.digest(self._app_secret.encode(), token.encode(), "sha256").hex()
            headers["appsecret_proof"] = proof
        try:
            async with self._http().request(
                method, url, data=body if body is not None else form, params=params, headers=headers
            ) as response:
                return read_answer(response.status, await response.content.read(_LARGEST))
        except _NOT_SENT as error:
            maybe = not isinstance(error, aiohttp.ClientConnectorError)
            raise ZaloDownError(type(error).__name__, maybe=maybe) from error
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise ZaloDownError(type(error).__name__, maybe=True) from error

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            # Zalo knows us by the token; no cookie is looked for at each call.
            jar = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(timeout=self._timeout, cookie_jar=jar, request_class=OneWriteRequest)
        return self._session


def read_answer(status: int, body: bytes) -> Any:
    """Return "data" of an answer; raise `ZaloRefusedError` with Zalo's own code, `ZaloDownError` for no answer."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or "error" not in answer:
        raise ZaloDownError(f"status {status}", maybe=status < 400 or status >= 500, status=status)
    code = answer["error"]
    number = int(code) if isinstance(code, int) or (isinstance(code, str) and code.lstrip("-").isdecimal()) else -1
    if number != 0:
        raise ZaloRefusedError(f"error {number}", zalo_code=number)
    return answer.get("data")


def _sent(data: Any) -> Sent:
    found = _mapping(data)
    quota = _mapping(found.get("quota"))
    remain = _word(quota, "remain") or _word(quota, "remainingQuota")
    return Sent(
        message_id=_word(found, "message_id") or _word(found, "msg_id"),
        quota_kind=_word(quota, "quota_type"),
        remain=int(remain) if remain.isdecimal() else None,
    )


def _template(data: Mapping[str, Any], template_id: str) -> TemplateInfo:
    listed = data.get("listParams")
    named = [row for row in listed if isinstance(row, Mapping)] if isinstance(listed, list) else []
    return TemplateInfo(
        template_id=_word(data, "templateId") or template_id,
        enabled=data.get("status") == "ENABLE",
        parameters={_word(row, "name"): _whole(row, "maxLength") or 0 for row in named},
        price_by_id=_whole(data, "price_uid"),
        price_by_phone=_whole(data, "price_sdt") or _whole(data, "price"),
    )


def _whole(row: Mapping[str, Any], name: str) -> int | None:
    said = _word(row, name).partition(".")[0]
    return int(said) if said.isdecimal() else None


def _recent(row: Mapping[str, Any]) -> Recent:
    at = _word(row, "time")
    return Recent(
        message_id=_word(row, "message_id"),
        ours=row.get("src") not in (1, "1"),
        text=str(row.get("message") or ""),
        at=int(at) if at.isdecimal() else 0,
    )


def _code(error: ZaloRefusedError) -> int:
    code = error.context.get("zalo_code")
    return code if isinstance(code, int) else 0


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _word(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
