"""Photos of a conversation, whatever the channel: taken in, handed over, shown again, taken back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.attachments.intake import PhotoIntake, refuse
from bot.attachments.models import MOST_AT_ONCE, Attachment, Opened, PhotoRefusal, Prepared
from bot.attachments.service import Attachments
from bot.attachments.store import forget_sender
from bot.attachments.wording import PhotoWording
from bot.errors import TokenInvalidError
from bot.hub.conversations import ConversationStore, hold
from bot.hub.hub import Hub
from bot.hub.models import Conversation, Gift, Message
from bot.hub.tables import CONVERSATION
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.staff.models import Feature
from bot.staff.switches import Switches
from bot.store.engine import Database

log = EventLog("hub.photos")

INTENT = "give_photos"
IDS = "attachments"


class HubPhotos:
    """What every channel does with photos. Raises `PhotoRefusedError` with a `PhotoRefusal` as its reason."""

    def __init__(
        self,
        hub: Hub,
        conversations: ConversationStore,
        database: Database,
        attachments: Attachments,
        intake: PhotoIntake,
        wording: PhotoWording,
        clock: Clock,
        switches: Switches | None = None,
    ) -> None:
        """switches: by which photos can be switched off."""
        self._switches = switches
        self.wording = wording
        self._hub = hub
        self._conversations = conversations
        self._database = database
        self._attachments = attachments
        self._intake = intake
        self._clock = clock

    async def find_upload(self, conversation: Conversation, upload_id: str) -> Attachment | None:
        """The photo that was sent under this name before."""
        return await self._attachments.find_upload(conversation.rasa_sender, upload_id)

    async def are_asked_for(self, conversation: Conversation, client_id: str) -> bool | None:
        """Whether photos may come now, or those of this message are here already; None while it is not settled.

        For channels whose citizens see no button for photos: several may come at once, each its own message.
        """
        return await self._conversations.wants_photos(conversation.id, client_id)

    async def check(self, conversation: Conversation) -> None:
        """Raise `PhotoRefusedError` where a photo would not be taken now, whatever it shows."""
        if not await self._conversations.expects_photos(conversation.id):
            raise refuse(PhotoRefusal.NOT_EXPECTED)
        await self._check_switch()
        await self._attachments.check_room(conversation.rasa_sender)

    async def take(self, conversation: Conversation, upload_id: str, data: bytes) -> Attachment:
        """Examine a file and keep the photo made of it; what is refused leaves no trace."""
        photo = await self._intake.prepare(data)
        try:
            kept = await self._database.write(self._keep, conversation, upload_id, photo)
        except TokenInvalidError as error:
            raise refuse(PhotoRefusal.ENDED) from error
        log.info("photo_kept", conversation=conversation.id[:8], came=len(data), kept=kept.size)
        return kept

    async def give(self, conversation: Conversation, client_id: str, ids: Sequence[str]) -> tuple[Message, bool]:
        """Hand photos over as the citizen's message. Also raises `MessageRefusedError`."""
        stored = await self._conversations.find_by_client_id(conversation.id, client_id)
        if stored is not None:
            return stored, False
        if not await self._conversations.expects_photos(conversation.id):
            raise refuse(PhotoRefusal.NOT_EXPECTED)
        await self._check_switch()
        if len(ids) > MOST_AT_ONCE:
            raise refuse(PhotoRefusal.TOO_MANY)
        photos = await self._attachments.pending_of(conversation.rasa_sender, ids)
        if not photos or len(photos) < len(set(ids)):
            raise refuse(PhotoRefusal.GONE)
        return await self._hub.give(conversation.id, client_id, self._gift(photos))

    async def show(self, conversation: Conversation, attachment_id: str) -> Opened | None:
        """One of the conversation's own photos; None for anything else."""
        return await self._attachments.open_own(conversation.rasa_sender, attachment_id)

    async def remove(self, conversation: Conversation, attachment_id: str) -> bool:
        """Take back a photo that nothing has come of."""
        return await self._attachments.remove(conversation.rasa_sender, attachment_id)

    async def _check_switch(self) -> None:
        off = await self._switches.is_off(Feature.PHOTOS) if self._switches is not None else None
        if off is not None:
            raise refuse(PhotoRefusal.SWITCHED_OFF, off)

    def _keep(self, connection: Connection, conversation: Conversation, upload_id: str, photo: Prepared) -> Attachment:
        hold(connection, conversation.id, self._clock.now())
        return self._attachments.keep_in(connection, conversation.rasa_sender, upload_id, photo)

    def _gift(self, photos: Sequence[Attachment]) -> Gift:
        shown = [
            {"id": photo.id, "kind": photo.kind, "name": self.wording.name.format(number=number)}
            for number, photo in enumerate(photos, 1)
        ]
        content = {"text": self.wording.sent.format(count=len(photos)), IDS: shown}
        return Gift(content, payload_of([photo.id for photo in photos]))


def payload_of(ids: Sequence[str]) -> str:
    """What Rasa is told: the intent, and each id as an entity."""
    return f"/{INTENT}{json.dumps({IDS: list(ids)}, separators=(',', ':'))}"


def erase_pending(connection: Connection, conversation_id: str, _now: datetime) -> None:
    """Photos that belong to nothing yet go with their conversation."""
    sender = select(CONVERSATION.c.rasa_sender).where(CONVERSATION.c.id == conversation_id)
    forget_sender(connection, connection.execute(sender).scalar_one())
