"""Questions made from titles: the same for a seed, about procedures of the city, right for all twins of a title."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from knowledge.search.long_tail import made_questions
from knowledge.text import words
from tests.fixtures.small_catalogue import MADE_UP, NOT_OF_THE_CITY, entry_of, small_entries, small_rows


def texts(seed):
    return [asked.text for asked in made_questions(small_entries(), 60, seed)]


def test_the_same_seed_makes_the_same_questions_and_another_makes_others():
    assert texts(5) == texts(5)
    assert len(texts(5)) == 60
    assert texts(5) != texts(6)


def test_a_question_holds_words_of_its_title_and_hides_no_example():
    for asked in made_questions(small_entries(), 80):
        (code,) = asked.codes
        assert len(set(words(asked.text)) & set(words(MADE_UP[code][0]))) >= 2
        assert asked.without.dtype == np.int64
        assert len(asked.without) == 0
        assert asked.weight > 0


def test_no_question_is_about_a_procedure_of_another_province():
    assert all(NOT_OF_THE_CITY not in asked.codes for asked in made_questions(small_entries(), 200))


def test_procedures_with_one_title_are_all_right():
    row = small_rows(["9.000001"])[0]
    twins = [entry_of(row), entry_of(replace(row, code="9.100001"))]
    assert {asked.codes for asked in made_questions(twins, 5)} == {frozenset({"9.000001", "9.100001"})}


@pytest.mark.parametrize("title", ["", "Tách hộ", "( ) a", "“ ” , . ; :", "Cấp /"])
def test_short_and_odd_titles_do_no_harm(title):
    row = replace(small_rows(["9.000001"])[0], title=title)
    assert all(isinstance(asked.text, str) for asked in made_questions([entry_of(row)], 30))


def test_without_procedures_no_questions():
    assert list(made_questions([], 10)) == []
    assert list(made_questions(small_entries(), 0)) == []
