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
from bot.ops.screening.kinds import kinds_masked_in, labels
from bot.ops.screening.screening import DROPPED, MASKED, MATTER, SCREENED, screen, screened_before

SCREENING = "screening"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Screener(MessageComponent):
    """Sets `screening` (kinds taken out, the matter, whether all was dropped) and takes them out of the text."""

    def understand(self, message: Message, text: str) -> None:
        trusted = (message.get("metadata") or {}).get(SCREENED)
        screened = screened_before(text) if trusted else screen(text)
        found = {
            MASKED: [kind.value for kind in dict.fromkeys((*screened.masked, *kinds_masked_in(text)))],
            MATTER: screened.matter.value if screened.matter else None,
            DROPPED: screened.dropped,
        }
        message.set(SCREENING, found, add_to_output=True)
        message.set(TEXT, without_masks(screened.text), add_to_output=True)


def without_masks(text: str) -> str:
    """Return `text` as if what is masked had never been in it; never empty, Rasa needs a text."""
    for mask in labels().masks.values():
        text = text.replace(mask, " ")
    return re.sub(r"[ \t]{2,}", " ", text).strip() or "…"
