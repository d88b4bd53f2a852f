"""Answers put together from made-up records: what is said, what is never said, and what every answer ends with."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest

from knowledge import blocks
from knowledge.answers import answer
from knowledge.dossier_cases import ALL_CASES
from knowledge.facts import Fact
from knowledge.models import (
    ComponentRole,
    Decision,
    DossierCase,
    DossierComponent,
    Fee,
    FeeStatus,
    Method,
    OnlineLevel,
    Procedure,
    RecordStatus,
    Source,
    SubmissionMethod,
    VneidEquivalent,
)
from knowledge.wording import load_wording
from tests.fixtures.catalogue import NOT_PUBLISHED, PAGE, TODAY, procedure, with_fees

SAY = load_wording()


def text(record: Procedure, *facts: Fact, day: date = TODAY, **options) -> str:
    return answer(record, facts, day, **options).text


def notices(record: Procedure, day: date = TODAY, **options) -> str:
    said = answer(record, (Fact.FEE,), day, **options)
    return " ".join(block.text for block in said.blocks if isinstance(block, blocks.Text) and block.kind == "notice")


@pytest.mark.requirement("R-05", "R-29")
@pytest.mark.parametrize("fact", Fact)
def test_every_answer_ends_with_code_decision_checked_date_and_link(fact):
    last_lines = "\n".join(text(procedure(), fact).splitlines()[-3:])
    for part in ("1.000001", "11/QĐ-BNV", "05/01/2026", "Bộ Nội vụ", "18/07/2026", PAGE):
        assert part in last_lines
    assert text(procedure(), fact).splitlines()[-1] == PAGE


@pytest.mark.requirement("R-05")
def test_what_the_source_lacks_is_said_to_be_missing():
    bare = procedure(decision=Decision(), source=Source(), checked_on=None)
    assert "Chưa có số quyết định" in text(bare, Fact.FEE)
    assert "Chưa rõ ngày đối chiếu" in text(bare, Fact.FEE)


@pytest.mark.requirement("R-19")
@pytest.mark.parametrize(
    ("fact", "parts"),
    [
        (Fact.OVERVIEW, ["Dùng khi anh/chị muốn nuôi bồ câu", "3 ngày làm việc", "7.000"]),
        (Fact.DOCUMENTS, ["Tờ khai nuôi chim", "Mẫu BC01", "Giấy tờ về chỗ ở", "Chim lạ không nhận"]),
        (Fact.STEPS, ["1. Điền tờ khai.", "3. Nhận giấy."]),
        (Fact.FEE, ["Trực tuyến: 7.000 đồng/lần", "Nộp trực tiếp: 15.000 đồng/lần"]),
        (Fact.TIME, ["3 ngày làm việc"]),
        (Fact.PLACE, ["Trung tâm Phục vụ hành chính công", "Công an cấp xã"]),
        (Fact.WHO, ["Người nuôi chim nộp.", "Công dân Việt Nam"]),
        (Fact.CONDITIONS, ["Có chuồng."]),
        (Fact.RESULT, ["Giấy xác nhận nuôi chim"]),
        (Fact.FORMS, ["Tờ khai nuôi chim", "Mẫu BC01"]),
        (Fact.LEGAL_BASIS, ["1/2026/NĐ-CP", "Nghị định về chim"]),
        (Fact.ONLINE, ["toàn trình", "nộp trực tiếp"]),
    ],
)
def test_each_fact_is_answered_from_the_record(fact, parts):
    for part in parts:
        assert part in text(procedure(), fact)


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize("fact", Fact)
def test_an_empty_record_says_that_it_does_not_know(fact):
    empty = Procedure(code="1.000009", title="Việc không ai ghi gì")
    said = answer(empty, (fact,), TODAY)
    body = [line for block in said.blocks[1:-2] for line in blocks.to_text([block]).splitlines()]
    assert body
    if fact is Fact.CONDITIONS:
        assert any("không ghi" in line for line in body)
    elif fact is Fact.ONLINE:
        assert any("chưa ghi" in line for line in body)
    else:
        assert any(word in line for line in body for word in ("chưa", "không ghi"))


def test_several_facts_each_come_under_their_name():
    said = text(procedure(), Fact.FEE, Fact.TIME)
    assert said.index("Phí, lệ phí") < said.index("15.000") < said.index("Thời gian giải quyết")
    assert said.count("Nguồn") == 1


def test_repeated_facts_are_answered_once_and_no_fact_is_an_overview():
    assert answer(procedure(), (Fact.FEE, Fact.FEE), TODAY).facts == (Fact.FEE,)
    assert answer(procedure(), (), TODAY).facts == (Fact.OVERVIEW,)


def test_the_payload_carries_outcome_fields_and_source():
    record = procedure(version="curated:2 portal:5")
    assert answer(record, (Fact.FEE, Fact.TIME), TODAY).payload("answered_procedure") == {
        "outcome": "answered_procedure",
        "procedure_code": "1.000001",
        "record_version": "curated:2 portal:5",
        "fields": ["fee", "time"],
        "decision_number": "11/QĐ-BNV",
        "decision_date": "2026-01-05",
        "checked_on": "2026-07-18",
        "source_url": PAGE,
    }


def test_the_payload_of_a_bare_record_holds_nothing_made_up():
    payload = answer(Procedure(code="1.000009", title="x"), (), TODAY).payload("answered_procedure")
    assert (
        payload["decision_number"] is payload["decision_date"] is payload["checked_on"] is payload["source_url"] is None
    )
    assert payload["record_version"] is None


# Fees


@pytest.mark.requirement("R-20")
@pytest.mark.parametrize("fact", [Fact.FEE, Fact.OVERVIEW])
@pytest.mark.parametrize(
    "fees",
    [
        (),
        (NOT_PUBLISHED,),
        (Fee(amount=0, status=FeeStatus.NOT_PUBLISHED),),
        (Fee(status=FeeStatus.SET_BY_COUNCIL),),
        (Fee(amount=5000, valid_to=date(2025, 12, 31)),),
    ],
)
def test_a_bare_zero_is_never_called_free(fees, fact):
    assert "miễn phí" not in text(with_fees(*fees), fact).lower()


@pytest.mark.requirement("R-20")
@pytest.mark.parametrize("fact", Fact)
def test_the_amount_of_an_ended_fee_appears_in_no_answer(fact):
    ended = Fee(amount=115000, valid_to=TODAY - timedelta(days=1), note="mức giảm")
    assert "115.000" not in text(with_fees(ended), fact)
    assert "115.000" not in text(with_fees(ended, Fee(amount=135000)), fact)


@pytest.mark.requirement("R-20")
def test_the_online_price_stands_beside_the_counter_price():
    assert "Trực tuyến: 7.000" in text(procedure(), Fact.FEE)
    assert "Nộp trực tiếp: 15.000" in text(procedure(), Fact.FEE)


# Papers (R-03, R-11 … R-14)


@pytest.mark.requirement("R-13")
def test_papers_are_split_into_those_to_prepare_and_those_the_office_looks_up():
    said = text(procedure(), Fact.DOCUMENTS)
    assert said.index("Anh/chị chuẩn bị") < said.index("Tờ khai nuôi chim") < said.index("Cơ quan tự tra cứu")
    assert said.index("Cơ quan tự tra cứu") < said.index("Giấy tờ về chỗ ở")


@pytest.mark.requirement("R-12")
@pytest.mark.parametrize(
    ("value", "said"),
    [(VneidEquivalent.YES, True), (VneidEquivalent.IF_INTEGRATED, True), (VneidEquivalent.NO, False), (None, False)],
)
def test_vneid_stands_for_a_paper_only_where_the_record_says_so_and_at_level_two(value, said):
    paper = DossierComponent("a", "Thẻ bảo hiểm", originals=1, vneid_equivalent=value)
    found = text(procedure(dossier=(DossierCase("c", "", (paper,)),)), Fact.DOCUMENTS)
    assert ("VNeID mức 2" in found) is said


@pytest.mark.requirement("R-14")
def test_a_paper_shows_its_form_copies_and_condition():
    paper = DossierComponent(
        "a", "Đơn", originals=1, copies=2, form="Mẫu 01 (Thông tư 1)", condition="khi chủ nhà vắng"
    )
    said = text(procedure(dossier=(DossierCase("c", "", (paper,)),)), Fact.DOCUMENTS)
    assert "Đơn – Mẫu 01 (Thông tư 1); 1 bản chính; 2 bản sao; khi chủ nhà vắng" in said


def test_notes_among_the_papers_are_not_counted_as_papers():
    record = procedure(dossier=(DossierCase("c", "", (DossierComponent("n", "Ghi chú", ComponentRole.NOTE),)),))
    said = answer(record, (Fact.DOCUMENTS,), TODAY)
    assert not [block for block in said.blocks if isinstance(block, blocks.ItemList) and block.ordered]
    assert "Ghi chú" in said.text


@pytest.mark.requirement("R-15")
def test_each_case_names_its_own_papers():
    cases = (
        DossierCase("own", "Nhà của mình", (DossierComponent("a", "Giấy nhà", originals=1),)),
        DossierCase("rent", "Nhà thuê", (DossierComponent("b", "Hợp đồng thuê", originals=1),)),
    )
    said = text(procedure(dossier=cases), Fact.DOCUMENTS)
    assert said.index("Nhà của mình") < said.index("Giấy nhà") < said.index("Nhà thuê") < said.index("Hợp đồng thuê")


def long_dossier(*, common: bool):
    """Three cases of ten papers each, longer than a phone's reader should scroll, with or without a common paper."""
    cases = [
        DossierCase(name, f"Trường hợp {name}", tuple(paper(f"{name}{n}", 15) for n in range(10))) for name in "abc"
    ]
    return procedure(dossier=(*([DossierCase("always", "", (paper("chung", 1),))] if common else []), *cases))


