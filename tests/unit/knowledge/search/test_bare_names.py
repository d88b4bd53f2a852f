"""Bare names: met only where the question says nothing else that could choose."""

from __future__ import annotations

import pytest

from knowledge.search.bare_names import BareNames, open_names, own_names
from knowledge.search.life import Kind, LifeEntry, load_life
from knowledge.search.normalise import load_lexicon
from knowledge.search.normaliser import Normaliser
from knowledge.search_rows import SearchRow

HOUSE, CAR, TAX = "1.000001", "1.000002", "1.000003"
NAMES = BareNames(
    open_names(
        (
            LifeEntry(("sang tên",), Kind.BARE_NAME, (HOUSE, CAR)),
            LifeEntry(("sổ đỏ",), Kind.BARE_NAME, (HOUSE, TAX)),
            LifeEntry(("thuế",), Kind.BARE_NAME, (TAX, HOUSE)),
            LifeEntry(("cưới",), Kind.LIFE_EVENT, (HOUSE,)),
        )
    )
)
READER = Normaliser(load_lexicon())


def codes_for(text):
    return NAMES.codes_for(READER.read(text))


@pytest.mark.parametrize(
    "text",
    ["sang tên", "Sang tên cần giấy tờ gì vậy ạ", "cho em hỏi thủ tục sang tên với", "muốn sang tên cho con thì sao"],
)
def test_a_bare_name_alone_leaves_the_choice(text):
    assert codes_for(text) == (HOUSE, CAR)


@pytest.mark.parametrize(
    "text",
    [
        "sang tên xe máy",  # a thing is named
        "sang tên sổ đỏ",  # two of them say more than one
        "mất sổ đỏ",  # what is to be done is named
        "đổi sổ đỏ",
        "gia hạn sổ đỏ",
        "cho thuê",  # the same letters, another word
        "làm đám cưới",  # no bare name
        "",
    ],
)
def test_a_question_that_says_more_is_none(text):
    assert codes_for(text) == ()


def test_ours_are_thirty_and_more_and_lead_to_two_to_four_procedures():
    bare = [entry for entry in load_life() if entry.kind is Kind.BARE_NAME]
    assert len(bare) >= 30
    assert all(2 <= len(entry.codes) <= 4 for entry in bare)


def test_bare_names_are_examples_of_nothing():
    assert LifeEntry(("sang tên",), Kind.BARE_NAME, (HOUSE, CAR)).shown_by == ()


def _row(code, title, *aliases, curated=True):
    return SearchRow(code, title, curated, True, aliases, (), "", ())


def test_a_name_that_one_curated_record_bears_is_its_own():
    rows = [
        _row("1", "Đăng ký khai tử", "khai tử", "giấy báo tử"),
        _row("2", "Đăng ký lại khai tử", "giấy báo tử"),
        _row("3", "Khai tử lưu động", "khai tử", curated=False),
        _row("4", "Sao y", "KT3", "sao"),
    ]
    own = own_names(rows)
    assert own["khai tử"] == ("1",)
    assert own["đăng ký lại khai tử"] == ("2",)
    assert "giấy báo tử" not in own
    assert "sao" not in own
    assert "khai tử lưu động" not in own
