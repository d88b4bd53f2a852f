"""Photos as the rest of the application sees them: kept, attached, opened, erased. Knows no channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from bot.attachments import store
from bot.attachments.cipher import Cipher
from bot.attachments.intake import refuse
from bot.attachments.models import (
    MOST_A_CONVERSATION,
    MOST_PENDING,
    MOST_PENDING_BYTES,
    Attachment,
    Opened,
    PhotoRefusal,
    PhotoState,
    Prepared,
)
from bot.ops.clock import Clock
from bot.store.engine import Database


@dataclass(frozen=True)
class Limits:
    """How many photos a conversation may have that belong to nothing yet, and ever; what all such photos may take."""

    pending: int = MOST_PENDING
    a_conversation: int = MOST_A_CONVERSATION
    pending_bytes: int = MOST_PENDING_BYTES


class Attachments:
    """`sender` is the name under which Rasa knows the conversation (`Conversation.rasa_sender`)."""

    def __init__(
        self, database: Callable[[], Database], cipher: Cipher, clock: Clock, limits: Limits | None = None
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._clock = clock
        self._limits = limits or Limits()

    # ---- for channels

    async def find_upload(self, sender: str, upload_id: str) -> Attachment | None:
        """The photo that this device has sent under this name before."""
        return await self._database().run(store.find_upload, sender, upload_id)

    async def check_room(self, sender: str) -> None:
        """Raise `PhotoRefusedError` where the sender has sent enough; asked before a photo is read, and again after."""
        await self._database().run(self._check_room, sender)

    async def keep(self, sender: str, upload_id: str, photo: Prepared) -> Attachment:
        """Keep a photo, once for each `upload_id`. Raises `PhotoRefusedError` where there is no room."""
        return await self._database().write(self.keep_in, sender, upload_id, photo)

    def keep_in(self, connection: Connection, sender: str, upload_id: str, photo: Prepared) -> Attachment:
        """As `keep`, within a transaction that holds the sender's conversation, so that it is not erased meanwhile."""
        known = store.find_upload(connection, sender, upload_id)
        if known is not None:
            return known
        self._check_room(connection, sender)
        return store.add(connection, sender, upload_id, photo, self._cipher, self._clock.now())

    async def pending_of(self, sender: str, ids: Sequence[str]) -> list[Attachment]:
        """Those of `ids` that are the sender's and belong to nothing yet."""
        return await self._database().run(store.pending_of, sender, ids)

    async def remove(self, sender: str, attachment_id: str) -> bool:
        """Take one's own photo back before it is attached."""
        return await self._database().write(store.remove_pending, sender, attachment_id)

    async def open_own(self, sender: str, attachment_id: str) -> Opened | None:
        """A photo to the one who sent it; None where it is somebody else's, erased, or never was."""
        return await self._database().run(self._open, attachment_id, sender)

    # ---- for what photos are attached to

    async def attach(self, ids: Sequence[str], sender: str, owner_kind: str, owner_id: str) -> list[Attachment]:
        """Give the sender's photos to an owner (`petition`, its code); return those that are the owner's now.

        Fewer than `ids`: the others are erased, too old, or not this sender's. Done twice, it returns the same.
        """
        return await self._database().write(self.attach_in, ids, sender, owner_kind, owner_id)

    def attach_in(
        self, connection: Connection, ids: Sequence[str], sender: str, owner_kind: str, owner_id: str
    ) -> list[Attachment]:
        """As `attach`, within the transaction that makes the owner: both or neither."""
        return store.attach(connection, ids, sender, owner_kind, owner_id, self._clock.now())

    async def of_owner(self, owner_kind: str, owner_id: str) -> list[Attachment]:
        """What was attached to an owner, also what is erased since."""
        return await self._database().run(store.of_owner, owner_kind, owner_id)

    async def open(self, attachment_id: str) -> Opened | None:
        """Any kept photo, for officers: whoever calls has checked that they may. None where there is none (any more).

        Raises `PhotoUnreadableError` where its key is missing.
        """
        return await self._database().run(self._open, attachment_id, None)

    async def open_of(self, owner_kind: str, owner_id: str, attachment_id: str) -> Opened | None:
        """One of an owner's; None where it is another's, erased, or never was."""
        return await self._database().run(self._open_of, owner_kind, owner_id, attachment_id)

    async def erase(self, attachment_id: str) -> bool:
        """Erase one attached picture; that there was one stays written. False where there is none."""
        return await self._database().write(store.erase_one, attachment_id, self._clock.now())

    async def erase_of_owner(self, owner_kind: str, owner_id: str) -> int:
        """Erase all pictures of an owner."""
        return await self._database().write(store.erase_of_owner, owner_kind, owner_id, self._clock.now())

    async def remove_stale(self) -> int:
        """Remove what belongs to nothing after a day; for the job."""
        return await self._database().write(store.remove_stale, self._clock.now())

    # ---- inside

    def _check_room(self, connection: Connection, sender: str) -> None:
        pending = store.count(connection, sender, PhotoState.PENDING)
        ever = pending + store.count(connection, sender, PhotoState.ATTACHED, PhotoState.ERASED)
        if pending >= self._limits.pending or ever >= self._limits.a_conversation:
            raise refuse(PhotoRefusal.TOO_MANY)
        if store.pending_bytes(connection) >= self._limits.pending_bytes:
            raise refuse(PhotoRefusal.BUSY)

    def _open(self, connection: Connection, attachment_id: str, sender: str | None) -> Opened | None:
        found = store.find(connection, attachment_id, sender)
        if found is None or found.state is PhotoState.ERASED:
            return None
        return Opened(found, store.read(connection, found, self._cipher))

    def _open_of(self, connection: Connection, owner_kind: str, owner_id: str, attachment_id: str) -> Opened | None:
        found = self._open(connection, attachment_id, None)
        owner = (found.attachment.owner_kind, found.attachment.owner_id) if found is not None else None
        return found if owner == (owner_kind, owner_id) else None