def paper(name: str, length: int) -> DossierComponent:
    return DossierComponent(name, " ".join([f"Giấy {name}", *["rất dài"] * length]), originals=1)


@pytest.mark.requirement("R-15")
@pytest.mark.parametrize("common", [True, False])
def test_a_long_dossier_asks_for_the_case_first(common):
    said = answer(long_dossier(common=common), (Fact.DOCUMENTS,), TODAY)
    assert [case.id for case in said.cases] == ["a", "b", "c"]
    assert "2. Trường hợp b" in said.text
    assert ("Giấy chung" in said.text) is common
    assert "Giấy a0" not in said.text
    assert SAY("documents.none") not in said.text, "a list exists, it only depends on the case"
    assert ("còn lại" in said.text) is common


@pytest.mark.requirement("R-15", "R-03")
@pytest.mark.parametrize("common", [True, False])
def test_the_chosen_case_is_answered_with_its_papers_and_the_common_ones(common):
    said = answer(long_dossier(common=common), (Fact.DOCUMENTS,), TODAY, case_id="b")
    assert said.cases == ()
    assert "Giấy b9" in said.text
    assert "Giấy a0" not in said.text
    assert ("Giấy chung" in said.text) is common
    all_of_it = answer(long_dossier(common=common), (Fact.DOCUMENTS,), TODAY, case_id=ALL_CASES).text
    assert all(f"Giấy {name}9" in all_of_it for name in "abc")


