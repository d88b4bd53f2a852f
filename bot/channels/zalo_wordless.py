"""What comes over Zalo without words: pictures, places, contacts, and what nobody can answer."""

from __future__ import annotations

from typing import Any

from bot.channels.zalo_photos import ZaloPhotos
from bot.channels.zalo_places import ZaloPlaces
from bot.channels.zalo_wording import ZaloWording
from bot.hub.hub import Hub
from bot.hub.models import Conversation, Draft
from bot.ops.screening.screening import EXPECTS
from bot.zalo.events import Attachment, EventKind, ZaloEvent

_WITH_WORDS = frozenset({EventKind.IMAGE, EventKind.FILE, EventKind.LINK})
_PICTURE = "image"


class LaterError(Exception):
    """Not now: the event stays where it is, and so does what this citizen sent after it."""


class Wordless:
    """Answers what is no text; the words beside it are heard as words, what is not asked for is not kept."""

    def __init__(self, hub: Hub, photos: ZaloPhotos, places: ZaloPlaces, wording: ZaloWording) -> None:
        self._hub = hub
        self._photos = photos
        self._places = places
        self._wording = wording

    async def deal_with(self, event: ZaloEvent, conversation: Conversation, client_id: str) -> None:
        """Raises `LaterError`, and what the hub and the photos raise."""
        words = event.text.strip() if event.kind in _WITH_WORDS else ""
        phone = event.info.get("phone", "") if event.kind is EventKind.SHARED_INFO else ""
        if event.kind is EventKind.LOCATION:
            await self._places.ask(event, conversation, client_id)
            return
        if phone and "phone" in await self._expected(conversation):
            await self._hub.say(conversation.id, client_id, phone)
            return
        if not await self._pictures(event, conversation, client_id):
            reply = None if words else Draft({"text": self._wording.replies[event.kind]})
            await self._hub.note(conversation.id, client_id[:32], self._sent(event), reply)
        if words:
            await self._hub.say(conversation.id, client_id, words)

    async def _pictures(self, event: ZaloEvent, conversation: Conversation, client_id: str) -> bool:
        """Take pictures in where they are asked for; say whether they were."""
        pictures = _pictures_of(event)
        if not pictures:
            return False
        asked = await self._photos.are_asked_for(conversation, f"{client_id[:32]}-photos")
        if asked is None:
            raise LaterError
        if not asked:
            return False
        expected = await self._expected(conversation)
        sentence = await self._photos.take(conversation, f"{client_id[:32]}-photos", pictures)
        if sentence:  # the question for photos stays open
            reply = Draft({"text": sentence, EXPECTS: list(expected)})
            await self._hub.note(conversation.id, f"{client_id[:32]}-refused", self._sent(event), reply)
        return True

    def _sent(self, event: ZaloEvent) -> dict[str, Any]:
        return {"text": self._wording.sent[event.kind]}

    async def _expected(self, conversation: Conversation) -> tuple[str, ...]:
        return tuple(((await self._hub.last_answer(conversation.id)) or {}).get(EXPECTS) or ())


def _pictures_of(event: ZaloEvent) -> list[Attachment]:
    if event.kind is not EventKind.IMAGE:
        return []
    return [part for part in event.attachments if part.kind == _PICTURE and part.url]
