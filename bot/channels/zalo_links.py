"""Zalo's side of a link: the code that is said there, and the question whether both are to be told."""

from __future__ import annotations

from bot.channels.linking import Linking, clock_text
from bot.channels.zalo_questions import NO, YES, Answer, question
from bot.hub.models import Conversation, Draft
from bot.links.codes import read_code
from bot.links.service import Later, Links
from bot.links.words import link_wording
from bot.ops.logging import EventLog

log = EventLog("channels.zalo_links")

LINK = "link"


class ZaloLinks:
    """Hears codes and phrases before the assistant does; they are no words for it."""

    def __init__(self, links: Links, linking: Linking) -> None:
        self._links = links
        self._linking = linking

    async def hear(self, user_id: str, conversation: Conversation, client_id: str, text: str) -> bool:
        """Deal with a text that is a code, or a phrase about links; say whether it was. No code is written down."""
        code = read_code(text)
        if code is None:
            return await self._linking.hear(conversation, client_id, text)
        words = link_wording()
        if (off := await self._linking.when_off()) is not None:
            await self._linking.reply(conversation.id, client_id, words("zalo.sent"), Draft({"text": off}))
            return True
        said = await self._links.say(code, conversation.id, user_id)
        if isinstance(said, Later):
            log.warning("link_guessed", conversation=conversation.id[:8])
            reply = Draft({"text": words("zalo.later", at=clock_text(said.at))})
        elif not said.good:
            reply = Draft({"text": words("zalo.not_good")})
        else:
            ask = f"{words('zalo.replaces')} {words('zalo.ask')}" if said.replaces else words("zalo.ask")
            reply = question(LINK, ask, {words("zalo.yes"): YES, words("zalo.no"): NO})
        await self._linking.reply(conversation.id, client_id, words("zalo.sent"), reply)
        return True

    async def answered(self, answer: Answer) -> None:
        """Link, once the citizen has agreed; drop the code where they have not."""
        words = link_wording()
        if answer.choice != YES:
            await self._links.refuse(answer.conversation.id)
            known = await self._links.of(answer.conversation.id)
            reply = Draft({"text": words("zalo.still" if known else "zalo.refused")})
            await self._linking.reply(answer.conversation.id, answer.client_id, answer.title, reply)
            return
        if (off := await self._linking.when_off()) is not None:  # switched off since the question
            await self._links.refuse(answer.conversation.id)
            await self._linking.reply(answer.conversation.id, answer.client_id, answer.title, Draft({"text": off}))
            return
        confirmed = await self._links.confirm(answer.conversation.id)
        for ended in confirmed.ended if confirmed else ():
            await self._linking.tell_ended(ended)
        reply = Draft({"text": words("zalo.linked" if confirmed else "zalo.gone")})
        await self._linking.reply(answer.conversation.id, answer.client_id, answer.title, reply)
        if confirmed is not None:
            log.info("linked", web=confirmed.link.web_id[:8], zalo=confirmed.link.zalo_id[:8])
            await self._linking.tell_linked(confirmed.link)