@pytest.mark.parametrize("case_id", ["nowhere", "<b>", "a#b"])
def test_a_case_that_the_record_does_not_have_is_asked_for_again(case_id):
    said = answer(long_dossier(common=False), (Fact.DOCUMENTS,), TODAY, case_id=case_id)
    assert len(said.cases) == 3


def test_two_facts_of_a_long_dossier_are_both_answered():
    said = answer(long_dossier(common=False), (Fact.DOCUMENTS, Fact.FEE), TODAY)
    assert "15.000" in said.text
    assert len(said.cases) == 3


# Ways of filing


@pytest.mark.requirement("R-18")
@pytest.mark.parametrize("level", OnlineLevel)
@pytest.mark.parametrize("fact", [Fact.ONLINE, Fact.PLACE])
def test_the_counter_is_never_hidden(fact, level):
    ways = (SubmissionMethod(Method.ONLINE, where="Cổng"), SubmissionMethod(Method.IN_PERSON))
    record = procedure(online_level=level, submission_methods=ways)
    said = text(record, fact)
    assert "trực tiếp" in said.lower() or record.intake_address in said


# Cautions


@pytest.mark.requirement("R-05")
@pytest.mark.parametrize(("days", "stale"), [(0, False), (30, False), (31, True), (400, True)])
def test_a_record_is_stale_after_thirty_days(days, stale):
    checked = date(2026, 7, 18)
    said = notices(procedure(checked_on=checked), day=checked + timedelta(days=days))
    assert (SAY("notices.stale") in said) is stale
    assert ("1022" in said) is stale


