"""One portal record → one procedure: nothing invented, nothing lost, nothing that breaks on a wrong type."""

from __future__ import annotations

import copy
import random
import unicodedata
from datetime import date

import pytest

from knowledge.answers import answer
from knowledge.codec import dumps
from knowledge.facts import Fact
from knowledge.importers.portal_record import parse
from knowledge.models import AuthorityLevel, ComponentRole, Method, OnlineLevel, Origin, TimeUnit
from tests.fixtures.catalogue import portal_record

RETRIEVED = date(2026, 7, 18)
REFUSALS = (ValueError, TypeError, AttributeError, KeyError, OverflowError)


def read(**changes):
    return parse(portal_record(**changes), RETRIEVED)


def test_a_whole_record_is_read():
    record = read()
    assert (record.code, record.title, record.sector) == ("1.000001", "Đăng ký nuôi chim bồ câu", "Chăn nuôi")
    assert record.origin is Origin.PORTAL
    assert record.checked_on == RETRIEVED
    assert record.authority_levels == (AuthorityLevel.COMMUNE,)
    assert [way.method for way in record.submission_methods] == [Method.ONLINE, Method.IN_PERSON]
    assert record.steps == ("Điền tờ khai.", "Nộp hồ sơ.")
    assert record.requirements == ()
    assert record.decision.number == "11/QĐ-BNV"
    assert record.decision.date == date(2026, 1, 5)
    assert record.source.url.endswith("/019d2bfd-0000-0000-0000-000000000001")
    assert record.legal_bases[0].number == "1/2026/NĐ-CP"
    assert record.result_documents[0].code == "KQ.G00.000001"
    assert record.submission_methods[1].times[0].unit is TimeUnit.WORKING_DAY


def test_group_names_say_what_a_row_is():
    (case,) = read().dossier
    assert [(part.name, part.role) for part in case.components] == [
        ("Tờ khai nuôi chim", ComponentRole.SUBMIT),
        ("Thẻ căn cước", ComponentRole.PRESENT),
        ("Chim lạ không nhận", ComponentRole.NOTE),
    ]
    assert case.components[0].form == "BC01"
    assert len({part.id for part in case.components}) == 3


@pytest.mark.requirement("R-09")
@pytest.mark.parametrize("row", ["* Lưu ý: nộp sớm", "Ví dụ: giấy A", "Ghi chú về hồ sơ"])
def test_rows_that_are_remarks_become_notes(row):
    case = {"name": "", "profileComponents": [{"name": row, "originalQty": 1}, {"name": "Đơn", "originalQty": 1}]}
    roles = {part.name: part.role for part in read(executionCases=[case]).dossier[0].components}
    assert list(roles.values()) == [ComponentRole.SUBMIT, ComponentRole.NOTE]


@pytest.mark.requirement("R-15")
def test_a_group_that_names_a_case_keeps_it():
    groups = [
        {"name": "* Trường hợp thuê nhà:", "profileComponents": [{"name": "Hợp đồng", "originalQty": 1}]},
        {"name": "Thành phần hồ sơ", "profileComponents": [{"name": "Đơn", "originalQty": 1}]},
    ]
    assert [case.case for case in read(executionCases=groups).dossier] == ["", "Trường hợp thuê nhà"]


@pytest.mark.requirement("R-09")
@pytest.mark.parametrize(
    ("value", "unit", "times"),
    [
        (3, "WORKING_DAY", [(3.0, TimeUnit.WORKING_DAY)]),
        (20, "DAY", [(20.0, TimeUnit.DAY)]),
        (0, "OTHER", []),
        (1, "OTHER", []),
        (0, "WORKING_DAY", []),
        (-3, "DAY", []),
        (None, "DAY", []),
        (float("inf"), "DAY", []),
        ("inf", "DAY", []),
        ("1e400", "DAY", []),
        ("nan", "DAY", []),
    ],
)
def test_a_number_without_a_known_unit_is_no_time(value, unit, times):
    way = {"submissionMethod": "DIRECT", "processingTime": value, "processingTimeUnit": unit}
    found = read(executionMethods=[way]).submission_methods[0].times
    assert [(time.amount, time.unit) for time in found] == times


def test_a_time_in_words_stays_in_words():
    way = {"submissionMethod": "DIRECT", "processingTime": "Theo thông báo", "processingTimeUnit": "OTHER"}
    assert read(executionMethods=[way]).submission_methods[0].times[0].text == "Theo thông báo"


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"isFullProcess": True}, OnlineLevel.FULL),
        ({"isOfflineOnly": True}, OnlineLevel.NONE),
        ({}, OnlineLevel.PARTIAL),
        ({"executionMethods": []}, OnlineLevel.UNKNOWN),
    ],
)
def test_online_level(changes, level):
    assert read(**changes).online_level is level


