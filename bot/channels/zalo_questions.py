"""Questions that the Zalo channel itself asks, not the assistant: their answers are heard here and go no further."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.channels.zalo_wording import ZaloWording
from bot.hub.hub import Hub
from bot.hub.models import Conversation, Draft
from knowledge.text import fold

ASKED = "zalo_asks"
"""In the content of a message that asks: the question's name."""
_MARK = "#zalo"
YES, NO, WORDS = "yes", "no", "words"
"""Choices: WORDS says the button's title, as if it had been typed."""


@dataclass(frozen=True)
class Answer:
    """What a citizen chose. client_id: the event's own, under which what comes of it is stored once."""

    user_id: str
    conversation: Conversation
    client_id: str
    title: str
    choice: str


class Asker(Protocol):
    """Who asked, and hears the answer."""

    async def answered(self, answer: Answer) -> None: ...


class ZaloQuestions:
    """Hears presses and plain words of agreement under the channel's own questions."""

    def __init__(self, hub: Hub, wording: ZaloWording, askers: Mapping[str, Asker]) -> None:
        self._hub = hub
        self._wording = wording
        self._askers = askers

    async def hear_press(self, user_id: str, conversation: Conversation, client_id: str, seq: int, button: int) -> bool:
        """Deal with a press if it is on a question of the channel; say whether it was."""
        found = await self._hub.find_button(conversation.id, seq, button)
        parts = found[1].split(".") if found else []
        if found is None or len(parts) != 3 or parts[0] != _MARK or parts[1] not in self._askers:
            return False
        await self._hear(parts[1], Answer(user_id, conversation, client_id, found[0], parts[2]))
        return True

    async def hear_words(self, user_id: str, conversation: Conversation, client_id: str, text: str) -> bool:
        """Deal with a typed yes or no while a question of the channel is the last thing said; say whether it was."""
        said = " ".join(fold(text).strip(" .!").split())
        choice = YES if said in self._wording.yes else NO if said in self._wording.no else ""
        asked = str(((await self._hub.last_answer(conversation.id)) or {}).get(ASKED, "")) if choice else ""
        if asked not in self._askers:
            return False
        await self._hear(asked, Answer(user_id, conversation, client_id, text.strip(), choice))
        return True

    async def _hear(self, name: str, answer: Answer) -> None:
        if answer.choice == WORDS:
            await self._hub.say(answer.conversation.id, answer.client_id, answer.title)
        else:
            await self._askers[name].answered(answer)


def question(name: str, text: str, buttons: Mapping[str, str], typed: bool = True) -> Draft:
    """Return the message that asks. buttons: title → choice. typed: a plain yes or no answers it as well."""
    asked = {ASKED: name} if typed else {}
    content: dict[str, Any] = {"text": text, "buttons": [{"title": title} for title in buttons], **asked}
    return Draft(content, tuple(f"{_MARK}.{name}.{choice}" for choice in buttons.values()))
