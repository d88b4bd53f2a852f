"""Classes of defects in raw dossiers: what is no paper, what is several, when one is asked for, which form it is."""

from __future__ import annotations

import pytest

from knowledge.answers import answer
from knowledge.dossier_cases import ALL_CASES
from knowledge.facts import Fact
from knowledge.importers.portal_forms import form_of, numbers_in
from knowledge.importers.portal_record import parse, parse_with_warnings
from knowledge.importers.render_warnings import WarningKind
from knowledge.models import ComponentRole
from tests.fixtures.catalogue import TODAY, portal_record

SUBMIT, PRESENT, NOTE = ComponentRole.SUBMIT, ComponentRole.PRESENT, ComponentRole.NOTE


def row(name, originals=1, files=()):
    attachments = [{"fileName": name} for name in files]
    return {"name": name, "originalQty": originals, "copyQty": 0, "attachments": attachments}


def group(*rows, name=""):
    return {"name": name, "profileComponents": list(rows)}


def read(*groups):
    return parse(portal_record(executionCases=list(groups)), None)


def cases(*groups):
    return [(case.case, [part.name for part in case.components]) for case in read(*groups).dossier]


def one(*rows):
    return read(group(*rows)).dossier[0].components[0]


def said(fact, **changes):
    return answer(parse(portal_record(**changes), None), (fact,), TODAY, case_id=ALL_CASES).text


@pytest.mark.requirement("R-03")
@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Xuất trình thẻ thư viện của người nộp", PRESENT),
        ("Xuất trình hoặc nộp bản sao thẻ thư viện", SUBMIT),
        ("Thông tin về đàn chim được khai thác trên cơ sở dữ liệu chăn nuôi, không phải nộp bản sao", NOTE),
        ("Bản in tờ khai đàn chim. Trường hợp chim không phải khai báo thì không phải nộp bản in", SUBMIT),
        ("Giấy tờ do nước ngoài cấp phải được hợp pháp hóa lãnh sự", NOTE),
        ("Các văn bản trong hồ sơ nếu bằng tiếng nước ngoài phải kèm theo bản dịch", NOTE),
        ("Bản sao giấy phép do nước ngoài cấp phải kèm bản dịch", SUBMIT),
        ("Ngoài giấy tờ nêu trên, người nuôi nộp thêm giấy tờ sau đây:", NOTE),
        ("Một trong các giấy tờ sau:", SUBMIT),
    ],
)
def test_quantities_typed_in_make_no_paper_of_a_sentence(name, role):
    assert one(row(name)).role is role


@pytest.mark.requirement("R-13")
@pytest.mark.parametrize(
    ("name", "source"),
    [
        (
            "Giấy tờ về nơi nuôi chim trong trường hợp cơ quan không thể khai thác được từ Cơ sở dữ liệu chăn nuôi",
            "Cơ sở dữ liệu chăn nuôi",
        ),
        ("Thông tin về chủ chim được khai thác qua mạng; khi không khai thác được thì nộp giấy", "cơ sở dữ liệu"),
        ("Giấy tờ về nơi nuôi chim", ""),
    ],
)
def test_what_the_office_looks_up_is_asked_for_only_then(name, source):
    assert one(row(name)).reusable_from == source
    text = said(Fact.DOCUMENTS, executionCases=[group(row(name))])
    assert ("Cơ quan tự tra cứu" in text) is bool(source)
    assert name in text


@pytest.mark.parametrize(
    "name",
    [
        "Bản chính giấy phép và bản sao giấy tờ về thay đổi (nếu có)",
        "Đơn theo mẫu (đối với trường hợp a) hoặc văn bản thông báo (đối với trường hợp b)",
        "Đơn; bản vẽ chuồng (nếu có)",
    ],
)
def test_a_condition_of_one_of_several_papers_is_not_put_on_all(name):
    part = one(row(name))
    assert (part.name, part.condition) == (name, "")


def test_a_row_that_holds_a_case_with_its_papers_becomes_that_case():
    assert cases(
        group(
            row("Trường hợp 2: Hồ sơ cấp lại gồm: a) Đơn theo Mẫu số 02; b) Bản sao giấy cũ; c) Ảnh chim."),
            row("Danh sách chim"),
        )
    ) == [
        ("", ["Danh sách chim"]),
        ("Trường hợp 2: Hồ sơ cấp lại gồm", ["Đơn theo Mẫu số 02", "Bản sao giấy cũ", "Ảnh chim"]),
    ]


def test_papers_run_into_one_row_are_listed_one_by_one_each_with_that_row():
    record = read(group(row("Hồ sơ gồm: a) Đơn theo Mẫu số 02; b) Bản sao giấy cũ: 02 bản sao; c) Ảnh chim.")))
    parts = record.dossier[0].components
    assert [(part.name, part.form, part.copies) for part in parts] == [
        ("Đơn theo Mẫu số 02", "Mẫu số 02", 0),
        ("Bản sao giấy cũ: 02 bản sao", "", 2),
        ("Ảnh chim", "", 0),
    ]
    facts = {ref.fact: ref.raw for ref in record.raw_refs}
    assert {facts[f"dossier/{record.dossier[0].id}/{part.id}"] for part in parts} == {
        "/executionCases/0/profileComponents/0"
    }


