"""The frames of docs/web-chat.md: JSON text ↔ dataclasses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timezone
from enum import Enum
from typing import Any, TypeVar

from bot.feedback.models import Kept, Reason, Thumb
from bot.handoff.models import Standing
from bot.handoff.words import handoff_wording
from bot.hub.feedback_effects import may_be_rated
from bot.hub.hub_feedback import FeedbackGiven, GivenRating, GivenSurvey
from bot.hub.models import Message, Role
from bot.ops import quick_json
from bot.ops.satisfaction import Satisfaction

Member = TypeVar("Member", bound=Enum)

LONGEST_FRAME = 16 * 1024
MOST_PHOTOS = 20
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class FrameInvalidError(ValueError):
    """Not a frame that a widget sends; its words are for logs and the close reason, without content."""


@dataclass(frozen=True)
class Hello:
    token: str | None
    after: int


@dataclass(frozen=True)
class Say:
    id: str
    text: str


@dataclass(frozen=True)
class Press:
    id: str
    seq: int
    button: int


@dataclass(frozen=True)
class GivePhotos:
    id: str
    photos: tuple[str, ...]


@dataclass(frozen=True)
class RateAnswer:
    id: str
    given: GivenRating


@dataclass(frozen=True)
class AnswerSurvey:
    given: GivenSurvey


@dataclass(frozen=True)
class AskLink:
    """The widget asks for a code to link this conversation with Zalo."""


@dataclass(frozen=True)
class End:
    pass


@dataclass(frozen=True)
class Ping:
    pass


Frame = Hello | Say | Press | GivePhotos | RateAnswer | AnswerSurvey | AskLink | End | Ping


def read_frame(data: str) -> Frame | None:
    """The frame in `data`; None for a type that a newer widget may know. Raises `FrameInvalidError`."""
    try:
        frame = quick_json.read(data)
    except (ValueError, RecursionError) as error:
        raise FrameInvalidError("not JSON") from error
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise FrameInvalidError("no type")
    reader = READERS.get(frame["type"])
    return reader(frame) if reader else None


def _hello(frame: dict[str, Any]) -> Hello:
    token = frame.get("token")
    if token is not None and not isinstance(token, str):
        raise FrameInvalidError("token")
    return Hello(token, _number(frame, "after") if "after" in frame else 0)


def _say(frame: dict[str, Any]) -> Say:
    if not isinstance(frame.get("text"), str):
        raise FrameInvalidError("text")
    return Say(_id(frame), frame["text"])


def _press(frame: dict[str, Any]) -> Press:
    return Press(_id(frame), _number(frame, "seq"), _number(frame, "button"))


def _photos(frame: dict[str, Any]) -> GivePhotos:
    photos = frame.get("photos")
    if not isinstance(photos, list) or not 0 < len(photos) <= MOST_PHOTOS:
        raise FrameInvalidError("photos")
    if not all(isinstance(photo, str) and CLIENT_ID.fullmatch(photo) for photo in photos):
        raise FrameInvalidError("photos")
    return GivePhotos(_id(frame), tuple(photos))


def _rate(frame: dict[str, Any]) -> RateAnswer:
    given = GivenRating(
        _number(frame, "seq"),
        _member(Thumb, frame, "thumb"),
        _member(Reason, frame, "reason"),
        _words(frame),
    )
    return RateAnswer(_id(frame), given)


def _survey(frame: dict[str, Any]) -> AnswerSurvey:
    satisfaction = _member(Satisfaction, frame, "satisfaction")
    if satisfaction is None:
        raise FrameInvalidError("satisfaction")
    given = GivenSurvey(
        _id(frame), satisfaction, _member(Reason, frame, "reason"), _words(frame), frame.get("contact") is True
    )
    return AnswerSurvey(given)


READERS: dict[str, Callable[[dict[str, Any]], Frame]] = {
    "hello": _hello,
    "say": _say,
    "press": _press,
    "photos": _photos,
    "rate": _rate,
    "survey": _survey,
    "link": lambda _: AskLink(),
    "end": lambda _: End(),
    "ping": lambda _: Ping(),
}


def _id(frame: dict[str, Any]) -> str:
    found = frame.get("id")
    if not isinstance(found, str) or not CLIENT_ID.fullmatch(found):
        raise FrameInvalidError("id")
    return found


def _words(frame: dict[str, Any]) -> str:
    found = frame.get("words")
    if found is not None and not isinstance(found, str):
        raise FrameInvalidError("words")
    return found or ""


def _member(kind: type[Member], frame: dict[str, Any], key: str) -> Member | None:
    """One of a closed set, or nothing."""
    found = frame.get(key)
    if found is None:
        return None
    if not isinstance(found, str) or found not in {one.value for one in kind}:
        raise FrameInvalidError(key)
    return kind(found)


def _number(frame: dict[str, Any], key: str) -> int:
    found = frame.get(key)
    # The upper bound is a database integer's.
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < 2**31:
        raise FrameInvalidError(key)
    return found


def welcome(token: str, new: bool, last_seq: int, feedback: FeedbackGiven, linked: bool | None = None) -> str:
    """Answer to `hello`. linked: whether the conversation is linked with Zalo; None where there is no Zalo."""
    ratings = [{"seq": seq, **_rating(kept)} for seq, kept in sorted(feedback.ratings.items())]
    frame = {"token": token, "new": new, "last_seq": last_seq, "ratings": ratings, "survey": feedback.survey.value}
    return _json(type="welcome", **frame, **({} if linked is None else {"zalo_linked": linked}))


def link_code(title: str, code: str, steps: list[str], note: str) -> str:
    """A code for Zalo, and what to do with it."""
    return _json(type="link", title=title, code=code, steps=steps, text=note)


def link_text(title: str, text: str) -> str:
    """Why there is no code."""
    return _json(type="link", title=title, text=text)


def message_frame(message: Message) -> str:
    """One message of the transcript."""
    at = message.at.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    return _json(
        type="message",
        seq=message.seq,
        role=message.role.value,
        id=message.client_id,
        at=at,
        content=message.content,
        **({"rateable": True} if message.role is Role.ASSISTANT and may_be_rated(message.content) else {}),
    )


def typing(on: bool) -> str:
    """The assistant works, or no longer does."""
    return _json(type="typing", on=on)


def standing(of: Standing) -> str:
    """Who answers now; while somebody waits, the place, the likely wait, and the words that end it."""
    stop = handoff_wording()("buttons.stop_waiting") if of.place else ""
    known = {"place": of.place, "minutes": of.minutes, "stop": stop, "officer": of.officer, "typing": of.typing}
    return _json(type="standing", who=of.who, **{name: value for name, value in known.items() if value})


def refused(client_id: str, code: str, text: str) -> str:
    """Not stored; `text` tells the citizen why."""
    return _json(type="refused", id=client_id, code=code, text=text)


def rated(seq: int, kept: Kept, client_id: str | None = None, text: str = "") -> str:
    """A rating as it is stored now. client_id, text: for the window that sent it."""
    mine = {"id": client_id, "text": text} if client_id is not None else {}
    return _json(type="rated", seq=seq, **_rating(kept), **mine)


def surveyed(client_id: str | None = None, text: str = "") -> str:
    """The survey is answered or left out. client_id, text: for the window that did so."""
    mine = {"id": client_id, "text": text} if client_id is not None else {}
    return _json(type="surveyed", **mine)


def _rating(kept: Kept) -> dict[str, object]:
    rating = kept.rating
    shown = {"thumb": rating.thumb, "reason": rating.reason, "words": rating.words, "reference": kept.reference}
    return {key: value for key, value in shown.items() if value} | {"thumb": rating.thumb}


def ended() -> str:
    """Erased."""
    return _json(type="ended")


def kept(text: str) -> str:
    """Asked to be erased, and kept: the conversation goes on, and says why."""
    return _json(type="kept", text=text)


def pong() -> str:
    """Answer to `ping`."""
    return _json(type="pong")


def _json(**frame: object) -> str:
    return quick_json.write(frame)
