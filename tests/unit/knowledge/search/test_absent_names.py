"""A question that names a procedure we know by name and have no record of; what only shares its words is left alone."""

from __future__ import annotations

import pytest

from knowledge.search.absent_names import AbsentNames
from knowledge.search.life import Kind, LifeEntry
from knowledge.search.normalise import load_lexicon
from knowledge.search.normaliser import Normaliser
from knowledge.search.samples import Samples
from knowledge.search_rows import SearchRow

READER = Normaliser(load_lexicon())
ROWS = [
    SearchRow(
        "1",
        "Cấp đổi Giấy chứng nhận quyền sử dụng đất",
        True,
        True,
        ("đổi sổ đỏ", "đổi sổ đỏ đang thế chấp"),
        (),
        "",
        (),
    ),
    SearchRow("2", "Xóa đăng ký thường trú", True, True, ("cắt hộ khẩu",), (), "", ()),
]
SAMPLES = {
    "1": Samples(aliases=("làm lại sổ đỏ cũ",)),
    "9": Samples(aliases=("xóa thế chấp sổ đỏ", "giải chấp", "xóa đăng ký", "cho thuê nhà", "đổi sổ đỏ")),
}
ABSENT = AbsentNames(ROWS, SAMPLES, load_lexicon())


def named(text):
    return ABSENT.named_in(READER.read(text))


@pytest.mark.parametrize(
    "text",
    [
        "xóa thế chấp sổ đỏ",
        "xóa nợ thế chấp sổ đỏ",
        "xoa the chap so do can gi",
        "tôi muốn xóa thế chấp trên sổ đỏ ở đâu",
    ],
)
def test_its_words_in_order_and_close_together_name_it(text):
    assert named(text)


@pytest.mark.parametrize(
    "text",
    [
        "đổi sổ đỏ đang thế chấp",  # a record's own name, and longer
        "đổi sổ đỏ",  # a name of both
        "giải chấp thì làm sao",  # too short a name
        "làm lại sổ đỏ cũ",  # a name of a record that is here
        "bán nhà thì thuế cho ai đóng",  # the words, in another order
        "sổ đỏ mất rồi, thế chấp với xóa là chuyện khác",
        "",
    ],
)
def test_a_record_that_is_here_is_never_put_in_doubt(text):
    assert not named(text)


def test_marks_tell_words_apart():
    assert named("cho thuê nhà")
    assert not named("cho thuế nhà")


def test_names_of_the_lexicon_of_life_are_names_too():
    life = (
        LifeEntry(("mất giấy phép kinh doanh",), Kind.EVERYDAY_NAME, ("9",)),
        LifeEntry(("mất sổ nhà đất", "mất giấy tờ nhà"), Kind.LIFE_EVENT, ("1", "9")),
        LifeEntry(("giấy tờ nhà đất",), Kind.THING, ("9",)),
    )
    absent = AbsentNames(ROWS, {}, load_lexicon(), life)
    assert absent.named_in(READER.read("mất giấy phép kinh doanh thì làm lại ở đâu"))
    for here in ("mất sổ nhà đất", "tìm giấy tờ nhà đất"):  # one of its procedures is here; a thing is no procedure
        assert not absent.named_in(READER.read(here))


def test_where_every_procedure_is_here_nothing_is_absent():
    every = AbsentNames(ROWS, {"1": Samples(aliases=("xóa thế chấp sổ đỏ",))}, load_lexicon())
    assert not every.named_in(READER.read("xóa thế chấp sổ đỏ"))