@pytest.mark.parametrize(
    "name",
    [
        "Đề án nuôi chim gồm các nội dung: a) Kế hoạch nuôi; b) Kế hoạch bán",
        "Một trong các giấy tờ sau: a) Giấy phép nuôi; b) Giấy phép bán",
        "Hồ sơ gồm: a) Chuồng rộng; b) Nước sạch",
    ],
)
def test_contents_of_a_paper_and_alternatives_are_no_papers_of_their_own(name):
    assert cases(group(row(name))) == [("", [name])]
    long = f"{name}; c) {'việc khác ' * 20}"
    assert "\na) " in said(Fact.DOCUMENTS, executionCases=[group(row(long))])


def test_a_heading_with_quantities_holds_for_the_items_under_it_only():
    assert cases(
        group(
            row("- Đơn"),
            row("- Đối với trại lớn, hồ sơ phải bổ sung:"),
            row("+ Bản sao giấy phép trại"),
            row("- Ảnh chuồng"),
        )
    ) == [
        ("", ["Đơn", "Ảnh chuồng"]),
        ("Đối với trại lớn, hồ sơ phải bổ sung", ["Bản sao giấy phép trại"]),
    ]


def test_a_heading_under_a_heading_keeps_both_names():
    assert cases(group(row("1. Hồ sơ cấp lại gồm:", 0), row("a) Trường hợp bị mất:", 0), row("Đơn báo mất"))) == [
        ("1. Hồ sơ cấp lại gồm – a) Trường hợp bị mất", ["Đơn báo mất"])
    ]


@pytest.mark.parametrize(
    "rows",
    [
        (row("Đơn"), row("Hồ sơ cấp lại gồm:", 0)),
        (row("Trường hợp bị mất:", 0), row("Trường hợp bị hỏng:", 0), row("Đơn"), row("Ảnh")),
    ],
)
def test_headings_over_nothing_show_that_rows_are_shuffled(rows):
    record, warnings = parse_with_warnings(portal_record(executionCases=[group(*rows)]), None)
    assert [case.case for case in record.dossier] == [""]
    assert {part.role for part in record.dossier[0].components if part.name.endswith(":")} == {NOTE}
    assert WarningKind.ROWS_SHUFFLED in {warning.kind for warning in warnings}


def test_groups_of_the_same_name_are_one_case():
    record = read(
        group(row("Đơn"), name="Trại nhỏ"), group(row("Ảnh"), name="Trại lớn"), group(row("Phép"), name="Trại nhỏ")
    )
    assert [(case.case, len(case.components)) for case in record.dossier] == [("Trại nhỏ", 2), ("Trại lớn", 1)]


@pytest.mark.requirement("R-03")
def test_a_group_without_rows_is_a_remark_with_its_place():
    record = read(group(row("Đơn")), group(name="Người nộp chịu trách nhiệm về hồ sơ"))
    remark = record.dossier[0].components[-1]
    assert (remark.name, remark.role) == ("Người nộp chịu trách nhiệm về hồ sơ", NOTE)
    assert "/executionCases/1" in {ref.raw for ref in record.raw_refs}


@pytest.mark.requirement("R-14")
@pytest.mark.parametrize(
    ("words", "files", "form"),
    [
        ("Tờ khai theo Mẫu số 02 Phụ lục I", ("don.docx",), "Mẫu số 02"),
        ("Tờ khai (mẫu TK03 ban hành kèm theo)", (), "Mẫu TK03"),
        ("Đơn theo Mẫu TP-NC-01 hoặc Mẫu số 3a", (), "Mẫu TP-NC-01 hoặc Mẫu số 3a"),
        ("Tờ khai theo mẫu", ("Mẫu đơn nuôi chim.docx",), "Mẫu đơn nuôi chim"),
        ("Tờ khai", ("PhlcIITKcpGCNnuoichimbocau.docx",), "mẫu đính kèm"),
        ("Tờ khai", ("~$u don.docx", "Don xin.docx1"), "Don xin"),
        ("Mẫu chim đã nuôi", (), ""),
        ("Tờ khai theo mẫu", (), ""),
    ],
)
def test_forms_are_named_by_number_then_by_file(words, files, form):
    assert form_of(words, [{"fileName": name} for name in files]) == form


def test_every_number_of_a_form_is_found():
    assert numbers_in("theo Mẫu số 01 hoặc theo Mẫu số 02") == ["số 01", "số 02"]


@pytest.mark.requirement("R-14")
def test_papers_with_the_same_form_are_all_listed():
    text = said(Fact.FORMS, executionCases=[group(row("Đơn theo Mẫu số 1"), row("Báo cáo theo Mẫu số 1"))])
    assert "Đơn theo Mẫu số 1" in text
    assert "Báo cáo theo Mẫu số 1" in text
