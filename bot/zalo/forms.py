"""What the city says, in the forms and limits of Zalo's consultation messages.

Zalo shows no markup, takes 2,000 characters and five buttons. More choices than that, or titles too long for a button,
become a numbered list; the citizen types the number.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.zalo.splitting import LONGEST, split_text

MOST_BUTTONS, LONGEST_TITLE, LONGEST_PAYLOAD = 5, 100, 1000
HIDDEN = "oa.query.hide"
"""A press comes back as a message that the citizen does not see: its text is our payload."""


@dataclass(frozen=True)
class ZaloPart:
    """One message as Zalo is sent it. message: the value of "message" in the body. choices: buttons that it numbers."""

    message: dict[str, Any]
    choices: int = 0


def to_parts(
    content: Mapping[str, Any], payload_of: Callable[[int], str], with_buttons: bool, lead_in: str
) -> tuple[ZaloPart, ...]:
    """Return the messages for one stored message.

    content: as in docs/web-chat.md. payload_of: what button n sends back. with_buttons: whether the account may send
    buttons. lead_in: the line above a numbered choice.
    """
    titles = [_clean(str(button.get("title") or "")) for button in content.get("buttons") or ()]
    text = _clean(str(content.get("text") or ""))
    if titles and not (with_buttons and _fit(titles)):
        texts = split_text(f"{text}\n\n{lead_in}\n{_numbered(titles)}")
        return tuple(
            ZaloPart({"text": one}, len(titles) if number == len(texts) else 0) for number, one in enumerate(texts, 1)
        )
    texts = split_text(text)
    parts = [ZaloPart({"text": one}) for one in texts]
    if titles and parts:
        buttons = [{"title": title, "type": HIDDEN, "payload": payload_of(n)} for n, title in enumerate(titles)]
        template = {"type": "template", "payload": {"buttons": buttons}}
        parts[-1] = ZaloPart({"text": texts[-1], "attachment": template})
    return tuple(parts)


def _fit(titles: Sequence[str]) -> bool:
    return len(titles) <= MOST_BUTTONS and all(0 < len(title) <= LONGEST_TITLE for title in titles)


def _numbered(titles: Sequence[str]) -> str:
    return "\n".join(f"{number}. {title}" for number, title in enumerate(titles, 1))


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def body_to(user_id: str, message: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a consultation message."""
    return {"recipient": {"user_id": user_id}, "message": dict(message)}


def image_message(attachment_id: str, text: str = "") -> dict[str, Any]:
    """Return a picture that was uploaded before, with at most one message's text."""
    element = {"media_type": "image", "attachment_id": attachment_id}
    template = {"type": "template", "payload": {"template_type": "media", "elements": [element]}}
    return {**({"text": text[:LONGEST]} if text else {}), "attachment": template}


def file_message(token: str) -> dict[str, Any]:
    """Return a file that was uploaded before."""
    return {"attachment": {"type": "file", "payload": {"token": token}}}
