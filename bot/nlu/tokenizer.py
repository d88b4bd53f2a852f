"""Vietnamese words by underthesea's word segmentation, with their places in the message."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
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

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Return the tokens of `attribute`; never none, Rasa expects at least one."""
        text = message.get(attribute) or ""
        tokens = place_words(text, word_tokenize(text[:MAX_TEXT]))
        return self._apply_token_pattern(tokens or [Token(text, 0)])


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
