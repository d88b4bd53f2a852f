"""Citizens' words on their way in: cleaned for storage, judged, and made harmless for Rasa."""

from __future__ import annotations

import re
import unicodedata

from bot.errors import MessageRefusedError
from bot.hub.models import Refusal
from bot.ops.metrics import MESSAGES_REFUSED

LONGEST_TEXT = 2000
# Unicode's controls (Cc) but line break and tabulator, and halves of characters (Cs).
_DROPPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Slashes that Unicode's compatibility forms, or a kind normaliser, may turn into "/".
SLASHES = frozenset("/\u2044\u2215\u29f8\uff0f\u2571")
NO_WORDS = "?"


def refuse(reason: Refusal, said: str = "") -> MessageRefusedError:
    """The error that says why a message is not stored. said: in these words, where they are not wording.yml's."""
    MESSAGES_REFUSED.labels(reason.value).inc()
    return MessageRefusedError(reason.value, reason=reason, said=said)


def clean(text: str) -> str:
    """NFC, without control characters and half characters that databases and JSON readers choke on."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if text.isprintable() else _DROPPED.sub("", text)


def accept(text: str) -> str:
    """The citizen's words as they are stored; raises `MessageRefusedError` when empty or too long."""
    text = clean(text).strip()
    if len(text) > LONGEST_TEXT:
        raise refuse(Refusal.TOO_LONG)
    if not any(_is_visible(char) for char in text):
        raise refuse(Refusal.EMPTY)
    return text


def as_words(text: str) -> str:
    """What Rasa is told when the citizen typed `text`: never an intent.

    Rasa 3.6 takes any text that begins with "/" as an intent, and strips blanks first (twice: in `UserMessage` and in
    `YAMLStoryReader.unpack_regex_message`), so a leading blank does not help. Whatever stands before the first letter
    or digit is dropped when a slash is among it; nothing that a later normaliser removes can then bring it back.
    """
    start = next((index for index, char in enumerate(text) if char.isalnum()), len(text))
    if SLASHES.isdisjoint(text[:start]):
        return text
    return text[start:] or NO_WORDS


def _is_visible(char: str) -> bool:
    return unicodedata.category(char)[0] not in "ZC"
