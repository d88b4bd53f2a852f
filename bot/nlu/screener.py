"""The first component: keeps personal data from all that follow, and says at once what a message is about.

The hub has screened a message before it comes here; whoever talks to Rasa directly is screened here. What follows
reads the message without the masks: "[đã che: mã OTP]" is nobody's word. The tracker's copy of the message is the
business of `bot.rasa_runtime.scrubbing`.
"""

from __future__ import annotations

import re

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.message_component import MessageComponent
from bot.ops.screening.danger import is_bereavement
from bot.ops.screening.introductions import says_only_who
from bot.ops.screening.kinds import kinds_masked_in, labels
from bot.ops.screening.screening import (
    BEREAVED,
    DROPPED,
    LITTLE,
    MASKED,
    MATTER,
    SAYS_WHO,
    SCREENED,
    screen,
    screened_before,
)
from bot.ops.screening.short import says_too_little

SCREENING = "screening"
_BLANKS = re.compile(r"[ \t]{2,}")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,15}(?:\s[^<>]{0,200})?/?>")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Screener(MessageComponent):
    """Sets `screening` (kinds taken out, the matter, all dropped, a death told) and takes them out of the text."""

    def understand(self, message: Message, text: str) -> None:
        trusted = (message.get("metadata") or {}).get(SCREENED)
        screened = screened_before(text) if trusted else screen(text)
        said = as_talk(screened.text)
        who = says_only_who(said)
        found = {
            MASKED: [kind.value for kind in dict.fromkeys((*screened.masked, *kinds_masked_in(text)))],
            MATTER: screened.matter.value if screened.matter else None,
            DROPPED: screened.dropped,
            BEREAVED: is_bereavement(screened.text),
            LITTLE: who or says_too_little(screened.text),
            SAYS_WHO: who,
        }
        message.set(SCREENING, found, add_to_output=True)
        message.set(TEXT, said, add_to_output=True)


def as_talk(text: str) -> str:
    """Return `text` without masks and tags ("<b>xin chào</b>"), which are nobody's words; never empty for Rasa."""
    if "[" in text:
        for mask in labels().masks.values():
            text = text.replace(mask, " ")
    if "<" in text:
        text = _TAG.sub(" ", text)
    return _BLANKS.sub(" ", text).strip() or "…"
