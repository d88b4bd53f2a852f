"""Names in small letters: how many of our own set are masked, and how often what is none is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.desk.hiding import MASK, hidden_words
from knowledge.plain_yaml import plain_yaml

SET = plain_yaml(Path(__file__).with_name("names_in_small_letters.yml").read_text("utf-8"))
MISSED = {
    "anh tên trương quốc khánh gọi lúc nãy",  # one word more goes with it
    "chị lan nhờ tôi hỏi",
    "ong cao van tai mat giay",  # the same
}
"""What is known to be masked otherwise."""
FALSE = {"hồ thị phần là gì"}
"""What is known to be masked though it is no name."""


def shown(entry):
    return hidden_words(entry["text"])


def test_names_in_small_letters_are_masked_whole():
    missed = {one["text"] for one in SET["names"] if shown(one) != one["text"].replace(one["name"], MASK)}
    assert missed == MISSED


def test_what_is_no_name_stays():
    assert {text for text in SET["none"] if hidden_words(text) != text} == FALSE


@pytest.mark.parametrize(
    "text", ["", " ", "tên", "tên là", "là nguyễn", "nguyễn văn", "e\u0302 tên", "tên: :", "là là là"]
)
def test_odd_texts_stay_as_they_are(text):
    assert hidden_words(text) == text
