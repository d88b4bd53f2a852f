"""What Zalo tells the webhook, read by pure functions: a body becomes one `ZaloEvent`, whatever it holds.

Ids are decimal strings beyond 2^53 and stay text. A kind that is not known is an event like any other, to be logged
and left alone: Zalo adds kinds, and a body that is not answered with 200 comes again.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from bot.errors import ZaloPayloadError

CONSOLE_TEST_ID = "This is message id"
"""`msg_id` of what the developers' console sends when its test button is pressed."""
_LONGEST_ID = 128
_LONGEST_TEXT = 10_000
_FIRST_YEAR, _LAST_YEAR = 2015, 2100


class EventKind(str, Enum):
    """What an event is to us."""

    TEXT = "text"
    IMAGE = "image"
    GIF = "gif"
    FILE = "file"
    LINK = "link"
    BUSINESS_CARD = "business_card"
    LOCATION = "location"
    STICKER = "sticker"
    AUDIO = "audio"
    VIDEO = "video"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    SHARED_INFO = "shared_info"
    OPENED = "opened"
    REACTION = "reaction"
    RECEIVED = "received"
    SEEN = "seen"
    ECHO = "echo"
    WITHDRAW = "withdraw"
    RATING = "rating"
    ANONYMOUS = "anonymous"
    OTHER = "other"


SAID = frozenset(
    {
        EventKind.TEXT,
        EventKind.IMAGE,
        EventKind.GIF,
        EventKind.FILE,
        EventKind.LINK,
        EventKind.BUSINESS_CARD,
        EventKind.LOCATION,
        EventKind.STICKER,
        EventKind.AUDIO,
        EventKind.VIDEO,
        EventKind.SHARED_INFO,
    }
)
"""Kinds that a citizen is answered."""
INTERACTIONS = SAID | {EventKind.FOLLOW}
"""Kinds that open the window in which we may write (docs/zalo.md, "Cửa sổ")."""

_KINDS = {
    "user_send_text": EventKind.TEXT,
    "user_send_image": EventKind.IMAGE,
    "user_send_gif": EventKind.GIF,
    "user_send_file": EventKind.FILE,
    "user_send_link": EventKind.LINK,
    "user_send_business_card": EventKind.BUSINESS_CARD,
    "user_send_location": EventKind.LOCATION,
    "user_send_sticker": EventKind.STICKER,
    "user_send_audio": EventKind.AUDIO,
    "user_send_video": EventKind.VIDEO,
    "follow": EventKind.FOLLOW,
    "unfollow": EventKind.UNFOLLOW,
    "user_submit_info": EventKind.SHARED_INFO,
    "user_click_chatnow": EventKind.OPENED,
    "user_reacted_message": EventKind.REACTION,
    "user_received_message": EventKind.RECEIVED,
    "user_seen_message": EventKind.SEEN,
    "user_withdraw": EventKind.WITHDRAW,
    "user_feedback": EventKind.RATING,
}
_ECHO, _GROUP_ECHO, _ANONYMOUS = "oa_send_", "oa_send_group_", "anonymous_send_"


@dataclass(frozen=True)
class Attachment:
    """One part of a message: kind as Zalo names it, where it is fetched, and what it says of itself.

    latitude, longitude: degrees, only for a place. size: bytes, 0 where not told.
    """

    kind: str
    url: str = ""
    name: str = ""
    size: int = 0
    description: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class ZaloEvent:
    """One event.

    id: what makes it this one and no other, the same when it is sent again. user_id: the citizen's; empty where none
    is concerned. message_ids: messages of ours that a receipt is about. officer_id: who wrote an echoed message in
    Zalo's own desk. at: when Zalo says that it happened; None where it names no credible time.
    """

    kind: EventKind
    name: str
    id: str
    app_id: str = ""
    oa_id: str = ""
    user_id: str = ""
    message_id: str = ""
    text: str = ""
    quoted_id: str = ""
    attachments: tuple[Attachment, ...] = ()
    message_ids: tuple[str, ...] = ()
    officer_id: str = ""
    info: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None
    timestamp: str = ""

    @property
    def is_console_test(self) -> bool:
        """Whether the developers' console made it up."""
        return self.message_id == CONSOLE_TEST_ID


