"""Phrases in folded words: the longest wins, none overlap, places are right."""

from __future__ import annotations

import random

import pytest

from knowledge.search.phrases import Found, PhraseFinder

FINDER = PhraseFinder(
    {
        "fee": ["lệ phí", "bao nhiêu tiền"],
        "how_many": ["bao nhieu"],
        "time": ["Bao Lâu", "mất bao lâu"],
        "lost": ["mất"],
        "empty": ["", "   "],
    }
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("le phi", [Found("fee", 0, 2)]),
        ("mat bao lau", [Found("time", 0, 3)]),
        ("mat giay bao lau", [Found("lost", 0, 1), Found("time", 2, 4)]),
        ("bao nhieu tien", [Found("fee", 0, 3)]),
        ("bao nhieu ngay", [Found("how_many", 0, 2)]),
        ("bao lau bao lau", [Found("time", 0, 2), Found("time", 2, 4)]),
        ("le", []),
        ("", []),
    ],
)
def test_the_longest_phrase_is_found_where_it_stands(text, found):
    assert FINDER.find(text.split()) == found


def test_of_two_that_overlap_the_longer_stays_and_of_equals_the_first():
    finder = PhraseFinder({"a": ["x y"], "b": ["y z"], "c": ["y z w"]})
    assert finder.find(["x", "y", "z"]) == [Found("a", 0, 2)]
    assert finder.find(["x", "y", "z", "w"]) == [Found("c", 1, 4)]


def test_nothing_to_find_finds_nothing():
    assert PhraseFinder({}).find(["a", "b"]) == []


def test_a_phrase_is_not_found_across_a_part_of_a_word():
    assert FINDER.find(["le", "phia"]) == []


def naive(phrases, tokens):
    """Every phrase is held against every place."""
    found = [
        Found(label, place, place + len(words))
        for place in range(len(tokens))
        for label, texts in phrases.items()
        for words in (text.split() for text in texts)
        if words and tokens[place : place + len(words)] == words
    ]
    taken = []
    for match in sorted(found, key=lambda match: (match.start - match.end, match.start)):
        if all(match.end <= other.start or other.end <= match.start for other in taken):
            taken.append(match)
    return sorted(taken, key=lambda match: match.start)


def test_looking_up_two_words_at_a_time_finds_what_looking_at_all_finds():
    chance = random.Random(4)
    words = ["mat", "bao", "lau", "le", "phi", "gi"]
    phrases = {str(n): [" ".join(chance.choices(words, k=chance.randint(1, 4)))] for n in range(40)}
    rows = [chance.choices(words, k=chance.randint(0, 9)) for _ in range(300)]
    finder = PhraseFinder(phrases)
    assert [finder.find(row) for row in rows] == [naive(phrases, row) for row in rows]
    assert sum(len(finder.find(row)) for row in rows) > 300
