"""May news be told by templates once a citizen has been silent for seven days? Asked once, taken back by a word."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cases.follows import Follows
from bot.channels.zalo_questions import NO, YES, Answer, question
from bot.channels.zalo_wording import ZaloWording
from bot.hub.hub import Hub
from bot.hub.models import Answerer, Conversation, Draft, Message
from bot.ops.logging import EventLog
from bot.ops.outcomes import Outcome
from bot.zalo.agreements import Agreements
from bot.zalo.people import Person
from bot.zalo.template_sender import Off
from knowledge.text import fold

log = EventLog("channels.zalo_consent")

TEMPLATES = "templates"
_ID = "template-consent"
_OCCASIONS = frozenset({Outcome.ANSWERED_PETITION_LODGED.value, Outcome.ANSWERED_CASE_FOLLOW.value})


class ZaloConsent:
    """Asks when a citizen has begun to follow a dossier or has lodged a petition; `on`: whether there are templates."""

    def __init__(
        self, hub: Hub, wording: ZaloWording, agreements: Agreements, follows: Follows, on: bool, off: Off
    ) -> None:
        """off: what citizens read while templates are switched off; then nobody is asked, and no consent is taken."""
        self._off = off
        self._hub = hub
        self._texts = wording.templates
        self._stop, self._begin = wording.template_stop, wording.template_begin
        self._agreements = agreements
        self._follows = follows
        self._on = on

    async def ask_after(self, person: Person, messages: Sequence[Message]) -> None:
        """Ask, where these messages give occasion and the citizen was never asked."""
        if not self.is_occasion(messages):
            return
        try:
            if await self._off() is None:
                await self._ask(person, Outcome.ANSWERED_PETITION_LODGED.value in _outcomes(messages))
        except Exception as error:  # what they came for must not suffer from it; asked at the next occasion
            log.fault("not_asked", error)

    def is_occasion(self, messages: Sequence[Message]) -> bool:
        """Say whether these messages may give occasion to ask."""
        return self._on and not _OCCASIONS.isdisjoint(_outcomes(messages))

    async def _ask(self, person: Person, lodged: bool) -> None:
        conversation = await self._hub.conversation(person.conversation_id or "")
        if conversation is None or conversation.erased or conversation.status is not Answerer.ASSISTANT:
            return
        if await self._agreements.was_asked(person.user_id):
            return
        if not lodged and not await self._follows.of(conversation.rasa_sender):
            return
        buttons = {self._texts["yes"]: YES, self._texts["no"]: NO}
        await self._hub.note(conversation.id, _ID, None, question(TEMPLATES, self._texts["ask"], buttons))
        await self._agreements.asked(person.user_id)

    async def answered(self, answer: Answer) -> None:
        """Keep what was chosen."""
        agreed = answer.choice == YES
        if agreed and (sentence := await self._off()) is not None:
            await self._hub.note(answer.conversation.id, answer.client_id, {"text": answer.title}, _said(sentence))
            return
        await (self._agreements.agree if agreed else self._agreements.end)(answer.user_id)
        reply = Draft({"text": self._texts["agreed" if agreed else "refused"]})
        await self._hub.note(answer.conversation.id, answer.client_id, {"text": answer.title}, reply)

    async def hear_words(self, user_id: str, conversation: Conversation, client_id: str, text: str) -> bool:
        """Take a consent back, or take one, where the whole text says so; say whether it did."""
        said = " ".join(fold(text).strip(" .!").split())
        if said in self._stop:
            await self._agreements.end(user_id)
            again = self._on and await self._off() is None
            buttons = {self._texts["again"]: YES} if again else {}
            reply = question(TEMPLATES, self._texts["stopped"], buttons, typed=False)
        elif said in self._begin and self._on and (sentence := await self._off()) is not None:
            reply = _said(sentence)
        elif said in self._begin and self._on:
            await self._agreements.agree(user_id)
            reply = Draft({"text": self._texts["agreed"]})
        else:
            return False
        await self._hub.note(conversation.id, client_id, {"text": text.strip()}, reply)
        return True


def _outcomes(messages: Sequence[Message]) -> set[str]:
    return {str((message.content.get("answer") or {}).get("outcome")) for message in messages}


def _said(sentence: str) -> Draft:
    return Draft({"text": sentence})