def read_body(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a request; raise `ZaloPayloadError` where it is none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ZaloPayloadError("not JSON") from error
    if not isinstance(value, dict):
        raise ZaloPayloadError("not an object")
    return value


def read_event(payload: Mapping[str, Any], body: bytes) -> ZaloEvent:
    """Return the event of a payload. body: its bytes, which stand for it where it has no id of its own.

    Raises `ZaloPayloadError` where it is no event of an Official Account.
    """
    name = _text(payload.get("event_name"), _LONGEST_ID)
    if not name or "." in name:  # "message.text.received" is of Zalo's bot platform, another product
        raise ZaloPayloadError("no event_name of an Official Account")
    kind = _kind_of(name)
    message = _mapping(payload.get("message"))
    message_id = _id(message.get("msg_id"))
    user_id, oa_id = _people(payload, kind)
    timestamp = _text(payload.get("timestamp"), 32)
    parts = [] if message_id and message_id != CONSOLE_TEST_ID else [hashlib.sha256(body).hexdigest()]
    return ZaloEvent(
        kind=_card_or(kind, message),
        name=name,
        id=":".join([name, message_id, *parts])[:255] if message_id != CONSOLE_TEST_ID else f"{name}:{parts[0]}"[:255],
        app_id=_id(payload.get("app_id")),
        oa_id=oa_id,
        user_id=user_id,
        message_id=message_id,
        text=_text(message.get("text"), _LONGEST_TEXT),
        quoted_id=_id(message.get("quote_msg_id")),
        attachments=tuple(_attachment(item) for item in _list(message.get("attachments"))[:10]),
        message_ids=_about(message, kind, message_id),
        officer_id=_id(_mapping(payload.get("sender")).get("admin_id")),
        info=_info(payload),
        at=_time(timestamp),
        timestamp=timestamp,
    )


def _kind_of(name: str) -> EventKind:
    if name.startswith(_GROUP_ECHO):
        return EventKind.OTHER
    if name.startswith(_ECHO):
        return EventKind.ECHO
    if name.startswith(_ANONYMOUS):
        return EventKind.ANONYMOUS
    return _KINDS.get(name, EventKind.OTHER)


def _card_or(kind: EventKind, message: Mapping[str, Any]) -> EventKind:
    """A contact card is a link whose description is JSON with a phone."""
    links = _list(message.get("attachments"))
    described = _text(_mapping(_mapping(links[0]).get("payload")).get("description"), 2000) if links else ""
    return EventKind.BUSINESS_CARD if kind is EventKind.LINK and '"phone"' in described else kind


def _people(payload: Mapping[str, Any], kind: EventKind) -> tuple[str, str]:
    """Return citizen and Official Account; who is sender and who recipient depends on the kind."""
    sender, recipient = (
        _id(_mapping(payload.get("sender")).get("id")),
        _id(_mapping(payload.get("recipient")).get("id")),
    )
    follower = _id(_mapping(payload.get("follower")).get("id"))
    flat, oa_id = _id(payload.get("user_id")), _id(payload.get("oa_id"))
    if follower or flat:
        return follower or flat, oa_id
    if kind in (EventKind.ECHO, EventKind.RECEIVED):
        return recipient, sender
    if kind is EventKind.SEEN:
        return _seen_by(sender, recipient, oa_id)
    return sender, recipient or oa_id


def _seen_by(sender: str, recipient: str, oa_id: str) -> tuple[str, str]:
    """Sources disagree on the direction of this one; the account's own id, where it is told, decides."""
    return (sender, recipient) if oa_id and recipient == oa_id else (recipient, sender)


def _about(message: Mapping[str, Any], kind: EventKind, message_id: str) -> tuple[str, ...]:
    if kind is EventKind.SEEN:
        return tuple(filter(None, map(_id, _list(message.get("msg_ids"))[:100]))) or (
            (message_id,) if message_id else ()
        )
    return (message_id,) if message_id and kind in (EventKind.RECEIVED, EventKind.REACTION) else ()


def _attachment(item: Any) -> Attachment:
    kind, payload = _text(_mapping(item).get("type"), 32), _mapping(_mapping(item).get("payload"))
    place = _mapping(payload.get("coordinates"))
    return Attachment(
        kind=kind,
        url=_text(payload.get("url"), 2000),
        name=_text(payload.get("name") or payload.get("title"), 255),
        size=_number(payload.get("size")),
        description=_text(payload.get("description"), 2000),
        latitude=_degrees(place.get("latitude"), 90),
        longitude=_degrees(place.get("longitude"), 180),
    )


def _info(payload: Mapping[str, Any]) -> dict[str, str]:
    """Name and phone that a citizen shared by the form; the rest of it is not wanted."""
    info = _mapping(payload.get("info"))
    return {key: value for key in ("name", "phone") if (value := _text(info.get(key), 200))}


def _time(timestamp: str) -> datetime | None:
    if not timestamp.isdecimal() or len(timestamp) > 15:
        return None
    at = datetime.fromtimestamp(int(timestamp) / 1000, timezone.utc) if int(timestamp) < 10**14 else None
    return at if at is not None and _FIRST_YEAR <= at.year < _LAST_YEAR else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any, longest: int) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return unicodedata.normalize("NFC", str(value)[: longest * 2])[:longest].replace("\x00", "")


def _id(value: Any) -> str:
    return _text(value, _LONGEST_ID).strip()


def _number(value: Any) -> int:
    text = _text(value, 20)
    return int(text) if text.isdecimal() and text.isascii() else 0


def _degrees(value: Any, most: int) -> float | None:
    try:
        degrees = float(str(value)[:32])
    except ValueError:
        return None
    return degrees if -most <= degrees <= most else None
