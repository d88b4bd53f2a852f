"""Files that officers send: examined and sealed like photos, opened by a link that is good for minutes and one talk."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy.engine import Connection

from bot.attachments.intake import PhotoIntake, refuse
from bot.attachments.models import MOST_AT_ONCE, PDF, Attachment, Opened, PhotoRefusal, Prepared
from bot.attachments.service import Attachments
from bot.attachments.store import erase_of_owner, forget_sender
from bot.errors import TokenInvalidError
from bot.hub.conversations import ConversationStore, hold
from bot.hub.models import Conversation
from bot.hub.photos import IDS
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.store.engine import Database

log = EventLog("hub.officer_files")

OWNER = "talk"
LINK_FOR = timedelta(minutes=5)
PAGE_FOR = timedelta(hours=24)
"""How long the address that goes out over Zalo is good; the citizen reads until when."""
WEB, ZALO = "web", "zalo"
LONGEST_NAME = 80
_ENDS = {PDF: ".pdf"}
_BAD = re.compile(r"[\x00-\x1f\x7f\\/:*?\"<>|\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


class LinkKind(str, Enum):
    """What a link is for; one is never good for the other."""

    FILE = "file"
    """The file itself, for a window that shows the conversation."""
    PAGE = "file page"
    """A page with a button, for a message that leaves us: whoever looks at addresses in messages gets no file."""


@dataclass(frozen=True)
class Named:
    """A file to be sent, and what it is called."""

    id: str
    name: str


class OfficerFiles:
    """Kept under a sender of their own, so that a citizen's photos leave them room. Raises `PhotoRefusedError`."""

    def __init__(
        self,
        conversations: ConversationStore,
        database: Database,
        attachments: Attachments,
        intake: PhotoIntake,
        key: bytes,
        clock: Clock,
        public_url: str = "",
    ) -> None:
        """public_url: the hub's address as citizens reach it; without one nothing can be sent over Zalo."""
        self.public_url = public_url
        self._conversations, self._database = conversations, database
        self._attachments, self._intake = attachments, intake
        self._key, self._clock = key, clock

    async def take(self, conversation_id: str, upload_id: str, data: bytes) -> Attachment:
        """Examine a file and keep what is made of it, once for each `upload_id`."""
        known = await self._attachments.find_upload(sender_of(conversation_id), upload_id)
        if known is not None:
            return known
        await self._attachments.check_room(sender_of(conversation_id))
        made = await self._intake.prepare(data)
        try:
            kept = await self._database.write(self._keep, conversation_id, upload_id, made)
        except TokenInvalidError as error:
            raise refuse(PhotoRefusal.ENDED) from error
        log.info("file_kept", conversation=conversation_id[:8], came=len(data), kept=kept.size, kind=kept.kind)
        return kept

    async def attach(self, conversation_id: str, wanted: Sequence[Named]) -> dict[str, Any]:
        """Make files part of the conversation; return what a message says of them. Done twice, it returns the same."""
        if len(wanted) > MOST_AT_ONCE:
            raise refuse(PhotoRefusal.TOO_MANY)
        names = {one.id: one.name for one in wanted}
        found = await self._attachments.attach(list(names), sender_of(conversation_id), OWNER, conversation_id)
        if len(found) < len(names):
            raise refuse(PhotoRefusal.GONE)
        shown = [
            {"id": one.id, "kind": one.kind, "name": clean_name(names[one.id], one.content_type), "size": one.size}
            for one in found
        ]
        return {IDS: shown} if shown else {}

    async def open(self, conversation_id: str, attachment_id: str) -> Opened | None:
        """Return one of the files that were sent in a conversation."""
        return await self._attachments.open_of(OWNER, conversation_id, attachment_id)

    def reaches(self, channel: str) -> bool:
        """Say whether a file that is sent in a channel's conversation reaches the citizen."""
        return channel == WEB or (channel == ZALO and bool(self.public_url))

    def page_until(self) -> datetime:
        """Return until when an address that is made now is good."""
        return self._clock.now() + PAGE_FOR

    def link(
        self,
        conversation: Conversation,
        attachment_id: str,
        kind: LinkKind = LinkKind.FILE,
        until: datetime | None = None,
    ) -> str:
        """Return what opens one file of one conversation until then, or for `LINK_FOR`."""
        ends = int((until or self._clock.now() + LINK_FOR).timestamp())
        claim = f"{conversation.id}.{conversation.token_version}.{attachment_id}.{ends}"
        return f"{claim}.{self._signature(claim, kind)}"

    async def follow(self, link: str, kind: LinkKind = LinkKind.FILE) -> Opened | None:
        """Return the file behind a link; None where it is not ours, over, or the conversation is erased."""
        claim, _, signature = link.rpartition(".")
        if len(link) > 256 or not link.isascii() or not hmac.compare_digest(signature, self._signature(claim, kind)):
            return None
        conversation_id, version, attachment_id, until = claim.split(".")
        conversation = await self._conversations.find(conversation_id)
        late = self._clock.now().timestamp() > int(until)
        if late or conversation is None or conversation.erased or conversation.token_version != int(version):
            return None
        return await self.open(conversation_id, attachment_id)

    def _keep(self, connection: Connection, conversation_id: str, upload_id: str, made: Prepared) -> Attachment:
        hold(connection, conversation_id, self._clock.now())
        return self._attachments.keep_in(connection, sender_of(conversation_id), upload_id, made)

    def _signature(self, claim: str, kind: LinkKind) -> str:
        said = f"motcua {kind.value} {claim}".encode("utf-8", "replace")
        digest = hmac.new(self._key, said, hashlib.sha256).digest()
        return urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def sender_of(conversation_id: str) -> str:
    """Return under whose name officers' files of a conversation are kept; no conversation of Rasa's has it."""
    return f"desk-{conversation_id}"


def clean_name(name: str, content_type: str) -> str:
    """Return a file's name without what harms: paths, controls, letters that turn the order; with the right end."""
    end = _ENDS.get(content_type, ".jpg")
    bare = " ".join(_BAD.sub(" ", unicodedata.normalize("NFC", name)).split()).strip(". ")
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", bare).removesuffix(end).strip(". ")[: LONGEST_NAME - len(end)]
    return f"{stem or 'tep'}{end}"


def names_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the files that an officer's message holds: id, name."""
    return {str(one.get("id", "")): str(one.get("name", "")) for one in content.get(IDS) or () if isinstance(one, dict)}


def erase_files(connection: Connection, conversation_id: str, at: datetime) -> None:
    """Files of an erased conversation go with it."""
    erase_of_owner(connection, OWNER, conversation_id, at)
    forget_sender(connection, sender_of(conversation_id))
