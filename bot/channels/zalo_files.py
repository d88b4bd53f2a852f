"""Officers' files on Zalo: under their words goes an address for each, good for a day and this conversation alone."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.file_pages import FILE_PATH, file_wording
from bot.hub.hub import Hub
from bot.hub.models import Message, Role
from bot.hub.officer_files import LinkKind, OfficerFiles, names_of
from bot.ops.clock import CITY_TIME


class ZaloFiles:
    """What becomes of the files of an officer's message."""

    def __init__(self, hub: Hub, files: OfficerFiles) -> None:
        self._hub, self._files = hub, files

    def adds_links(self, message: Message) -> bool:
        """Say whether a message goes out with addresses."""
        return bool(message.role is Role.OFFICER and self._files.public_url and names_of(message.content))

    async def with_links(self, message: Message, conversation_id: str) -> Message:
        """Return a message as it goes out; nothing is added where there is no file, or no address of ours."""
        conversation = await self._hub.conversation(conversation_id) if self.adds_links(message) else None
        if conversation is None:
            return message
        until, say = self._files.page_until(), file_wording()
        lines = [say("message.head", until=f"{until.astimezone(CITY_TIME):%H:%M %d/%m/%Y}")]
        for file_id, name in names_of(message.content).items():
            link = self._files.link(conversation, file_id, LinkKind.PAGE, until)
            lines.append(say("message.line", name=name, address=f"{self._files.public_url}{FILE_PATH}{link}"))
        text = "\n".join((str(message.content.get("text") or ""), "", *lines)).strip()
        return replace(message, content={**message.content, "text": text})
