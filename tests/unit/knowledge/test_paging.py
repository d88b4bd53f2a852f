"""An answer in pieces: short ones, all of it, in order, the source at the end."""

from __future__ import annotations

import re
from datetime import date

import pytest

from knowledge import blocks as b
from knowledge.answers import answer
from knowledge.curated import read_all
from knowledge.facts import Fact
from knowledge.paging import LINE, LINES, paged

DAY = date(2026, 11, 26)
SOURCE = b.SourceNote("Nguồn: Nuôi chim", "Mã thủ tục 1.000001", "Quyết định 1", "Đối chiếu hôm nay", "https://x.vn")


@pytest.fixture(scope="module")
def records():
    return read_all()


def words_of(*pieces):
    """All words in order; marks of lists are no words."""
    text = "\n".join(b.to_text(piece) for piece in pieces)
    return [word for word in text.split() if word not in {"•", "–"}]


def numbered(count):
    return b.ItemList(tuple(b.Item(f"Tờ thứ {number}") for number in range(1, count + 1)), True)


def test_a_short_answer_is_one_piece():
    parts = (b.heading("Lệ phí"), b.paragraph("10.000 đồng"), SOURCE)
    assert paged(parts) == (parts,)


def test_three_items_a_piece_and_the_numbers_go_on():
    pieces = paged((b.heading("Giấy tờ"), numbered(7), SOURCE))
    assert [len(piece[-1].items) for piece in pieces[:2]] == [3, 3]
    assert "4. Tờ thứ 4" in b.to_text(pieces[1])
    assert b.to_json(pieces[1])[0]["start"] == 4
    assert "start" not in b.to_json(pieces[0])[1]


def test_a_heading_or_an_opening_line_is_never_left_behind():
    parts = (numbered(3), b.heading("Lưu ý"), b.paragraph("Về hồ sơ:"), b.paragraph("Không cần công chứng."), SOURCE)
    first, second = paged(parts)
    assert b.to_text(first).endswith("3. Tờ thứ 3")
    assert b.to_text(second).startswith("Lưu ý\nVề hồ sơ:\nKhông")


def test_a_long_paragraph_is_cut_between_sentences():
    sentence = "Câu này dài vừa đủ để chiếm hơn nửa dòng trên điện thoại của người đọc. "
    pieces = paged((b.paragraph(sentence * 12), SOURCE))
    assert len(pieces) > 2
    assert all(b.to_text(piece).split("\nNguồn")[0].endswith(".") for piece in pieces)


def test_a_long_item_keeps_its_number_once_and_its_remark():
    item = b.Item("Một câu dài về tờ giấy này mà ai cũng phải đọc cho hết ý. " * 8, "2 bản chính")
    pieces = paged((b.ItemList((b.Item("Tờ khai"), item), True), SOURCE))
    whole = "\n".join(b.to_text(piece) for piece in pieces)
    assert len(re.findall(r"^2\. ", whole, re.MULTILINE)) == 1
    assert "2 bản chính" in whole


def test_nothing_makes_nothing():
    assert paged(()) == ()


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize("fact", Fact)
def test_all_facts_of_all_records_arrive_in_order_with_the_source_last(fact, records):
    for record in records:
        whole = answer(record, (fact,), DAY).blocks
        pieces = paged(whole)
        assert words_of(*pieces) == words_of(whole), record.code
        assert isinstance(pieces[-1][-1], b.SourceNote), record.code
        assert sum(isinstance(block, b.SourceNote) for piece in pieces for block in piece) == 1


@pytest.mark.requirement("R-01")
def test_pieces_are_short_unless_one_sentence_is_not(records):
    for record in records:
        for piece in paged(answer(record, (Fact.DOCUMENTS,), DAY).blocks):
            said = [block for block in piece if not isinstance(block, b.SourceNote) and block.kind != "heading"]
            texts = [block for block in said if isinstance(block, b.Text) and not block.text.endswith(":")]
            items = [item for block in said if isinstance(block, b.ItemList) for item in block.items]
            lengths = [len(text.text) for text in texts] + [len(item.text + item.detail) for item in items]
            assert len(lengths) == 1 or sum(max(1, -(-length // LINE)) for length in lengths) <= LINES, record.code
