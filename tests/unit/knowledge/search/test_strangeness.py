"""The list of matters that are no procedure, and what tells them from the city's."""

from __future__ import annotations

import pytest

from knowledge.errors import RecordInvalidError
from knowledge.search.normalise import load_lexicon
from knowledge.search.normaliser import Normaliser
from knowledge.search.strangeness import OutsideList, OutsideMatter, load_outside
from knowledge.text import fold

READER = Normaliser(load_lexicon())
MATTERS = OutsideList((OutsideMatter("bank", ("thuê bao", "mở tài khoản"), ("mở tài khoản định danh",)),))


def met(text):
    return list(MATTERS.met(READER.read(text)))


def test_phrases_are_met_with_their_diacritics():
    assert met("em muốn mở tài khoản cho con") == ["mở tài khoản"]
    assert met("nộp thuế báo cáo") == []


def test_a_longer_phrase_that_is_a_procedure_keeps_the_shorter_from_being_met():
    assert met("mở tài khoản định danh") == []


def test_the_shipped_list_is_well_formed_and_says_nothing_twice():
    matters = load_outside()
    said = [fold(text) for item in matters for text in item.say]
    assert len(said) >= 150
    assert len(said) == len(set(said))


@pytest.mark.parametrize("text", ["- matter: x", "- {matter: x, say: []}", "- {matter: x, say: [ab], more: 1}"])
def test_a_fault_names_the_file(tmp_path, text):
    path = tmp_path / "outside.yml"
    path.write_text(text, "utf-8")
    with pytest.raises(RecordInvalidError, match=r"outside\.yml"):
        load_outside(path)
