"""Vietnamese words by underthesea's word segmentation, with their places in the message.

Whoever asks for a message's words finds them: Rasa's own components and evaluations, `rasa shell nlu`, `/model/parse`.
Ours read messages in their own ways, so that in a conversation mostly nobody asks; they are segmented when asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, overload

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from underthesea import word_tokenize

MAX_TEXT = 2000
"""Characters that are segmented; what lies beyond is one token (a wall of text must not stall the process)."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class VietnameseTokenizer(Tokenizer):
    """Gives "lệ phí đăng ký tạm trú" as "lệ phí", "đăng ký", "tạm trú"."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["underthesea"]

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the examples as they are: no component learns from their tokens, and they are eleven thousand."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Give each message its words, not segmented before they are read."""
        for message in messages:
            if isinstance(message.get(TEXT), str):
                message.set(TEXT_TOKENS, WordsOnDemand(partial(self.tokenize, message, TEXT)))
        return messages

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Return the tokens of `attribute`; never none, Rasa expects at least one."""
        text = message.get(attribute) or ""
        tokens = place_words(text, word_tokenize(text[:MAX_TEXT]))
        return self._apply_token_pattern(tokens or [Token(text, 0)])


class WordsOnDemand(Sequence[Token]):
    """The tokens of a message as a list that is made when it is first looked into."""

    def __init__(self, make: Callable[[], list[Token]]) -> None:
        self._make = make

    @cached_property
    def _tokens(self) -> list[Token]:
        return self._make()

    @overload
    def __getitem__(self, place: int) -> Token: ...

    @overload
    def __getitem__(self, place: slice) -> list[Token]: ...

    def __getitem__(self, place: int | slice) -> Token | list[Token]:
        return self._tokens[place]

    def __len__(self) -> int:
        return len(self._tokens)


def place_words(text: str, segments: list[str]) -> list[Token]:
    """Return a token for each of `segments` that stands in `text`, in order; blanks between parts may differ."""
    tokens, position = [], 0
    for segment in segments:
        start = end = position
        parts = segment.split()
        for place, part in enumerate(parts):
            found = text.find(part, end)
            if found < 0:
                break
            start, end = (found if place == 0 else start), found + len(part)
        else:
            if parts:
                tokens.append(Token(text[start:end], start, end))
                position = end
    return tokens