@pytest.mark.requirement("R-05")
def test_the_limit_of_staleness_can_be_set():
    assert notices(procedure(), day=date(2026, 8, 30), stale_after_days=60) == ""
    assert notices(procedure(), day=date(2026, 7, 20), stale_after_days=1)


@pytest.mark.requirement("R-05")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"needs_recheck": True}, SAY("notices.recheck")),
        ({"needs_recheck": True, "recheck_reason": "Nghị định 9 vừa đổi."}, "Nghị định 9 vừa đổi."),
        ({"status": RecordStatus.SUPERSEDED}, SAY("notices.superseded")),
        ({"status": RecordStatus.REMOVED}, SAY("notices.removed")),
        ({"checked_on": None}, SAY("notices.unchecked")),
        ({"newer_decision": Decision("99/QĐ-BNV", date(2026, 6, 1))}, "99/QĐ-BNV ngày 01/06/2026"),
    ],
)
@pytest.mark.parametrize("fact", Fact)
def test_every_answer_from_a_doubtful_record_says_so(changes, words, fact):
    said = text(procedure(**changes), fact)
    assert words in said
    assert "gọi 1022" in said


@pytest.mark.requirement("R-05")
def test_a_reason_to_recheck_is_said_of_a_stale_record_too():
    said = notices(procedure(needs_recheck=True, recheck_reason="Nghị định 9 vừa đổi."), day=date(2027, 1, 1))
    assert "Nghị định 9 vừa đổi." in said
    assert SAY("notices.stale") in said


def test_a_fresh_confirmed_record_carries_no_warning():
    assert notices(procedure()) == ""


@pytest.mark.requirement("R-27")
def test_an_old_code_is_named_as_such():
    record = procedure(old_codes=("2.000001",))
    assert "mã cũ 2.000001 nay là 1.000001" in text(record, Fact.FEE, asked_code="2.000001")
    assert "mã cũ" not in text(record, Fact.FEE, asked_code="1.000001")


# Text and blocks say the same


@pytest.mark.parametrize("fact", Fact)
def test_text_and_blocks_say_the_same(fact):
    said = answer(procedure(needs_recheck=True), (fact,), TODAY)
    for block in blocks.to_json(said.blocks):
        for piece in itertools.chain.from_iterable(_texts(block)):
            assert piece in said.text


def _texts(block):
    yield [value for key, value in block.items() if isinstance(value, str) and key != "kind"]
    yield [value for item in block.get("items", []) for value in item.values()]


@pytest.mark.parametrize("fact", Fact)
def test_no_blank_line_and_no_markup_in_the_text(fact):
    said = text(replace(procedure(), notes=("Nhớ mang bút.",)), fact)
    assert all(line.strip() for line in said.split("\n"))
    assert "**" not in said
    assert "<" not in said
