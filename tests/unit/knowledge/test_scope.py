"""Which procedures apply to the city, and which a ward receives: the rule, its exceptions, and their file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from knowledge.errors import RecordInvalidError
from knowledge.importers.portal_record import parse
from knowledge.models import AuthorityLevel, Decision, Origin, ProcedureKind
from knowledge.scope import REASONS, ScopeRule, WardRule, is_commune_body, is_local_body, placed, standing
from knowledge.scope_exceptions import Applies, ScopeException, load_exceptions
from tests.fixtures.catalogue import portal_record, procedure

PROVINCE, COMMUNE = (AuthorityLevel.PROVINCE,), (AuthorityLevel.COMMUNE,)


def record(kind=ProcedureKind.NATIONAL, issuer="Bộ Tư pháp", levels=PROVINCE, agency="Sở Tư pháp", **changes):
    own = {"kind": kind, "promulgated_by": issuer, "authority_levels": levels, "handling_agency": agency}
    return procedure(origin=Origin.PORTAL, **own, **changes)


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize(
    ("kind", "issuer", "applies", "rule"),
    [
        ("national", "Bộ Tư pháp", "yes", "national"),
        ("national", "Tập đoàn Điện lực Việt Nam", "yes", "national"),
        ("national", "Học viện Chính trị quốc gia Hồ Chí Minh", "yes", "national"),
        ("national", "UBND tỉnh Đắk Lắk", "no", "mislabelled"),
        ("national", "UBND Thành phố Hồ Chí Minh", "yes", "city_own"),
        ("provincial", "UBND Thành phố Hồ Chí Minh", "yes", "city_own"),
        ("provincial", "UBND TP.HCM", "yes", "city_own"),
        ("provincial", "Ủy ban nhân dân TP. Hồ Chí Minh", "yes", "city_own"),
        ("provincial", "Sở Xây dựng - TP.HCM", "yes", "city_own"),
        ("provincial", "UBND tỉnh Bình Dương", "unknown", "former_province"),
        ("provincial", "UBND tỉnh Bà Rịa - Vũng Tàu", "unknown", "former_province"),
        ("provincial", "UBND tỉnh Bình Phước", "no", "other_province"),
        ("provincial", "Trung tâm phục vụ hành chính công Thành phố Hà Nội", "no", "other_province"),
        ("provincial", "", "no", "other_province"),
        ("internal", "UBND Thành phố Hồ Chí Minh", "no", "internal"),
        ("unknown", "Bộ Công an", "yes", "national"),
        ("unknown", "UBND tỉnh Lào Cai", "no", "other_province"),
        ("unknown", "", "unknown", "unstated"),
    ],
)
def test_whose_procedure_it_is_decides_whether_it_applies(kind, issuer, applies, rule):
    found = standing(record(ProcedureKind(kind), issuer), exceptions={})
    assert (found.applies.value, found.rule.value) == (applies, rule)
    assert found.in_scope is (applies != "no")


def test_a_curated_record_without_a_portal_one_applies():
    found = standing(procedure(), exceptions={})
    assert (found.applies, found.rule) == (Applies.YES, ScopeRule.CURATED)


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize(
    ("levels", "agency", "executing", "ward", "rule"),
    [
        (COMMUNE, "Sở Tư pháp", (), True, WardRule.LEVEL),
        (PROVINCE, "Công an tỉnh; Công an cấp Xã", (), True, WardRule.EXECUTING_BODY),
        (PROVINCE, "Ủy ban nhân dân cấp tỉnh", ("Ủy ban nhân dân cấp xã",), True, WardRule.EXECUTING_BODY),
        (PROVINCE, "Sở Tư pháp", (), False, WardRule.NOT_COMMUNE),
        ((), "Bảo hiểm xã hội cấp Tỉnh", (), False, WardRule.NOT_COMMUNE),
    ],
)
def test_a_ward_receives_what_names_its_level_or_its_bodies(levels, agency, executing, ward, rule):
    found = standing(record(levels=levels, agency=agency), executing, exceptions={})
    assert (found.ward, found.ward_rule) == (ward, rule)


def test_no_ward_receives_what_does_not_apply():
    found = standing(record(ProcedureKind.PROVINCIAL, "UBND tỉnh Gia Lai", COMMUNE), exceptions={})
    assert (found.ward, found.ward_rule) == (False, WardRule.OUT_OF_SCOPE)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("Ủy ban nhân dân cấp xã", True),
        ("Ủy ban Nhân dân\xa0xã,\xa0phường,\xa0thị trấn.", True),
        ("Ban chỉ huy quân sự cấp Xã", True),
        ("UBND đặc khu", True),
        ("Bảo hiểm xã hội tỉnh", False),
        ("Phòng cảnh sát quản lý hành chính về trật tự xã hội", False),
        ("Cơ sở trợ giúp xã hội", False),
        ("Sở Lao động-Thương binh và Xã hội", False),
    ],
)
def test_a_body_of_the_commune_is_told_from_words_that_sound_like_one(name, is_one):
    assert is_commune_body(name) is is_one


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("UBND tỉnh Đắk Lắk", True),
        ("Sở Xây dựng - tỉnh Quảng Ngãi", True),
        ("Ủy ban nhân dân cấp tỉnh", False),
        ("Sở Tư pháp", False),
        ("Bộ Xây dựng", False),
        ("Thành phố Hồ Chí Minh là một địa danh", False),
    ],
)
def test_a_local_body_names_its_place(name, is_one):
    assert is_local_body(name) is is_one


@pytest.mark.requirement("R-02")
def test_an_exception_wins_over_the_rule_and_says_where_it_comes_from():
    said = ScopeException("1.000001", "a longer reason", "a source", date(2026, 11, 1), Applies.NO)
    found = standing(record(), exceptions={"1.000001": said})
    assert (found.applies, found.rule, found.exception) == (Applies.NO, ScopeRule.EXCEPTION, said)
    received = replace(said, applies=None, ward=True)
    found = standing(record(), exceptions={"1.000001": received})
    assert (found.applies, found.ward, found.ward_rule) == (Applies.YES, True, WardRule.EXCEPTION)


def test_a_decision_of_before_the_merger_leaves_the_former_provinces_open():
    old = record(ProcedureKind.PROVINCIAL, "UBND Thành phố Hồ Chí Minh", decision=Decision("1", date(2016, 3, 18)))
    assert "before the merger" in standing(old, exceptions={}).remark
    new = replace(old, decision=Decision("2", date(2026, 1, 27)))
    assert standing(new, exceptions={}).remark == ""


def test_the_reader_of_the_portal_places_what_it_reads():
    units = [{"name": "Ủy ban nhân dân cấp xã"}]
    read = parse(portal_record(isWard=False, isProvince=True, unitGroupsExecuting=units), None)
    assert (read.applies_to_city, read.ward_receives) == (True, True)
    away = placed(record(ProcedureKind.PROVINCIAL, "UBND tỉnh Gia Lai", COMMUNE))
    assert (away.applies_to_city, away.ward_receives) == (False, False)


def test_every_rule_has_a_reason_in_words():
    assert set(REASONS) == {*ScopeRule, *WardRule}


@pytest.mark.requirement("R-02")
def test_the_shipped_exceptions_each_have_a_reason_a_source_and_a_day():
    for code, said in load_exceptions().items():
        assert code == said.code
        assert said.why
        assert said.source
        assert said.on > date(2025, 7, 1)


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("- code: '1.000001'\n  ward: true\n  why: long enough\n  source: a list\n", 1, "'on' is a required"),
        ("- code: '1.000001'\n  why: long enough\n  source: a list\n  on: 2026-01-01\n", 1, "not valid under any"),
        (
            "- code: '1.000001'\n  applies: maybe\n  why: long enough\n  source: a list\n  on: 2026-01-01\n",
            2,
            "'maybe' is not one of",
        ),
        (
            "- {code: '1.000001', ward: true, why: long enough, source: a list, on: 2026-01-01}\n"
            "- {code: '1.000001', ward: true, why: long enough, source: a list, on: 2026-01-01}\n",
            2,
            "stands here twice",
        ),
    ],
)
def test_a_broken_file_of_exceptions_names_the_line(tmp_path, text, line, fault):
    path = tmp_path / "exceptions.yml"
    path.write_text(text, "utf-8")
    with pytest.raises(RecordInvalidError, match=fault) as raised:
        load_exceptions(path)
    assert raised.value.place == f"{path}:{line}"
