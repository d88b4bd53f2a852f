from __future__ import annotations

import unicodedata

import pytest

from bot.errors import MessageRefusedError
from bot.hub.intake import accept, as_words
from bot.hub.models import Refusal


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/restart", "restart"),
        (" /restart", "restart"),
        ("/ /restart", "restart"),
        ("\u200b/restart", "restart"),
        ("／restart", "restart"),
        ("\u200e∕restart", "restart"),
        ("-/restart", "restart"),
        ('/ask_fee{"procedure": "1.004194"}', 'ask_fee{"procedure": "1.004194"}'),
        ("/", "?"),
        ("///", "?"),
    ],
)
def test_typed_intent_is_only_words(typed, told):
    assert as_words(typed) == told


@pytest.mark.parametrize("text", ["Phí 50.000đ/người?", "1/2", "(a/b)", "… dạ", "?", "hỏi /restart"])
def test_other_words_stay_as_they_are(text):
    assert as_words(text) == text


def test_words_are_stored_composed_and_trimmed():
    assert accept(unicodedata.normalize("NFD", "  thủ tục\r\nmới ")) == "thủ tục\nmới"


def test_length_is_counted_in_composed_letters():
    assert len(accept(unicodedata.normalize("NFD", "ế" * 2000))) == 2000
    with pytest.raises(MessageRefusedError) as refused:
        accept("ế" * 2001)
    assert refused.value.context["reason"] is Refusal.TOO_LONG


@pytest.mark.parametrize("text", ["", "  ", "\n", "\u200b", "\ufeff \u2060", "\x00", "\ud800"])
def test_nothing_visible_is_empty(text):
    with pytest.raises(MessageRefusedError) as refused:
        accept(text)
    assert refused.value.context["reason"] is Refusal.EMPTY


def test_emoji_made_of_several_parts_survive():
    assert accept("👨‍👩‍👧") == "👨‍👩‍👧"
