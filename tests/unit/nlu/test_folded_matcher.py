"""Phrases are found whatever the marks, and their places are those of the typed text."""

from __future__ import annotations

import unicodedata

import pytest

from bot.nlu.folded_matcher import FoldedMatcher
from knowledge.text import fold

MATCHER = FoldedMatcher(
    {"agency": ["công an phường", "công an"], "paper": ["giấy khai sinh", "khai sinh"], "empty": ["", "  "], "none": []}
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Công an phường ở đâu", ["Công an phường"]),
        ("cong an PHUONG o dau", ["cong an PHUONG"]),
        ("mất giấy khai sinh, ra công an", ["giấy khai sinh", "công an"]),
        ("Làm GIẤY KHAI SINH.", ["GIẤY KHAI SINH"]),
        ("giấy  khai sinh", ["khai sinh"]),
        ("không có gì", []),
        ("", []),
        ("🙂 công an 🙂 khai sinh", ["công an", "khai sinh"]),
        ("(công an)", ["công an"]),
    ],
)
def test_matches_are_the_typed_words(text, found):
    matches = MATCHER.find(text)
    assert [match.text for match in matches] == found
    assert [text[match.start : match.end] for match in matches] == found


def test_decomposed_text_gives_places_in_the_composed_one():
    typed = unicodedata.normalize("NFD", "ra công an phường")
    (match,) = MATCHER.find(typed)
    composed = unicodedata.normalize("NFC", typed)
    assert composed[match.start : match.end] == match.text == "công an phường"


def test_the_longest_phrase_wins_and_none_overlap():
    (match,) = MATCHER.find("giấy khai sinh")
    assert (match.label, match.text) == ("paper", "giấy khai sinh")


@pytest.mark.parametrize(
    "text", ["công\u0301 an", "가나 công an", "ก็ công an", "İ công an ß", "\u0300\u0301", "ﬁ công an"]
)
def test_odd_characters_do_not_break_it(text):
    for match in MATCHER.find(text):
        assert match.text
        assert match.start < match.end


def test_a_matcher_without_phrases_finds_nothing():
    assert FoldedMatcher({}).find("công an") == []


def test_spacy_reads_only_what_may_hold_a_phrase(monkeypatch):
    """The look beforehand lets pass all that spaCy would find, and keeps most of the rest from it."""
    matcher = FoldedMatcher({"agency": ["công an phường", "sở"], "paper": ["sổ hộ khẩu cũ"]})
    texts = [
        "ra CÔNG  an phường",
        "công\nan phường",
        "sở",
        "(sở)",
        "số sở-ngành",
        "sổ hộ khẩu",
        "sổ hộ khẩu cũ",
        "",
        "tạm trú",
    ]
    found = [matcher.find(text) for text in texts]
    assert [matcher._may_hold_any(fold(text)) for text in ("sổ hộ khẩu", "tạm trú", "")] == [True, False, False]
    monkeypatch.setattr(FoldedMatcher, "_may_hold_any", lambda matcher, folded: True)
    assert [matcher.find(text) for text in texts] == found
