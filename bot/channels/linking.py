"""What both channels do about links: phrases that are typed, and telling each side what became of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from bot.errors import MessageRefusedError
from bot.hub.forgetting import LINKED
from bot.hub.hub import Hub
from bot.hub.intake import accept
from bot.hub.models import Conversation, Draft
from bot.links.codes import read_code
from bot.links.rows import Link
from bot.links.service import Links
from bot.links.words import is_phrase, link_wording
from bot.ops.clock import CITY_TIME
from bot.ops.logging import EventLog
from bot.staff.models import Feature
from bot.staff.switches import Switches

log = EventLog("channels.linking")


class Linking:
    """Runs in every hub that has the Zalo channel."""

    def __init__(self, hub: Hub, links: Links, switches: Switches | None = None) -> None:
        """switches: by which new links can be switched off; those there are stay, and can be ended."""
        self._hub = hub
        self._links = links
        self._switches = switches

    async def when_off(self) -> str | None:
        """Return what citizens read while new links are switched off; None while they are on."""
        return await self._switches.is_off(Feature.LINKS) if self._switches is not None else None

    async def hear(self, conversation: Conversation, client_id: str, text: str) -> bool:
        """Deal with a phrase about links, and with a code that is said on the web; say whether it was one."""
        if is_phrase(text, "end"):
            await self._end(conversation, client_id, text)
        elif is_phrase(text, "begin"):
            linked = conversation.channel == "web" and await self._links.of(conversation.id) is not None
            off = None if linked else await self.when_off()
            said = off or link_wording()("web.already" if linked else f"{conversation.channel}.how")
            await self.reply(conversation.id, client_id, accept(text), Draft({"text": said}))
        elif conversation.channel == "web" and read_code(text) is not None:
            words = link_wording()
            await self.reply(conversation.id, client_id, words("web.sent"), Draft({"text": words("web.wrong_place")}))
        else:
            return False
        return True

    async def reply(self, conversation_id: str, client_id: str, words: str, draft: Draft) -> None:
        """Store what the citizen did and what is said to it, each once.

        It is said also while an officer has the conversation: who is told what must never be in doubt.
        """
        await self._hub.note(conversation_id, client_id, {"text": words}, None)
        await self._hub.note(conversation_id, f"{client_id[:32]}-link", None, draft)

    async def tell_linked(self, link: Link) -> None:
        """Tell the conversation of the web that it is linked now."""
        await self._tell(link.web_id, f"linked-{link.id}", {"text": link_wording()("web.linked"), LINKED: True})

    async def tell_ended(self, link: Link) -> None:
        """Tell both conversations that they are linked no more."""
        log.info("link_ended", web=link.web_id[:8], zalo=link.zalo_id[:8])
        await self._tell(link.web_id, f"parted-{link.id}", {"text": link_wording()("web.ended"), LINKED: False})
        await self._tell(link.zalo_id, f"parted-{link.id}", {"text": link_wording()("zalo.ended")})

    async def _end(self, conversation: Conversation, client_id: str, text: str) -> None:
        link = await self._links.end(conversation.id)
        await self._hub.note(conversation.id, client_id, {"text": accept(text)}, None)
        if link is not None:
            await self.tell_ended(link)
            return
        mark: dict[str, Any] = {LINKED: False} if conversation.channel == "web" else {}
        none = Draft({"text": link_wording()(f"{conversation.channel}.none"), **mark})
        await self._hub.note(conversation.id, f"{client_id[:32]}-link", None, none)

    async def _tell(self, conversation_id: str, name: str, content: dict[str, Any]) -> None:
        with suppress(MessageRefusedError):  # erased meanwhile: nobody is there to be told
            await self._hub.note(conversation_id, name, None, Draft(content))


def clock_text(at: datetime) -> str:
    """Return a moment of today as it is said: 14:05."""
    return f"{at.astimezone(CITY_TIME):%H:%M}"
