"""The web's side of a link: a code for this window, which is shown and written down nowhere."""

from __future__ import annotations

from bot.channels.linking import Linking, clock_text
from bot.channels.web_frames import link_code, link_text
from bot.hub.models import Conversation
from bot.links.codes import read_code, shown
from bot.links.service import VALID, Later, Links
from bot.links.words import is_phrase, link_wording


class WebLinks:
    """There where the Zalo channel is set up."""

    def __init__(self, links: Links, linking: Linking) -> None:
        self._links = links
        self._linking = linking

    async def is_linked(self, conversation_id: str) -> bool:
        """Say whether a conversation is linked with one on Zalo."""
        return await self._links.of(conversation_id) is not None

    def hears(self, text: str) -> bool:
        """Say whether a message is about links: a phrase, or a code that belongs on Zalo."""
        return is_phrase(text, "end") or is_phrase(text, "begin") or read_code(text) is not None

    async def hear(self, conversation: Conversation, client_id: str, text: str) -> bool:
        """Deal with such a message; say whether it was one."""
        return await self._linking.hear(conversation, client_id, text)

    def too_fast(self) -> str:
        """Return what a widget hears that asks too often."""
        return link_text(link_wording()("web.code_title"), link_wording()("web.too_fast"))

    async def frame(self, conversation_id: str) -> str:
        """Return the answer to a widget that asks for a code. Raises `TokenInvalidError` where all is erased."""
        words = link_wording()
        if await self.is_linked(conversation_id):
            return link_text(words("web.code_title"), words("web.already"))
        if (off := await self._linking.when_off()) is not None:
            return link_text(words("web.code_title"), off)
        made = await self._links.begin(conversation_id)
        if isinstance(made, Later):
            return link_text(words("web.code_title"), words("web.later", at=clock_text(made.at)))
        code, minutes = shown(made.code), int(VALID.total_seconds() // 60)
        steps = [words(f"web.code_step_{number}", **({"code": code} if number == 2 else {})) for number in (1, 2, 3)]
        return link_code(words("web.code_title"), code, steps, words("web.code_note", minutes=minutes))
