"""The words of asking about papers: what the file may hold, and how typed words are met."""

import pytest

from bot.nlu.paper_grammar import row_of
from bot.nlu.paper_words import load_words, tokens_of
from knowledge.errors import RecordInvalidError
from knowledge.text import fold


def row(text):
    return row_of(tokens_of(text, fold(text)))


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("phường đòi", "OD"),
        ("phuong doi", "OD"),
        ("muốn doi", "wc"),
        ("phường đổi", "Oc"),
        ("phường đoi", "OD"),
        ("không có", "l"),
        ("buộc", "D"),
        ("buoc", "w"),
    ],
)
def test_typed_words_are_met_with_the_marks_that_they_have(text, letters):
    assert row(text) == letters


def test_a_school_is_an_office_in_its_own_matters_only():
    assert row("trường đòi")[0] == "X"
    assert row("chuyển trường, trường đòi")[-2:] == "OD"


@pytest.mark.parametrize("words", ["{unknown: [đòi]}", "{demand: [đòi], tell: [đòi]}"])
def test_a_file_that_does_not_agree_with_itself_is_refused(tmp_path, words):
    path = tmp_path / "asks.yml"
    path.write_text(f"words: {words}\nprivate: []\nnames: {{}}\n", encoding="utf-8")
    with pytest.raises(RecordInvalidError):
        load_words(path)