@pytest.mark.parametrize(
    ("changes", "applies"),
    [
        ({"type": "STANDARD"}, True),
        ({"type": "STANDARD_INTERNAL"}, False),
        ({"isInternal": True}, False),
        ({"type": "SPECIFIC", "departmentPromulgateName": "UBND tỉnh Lâm Đồng"}, False),
        ({"type": "SPECIFIC", "departmentPromulgateName": "UBND Thành phố Hồ Chí Minh"}, True),
    ],
)
def test_which_procedures_apply_to_the_city(changes, applies):
    assert read(**changes).applies_to_city is applies


@pytest.mark.requirement("R-09")
def test_dirty_text_is_cleaned():
    dirty = unicodedata.normalize("NFD", "Thủ tục\u200e đăng ký\u00a0 nuôi chim\x00 bồ câu\r\n")
    assert read(name=dirty).title == "Đăng ký nuôi chim bồ câu"


@pytest.mark.parametrize(
    "text", ["Bước 1: A. Bước 2: B.", "Bước 1: A.\nBước 2: B.", "- Bước 1: A.\r\n\r\n+ Bước 2: B."]
)
def test_steps_in_one_block_are_told_apart(text):
    assert read(executionSteps=[{"description": text}]).steps == ("A.", "B.")


@pytest.mark.parametrize(
    "code",
    [
        "",
        None,
        "163/QĐ-BTP",
        "1.00",
        "1.0041940000000000000",
        "x1.000001",
        "1.000001; DROP",
        7,
        [],
        "1.000001-ABCDEFGHI",
    ],
)
def test_a_record_without_a_proper_code_is_refused(code):
    with pytest.raises(ValueError, match="code"):
        read(code=code)


@pytest.mark.parametrize("code", ["1.000001", "6.001234567890", "2.000123-HCM", " 1.000001\n"])
def test_codes_of_every_seen_shape_are_read(code):
    assert read(code=code).code == code.strip()


@pytest.mark.parametrize("name", ["", None, "  \u200b ", [], {"a": 1}])
def test_a_record_without_a_name_is_refused(name):
    with pytest.raises(ValueError, match="no name"):
        read(name=name)


@pytest.mark.parametrize("page", ["../../x", "javascript:alert(1)", 'a"b', {"x": 1}, "a b", "x\n"])
def test_a_page_address_is_made_only_from_a_plain_id(page):
    assert read(id=page).source.url == ""


@pytest.mark.requirement("R-02")
def test_a_minimal_record_gives_empty_facts_not_invented_ones():
    record = parse({"code": "1.000001", "name": "Việc nhỏ"}, None)
    assert record.submission_methods == record.dossier == record.steps == record.legal_bases == ()
    assert record.checked_on is None
    assert record.decision.number == record.source.url == ""


@pytest.mark.requirement("R-03")
def test_no_paper_is_added_or_lost():
    rows = [{"name": f"Giấy số {number}", "originalQty": 1} for number in range(40)]
    groups = [
        {"name": "", "profileComponents": rows[:15]},
        {"name": "* Giấy tờ phải nộp", "profileComponents": rows[15:]},
    ]
    found = [part.name for case in read(executionCases=groups).dossier for part in case.components]
    assert sorted(found) == sorted(row["name"] for row in rows)


WRONG = [None, "", "x", 0, -1, 1e400, True, [], {}, [None], ["x"], {"name": 3}, [[]], 10**400, "\x00\u200e", "\ud800"]


def mutate(value, chance: random.Random):
    """Put something wrong in one place of `value`, at any depth."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key = chance.choice(list(value))
        if chance.random() < 0.25:
            del value[key]
        else:
            value[key] = mutate(value[key], chance)
        return value
    if isinstance(value, list) and value and chance.random() < 0.85:
        place = chance.randrange(len(value))
        value[place] = mutate(value[place], chance)
        return value
    return chance.choice(WRONG)


@pytest.mark.requirement("R-09")
@pytest.mark.parametrize("seed", range(30))
def test_mangled_records_are_read_or_refused_and_never_break_an_answer(seed):
    chance = random.Random(seed)
    for _ in range(40):
        record = copy.deepcopy(portal_record())
        for _ in range(chance.randint(1, 4)):
            record = mutate(record, chance)
            if not isinstance(record, dict):
                record = portal_record()
        try:
            procedure = parse(record, RETRIEVED)
        except REFUSALS:
            continue
        assert procedure.code
        assert procedure.title
        said = "".join(answer(procedure, (fact,), RETRIEVED).text for fact in Fact)
        assert "{'" not in said
        assert "None" not in said
        assert "inf" not in said
        dumps(procedure)


def test_the_type_is_worded_as_on_the_portals_page_and_an_unknown_one_kept():
    assert read(formalityType="ASSIGNED_REGULATION").procedure_type.startswith("TTHC được luật giao")
    assert read(formalityType="SOMETHING_ELSE").procedure_type == "SOMETHING_ELSE"
