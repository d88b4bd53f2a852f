"""Photos that come over Zalo: fetched only while the conversation asks for photos, then taken in as the web's are."""

from __future__ import annotations

from collections.abc import Sequence

from bot.attachments.intake import refuse
from bot.attachments.models import MOST_AT_ONCE, MOST_BYTES, PhotoRefusal
from bot.errors import PhotoRefusedError, ZaloMediaError
from bot.hub.models import Conversation
from bot.hub.photos import HubPhotos
from bot.ops.logging import EventLog
from bot.zalo.events import Attachment
from bot.zalo.media import Media

log = EventLog("channels.zalo_photos")


class ZaloPhotos:
    """What becomes of pictures in a message."""

    def __init__(self, photos: HubPhotos, media: Media) -> None:
        self._photos = photos
        self._media = media

    async def are_asked_for(self, conversation: Conversation, client_id: str) -> bool | None:
        """Whether photos are wanted now, or these were handed over before; None while an answer is still to come."""
        return await self._photos.are_asked_for(conversation, client_id)

    async def take(self, conversation: Conversation, client_id: str, pictures: Sequence[Attachment]) -> str:
        """Hand the pictures of one message over; return the sentence about one that is not taken, "" where all are.

        Done twice, it hands over once. Nothing is fetched where no photo is asked for.
        """
        kept: list[str] = []
        refused: PhotoRefusedError | None = refuse(PhotoRefusal.TOO_MANY) if len(pictures) > MOST_AT_ONCE else None
        for number, picture in enumerate(pictures[:MOST_AT_ONCE]):
            try:
                kept.append(await self._one(conversation, f"{client_id}-{number}", picture))
            except PhotoRefusedError as error:
                refused = error
                log.info("photo_refused", conversation=conversation.id[:8], reason=str(error))
        try:
            if kept:
                await self._photos.give(conversation, client_id, kept)
        except PhotoRefusedError as error:
            refused = error
        return self._photos.wording.of(refused) if refused else ""

    async def _one(self, conversation: Conversation, upload_id: str, picture: Attachment) -> str:
        known = await self._photos.find_upload(conversation, upload_id)
        if known is not None:
            return known.id
        await self._photos.check(conversation)
        try:
            data = await self._media.fetch(picture.url, MOST_BYTES)
        except ZaloMediaError as error:
            raise refuse(PhotoRefusal.UNREADABLE if error.context.get("refused") else PhotoRefusal.BUSY) from error
        if data is None:
            raise refuse(PhotoRefusal.TOO_BIG)
        return (await self._photos.take(conversation, upload_id, data)).id
