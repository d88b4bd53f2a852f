"""Two records of one procedure: curated facts win, the portal's fill gaps, a newer decision warns."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.answers import answer
from knowledge.differences import differences
from knowledge.facts import Fact
from knowledge.merging import merge
from knowledge.models import Decision, LegalBasis, Origin
from tests.fixtures.catalogue import TODAY, procedure

PORTAL = procedure(
    origin=Origin.PORTAL,
    title="ĐĂNG KÝ CHIM (bản của Cổng)",
    steps=("Bước của Cổng.",),
    competent_agency="Bộ Nội vụ",
    legal_bases=(LegalBasis("9/2020/NĐ-CP"),),
)


@pytest.mark.requirement("R-03")
def test_curated_facts_win():
    merged = merge(procedure(), PORTAL)
    assert merged.title == "Đăng ký nuôi chim bồ câu"
    assert merged.steps == procedure().steps
    assert merged.legal_bases == procedure().legal_bases
    assert merged.origin is Origin.CURATED


def test_the_portal_fills_gaps_of_agencies_and_laws_only():
    merged = merge(procedure(legal_bases=(), steps=(), submission_methods=()), PORTAL)
    assert merged.competent_agency == "Bộ Nội vụ"
    assert merged.legal_bases == PORTAL.legal_bases
    assert merged.steps == merged.submission_methods == ()


@pytest.mark.requirement("R-05")
@pytest.mark.parametrize(
    ("theirs", "warned"),
    [
        (Decision("12/QĐ", date(2026, 1, 6)), True),
        (Decision("12/QĐ", date(2026, 1, 5)), False),
        (Decision("12/QĐ", date(2025, 12, 1)), False),
        (Decision("12/QĐ"), False),
    ],
)
def test_a_later_decision_on_the_portal_warns(theirs, warned):
    merged = merge(procedure(), procedure(origin=Origin.PORTAL, decision=theirs))
    assert (merged.newer_decision is not None) is warned
    assert ("quyết định mới hơn (Quyết định 12/QĐ" in answer(merged, (Fact.FEE,), TODAY).text) is warned


def test_one_record_alone_is_itself():
    assert merge(procedure(), None) == procedure()
    assert merge(None, PORTAL) == PORTAL


def test_differences_name_field_and_both_values():
    found = {item.field: (item.first, item.second) for item in differences(procedure(), PORTAL)}
    assert set(found) == {"title", "steps", "competent_agency", "legal_bases"}
    assert found["competent_agency"] == ("", "Bộ Nội vụ")
    assert differences(procedure(), procedure(origin=Origin.PORTAL, aliases=())) == []
