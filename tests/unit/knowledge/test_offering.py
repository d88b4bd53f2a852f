"""Procedures side by side: what editors say of siblings, and the level where two bear one name."""

from __future__ import annotations

import pytest

from knowledge.models import AuthorityLevel, Procedure, Sibling
from knowledge.offering import Offer, differences_text, told_apart

LOST = Procedure("1.000001", "Cấp lại thẻ", siblings=(Sibling("1.000002", "thẻ còn đó nhưng cần đổi"),))
WORN = Procedure("1.000002", "Cấp đổi thẻ")
WARD = Procedure("1.000003", "Cấp giấy nuôi chim", authority_levels=(AuthorityLevel.COMMUNE,))
CITY = Procedure("1.000004", "CẤP GIẤY NUÔI CHIM", authority_levels=(AuthorityLevel.PROVINCE, AuthorityLevel.MINISTRY))


def offered(*records):
    return told_apart([Offer(record.code, record.title) for record in records], records)


def test_what_an_editor_says_of_a_sibling_stands_by_its_number():
    assert differences_text(offered(LOST, WORN)) == "\n2. Thẻ còn đó nhưng cần đổi"


def test_a_sibling_that_is_not_offered_is_not_told():
    assert differences_text(offered(LOST, WARD)) == ""


def test_two_of_one_name_are_told_apart_by_level():
    assert [offer.name for offer in offered(WARD, CITY)] == [
        "Cấp giấy nuôi chim (cấp xã)",
        "CẤP GIẤY NUÔI CHIM (cấp tỉnh, cấp bộ)",
    ]


@pytest.mark.parametrize("records", [(), (LOST,)])
def test_a_record_that_cannot_be_read_is_offered_as_it_is(records):
    offers = [Offer("1.000001", "Cấp lại thẻ"), Offer("1.000009", "Cấp lại thẻ")]
    assert [offer.name for offer in told_apart(offers, records)] == ["Cấp lại thẻ", "Cấp lại thẻ"]
