"""Rows of a raw record: which is a paper, a case, a heading or a remark; steps, times, fees; each with its raw row."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.formatting import fee_texts, time_text
from knowledge.importers.portal_record import parse, parse_with_warnings
from knowledge.importers.render_warnings import WarningKind
from knowledge.models import ComponentRole, TimeUnit
from knowledge.quality import measure
from knowledge.wording import load_wording
from tests.fixtures.catalogue import portal_record

SUBMIT, PRESENT, NOTE = ComponentRole.SUBMIT, ComponentRole.PRESENT, ComponentRole.NOTE
SAY = load_wording()


def row(name, originals=1, copies=0):
    return {"name": name, "originalQty": originals, "copyQty": copies}


def group(*rows, name=""):
    return {"name": name, "profileComponents": list(rows)}


def read(*groups):
    return parse(portal_record(executionCases=list(groups)), None)


def parts(*groups):
    return [(part.name, part.role) for case in read(*groups).dossier for part in case.components]


@pytest.mark.requirement("R-03")
@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Đơn đề nghị theo Mẫu số 1", SUBMIT),
        ("- Bản sao giấy chứng nhận đăng ký doanh nghiệp", SUBMIT),
        ("1.2. Báo cáo hoạt động của năm trước", SUBMIT),
        ("Tài liệu được lập bằng tiếng nước ngoài phải kèm bản dịch", NOTE),
        ("Giấy tờ do nước ngoài cấp phải được hợp pháp hóa lãnh sự", NOTE),
        ("Người nộp chịu trách nhiệm về nội dung kê khai", NOTE),
    ],
)
def test_a_row_without_quantity_is_a_paper_only_where_it_names_one(name, role):
    assert parts(group(row(name, 0)))[0][1] is role


def test_quantities_in_words_are_read_where_the_cells_say_nothing():
    (part,) = read(group(row("Hợp đồng thuê: 01 bản chính và 02 bản sao", 0))).dossier[0].components
    assert (part.originals, part.copies, part.role) == (1, 2, SUBMIT)


def test_a_heading_row_starts_a_case_and_is_no_paper():
    record = read(
        group(
            row("Hồ sơ cấp lần đầu gồm:", 0),
            row("Đơn đề nghị"),
            row("Hồ sơ cấp lại gồm:", 0),
            row("Đơn đề nghị cấp lại"),
        )
    )
    assert [(case.case, [part.name for part in case.components]) for case in record.dossier] == [
        ("Hồ sơ cấp lần đầu gồm", ["Đơn đề nghị"]),
        ("Hồ sơ cấp lại gồm", ["Đơn đề nghị cấp lại"]),
    ]


def test_a_heading_among_shuffled_rows_starts_no_case():
    record = read(group(row("3. Đơn C"), row("Đối với cá nhân:", 0), row("2. Đơn A"), row("5. Đơn B")))
    assert [case.case for case in record.dossier] == [""]
    assert parts(group(row("3. Đơn C"), row("Đối với cá nhân:", 0), row("2. Đơn A")))[-1] == ("Đối với cá nhân:", NOTE)


def test_plain_headings_say_what_follows():
    assert parts(
        group(row("Giấy tờ phải nộp:", 0), row("Đơn"), row("Giấy tờ phải xuất trình:", 0), row("Thẻ căn cước"))
    ) == [("Đơn", SUBMIT), ("Thẻ căn cước", PRESENT)]


@pytest.mark.parametrize(
    "names",
    [("b) Bản kê", "a) Đơn", "c) Ảnh"), ("(2) Bản kê", "(1) Đơn", "(3) Ảnh"), ("2. Bản kê", "1. Đơn", "3. Ảnh")],
)
def test_shuffled_rows_come_in_the_order_of_their_numbers_and_without_them(names):
    assert [name for name, _ in parts(group(*map(row, names)))] == ["Đơn", "Bản kê", "Ảnh"]


@pytest.mark.parametrize(
    ("name", "paper", "condition"),
    [
        ("Giấy ủy quyền (nếu có);", "Giấy ủy quyền", "nếu có"),
        ("Bản vẽ (đối với công trình cấp III).", "Bản vẽ", "đối với công trình cấp III"),
        ("Đối với hộ gia đình: sổ thửa đất", "Sổ thửa đất", "đối với hộ gia đình"),
        ("Đơn đề nghị (Mẫu số 1)", "Đơn đề nghị (Mẫu số 1)", ""),
        ("(nếu có)", "(nếu có)", ""),
    ],
)
def test_when_a_paper_is_needed_is_told_apart(name, paper, condition):
    (part,) = read(group(row(name))).dossier[0].components
    assert (part.name, part.condition) == (paper, condition)


@pytest.mark.parametrize("name", ["Số lượng hồ sơ: một bộ", "Trường hợp đã có dữ liệu thì không phải nộp bản giấy"])
def test_remarks_with_a_quantity_typed_in_are_still_remarks(name):
    assert parts(group(row(name)))[0][1] is NOTE


@pytest.mark.requirement("R-03")
def test_every_raw_row_is_accounted_for_once_and_every_paper_points_to_one():
    record = read(
        group(row("Giấy tờ phải nộp:", 0), row("Đơn"), row("Lưu ý: sớm", 0)),
        group(row("Thẻ căn cước"), name="* Giấy tờ phải xuất trình"),
        group(row("b) Hai"), row("a) Đơn một"), name="Đối với hộ gia đình"),
    )
    rows = [ref.raw for ref in record.raw_refs if ref.raw.startswith("/executionCases")]
    assert sorted(rows) == sorted(
        f"/executionCases/{place}/profileComponents/{number}"
        for place, count in enumerate((3, 1, 2))
        for number in range(count)
    )
    facts = {ref.fact: ref.raw for ref in record.raw_refs}
    for case in record.dossier:
        for part in case.components:
            assert f"dossier/{case.id}/{part.id}" in facts
    hai = next(
        f"dossier/{case.id}/{part.id}" for case in record.dossier for part in case.components if part.name == "Hai"
    )
    assert facts[hai] == "/executionCases/2/profileComponents/0"


def steps(text):
    return parse_with_warnings(portal_record(executionSteps=[{"description": text}]), None)


def test_lines_under_a_step_stay_with_it():
    record, _ = steps("Bước 1: Nộp hồ sơ.\n- Tại quầy.\n+ Buổi sáng.\nBước 2: Nhận kết quả.")
    assert record.steps == ("Nộp hồ sơ.\n- Tại quầy.\n+ Buổi sáng.", "Nhận kết quả.")


def test_steps_out_of_order_are_put_in_order_and_warned_of():
    record, warnings = steps("Bước 2: Nhận.\nBước 1: Nộp.\nBước 3: Về.")
    assert record.steps == ("Nộp.", "Nhận.", "Về.")
    assert [warning.kind for warning in warnings if warning.raw == "/executionSteps"] == [
        WarningKind.STEPS_OUT_OF_ORDER
    ]


def test_steps_that_begin_anew_keep_their_numbers():
    record, warnings = steps("Bước 1: A nộp.\nBước 2: A nhận.\nBước 1: B nộp.\nBước 2: B nhận.")
    assert record.steps[2] == "Bước 1: B nộp."
    assert not [warning for warning in warnings if warning.kind is WarningKind.STEPS_OUT_OF_ORDER]


def test_a_lead_in_stands_over_what_it_announces_and_lone_marks_are_dropped():
    assert steps("a)\na) Nộp hồ sơ:\nĐến quầy.\nb) Trả kết quả.")[0].steps == (
        "Nộp hồ sơ:\nĐến quầy.",
        "Trả kết quả.",
    )


def method(**changes):
    return {"submissionMethod": "DIRECT", "processingTime": 3, "processingTimeUnit": "WORKING_DAY"} | changes


def test_rows_of_one_way_are_its_cases():
    record = parse(
        portal_record(
            executionMethods=[
                method(description="Tạm ứng: 07 ngày làm việc", processingTime=7),
                method(description="Hộ nghèo", processingTime=2),
            ]
        ),
        None,
    )
    (way,) = record.submission_methods
    assert [time_text(time, SAY) for time in way.times] == ["Tạm ứng: 07 ngày làm việc", "Hộ nghèo: 2 ngày làm việc"]


def test_one_of_no_unit_is_the_same_day_only_where_the_record_says_so():
    says = "Nếu tiếp nhận hồ sơ sau 15 giờ thì có phiếu hẹn, trả kết quả trong ngày làm việc tiếp theo"
    other = method(processingTime=1, processingTimeUnit="OTHER")
    record = portal_record(
        executionMethods=[other], executionSteps=[{"description": f"Ghi sổ. {says} (nếu nộp trực tiếp)."}]
    )
    (time,) = parse(record, None).submission_methods[0].times
    assert (time.unit, time.text) == (TimeUnit.SAME_DAY, says[:1].lower() + says[1:])
    silent, warnings = parse_with_warnings(portal_record(executionMethods=[other]), None)
    assert silent.submission_methods[0].times == ()
    assert WarningKind.TIME_WITHOUT_UNIT in {warning.kind for warning in warnings}


def fees_of(value, note):
    fees = [{"type": "FEE", "value": value, "description": note}]
    return parse(portal_record(executionMethods=[method(fees=fees)]), None).submission_methods[0].fees


@pytest.mark.requirement("R-20")
def test_each_period_of_a_fee_is_told_only_while_it_holds():
    note = (
        "Cấp lại thẻ: 70.000 đồng/thẻ. Kể từ ngày 01/01/2025 đến hết ngày 31/12/2025, mức thu bằng 50%. "
        "- Từ ngày 01/7/2025 đến hết ngày 31/12/2026, mức thu là 35.000 đồng."
    )
    record = parse(
        portal_record(executionMethods=[method(fees=[{"type": "FEE", "value": 70000, "description": note}])]), None
    )
    fees = record.submission_methods[0].fees
    said = " ".join(fee_texts(fees, date(2026, 11, 23), SAY))
    assert "70.000 đồng" in said
    assert "35.000 đồng" in said
    assert "50%" not in said
    assert "35.000" not in " ".join(fee_texts(fees, date(2027, 1, 1), SAY))


@pytest.mark.requirement("R-09", "R-20")
def test_a_cell_typed_in_thousands_gives_way_to_the_words():
    record = parse(
        portal_record(executionMethods=[method(fees=[{"type": "FEE", "value": 40, "description": "40.000đ/giấy"}])]),
        None,
    )
    assert fee_texts(record.submission_methods[0].fees, date(2026, 11, 23), SAY) == ["40.000đ/giấy"]


def test_quality_counts_roles_and_records_without_a_warning():
    clean = parse_with_warnings(portal_record(executionCases=[group(row("Đơn"), row("Ảnh"))]), None)
    doubtful = parse_with_warnings(portal_record(executionCases=[group(row("Tài liệu phải nộp sau", 0))]), None)
    quality = measure([clean, doubtful])
    assert (quality.records, quality.clean, quality.rows["submit"], quality.rows["note"]) == (2, 1, 2, 1)
    assert quality.classified == pytest.approx(2 / 3)
    assert quality.as_dict()["records_without_warning"] == 0.5


@pytest.mark.parametrize(
    "text", ["1." * 50_000, "(" * 50_000, "a) " * 30_000, "Bước 1" * 20_000, "đến hết ngày 1/1/" * 5_000]
)
def test_hostile_texts_of_great_length_are_read(text):
    fees = [{"type": "FEE", "value": 5, "description": text}]
    parse(
        portal_record(
            name=f"Tên {text}",
            executionCases=[group(row(text, 0), row(text), name=text)],
            executionSteps=[{"description": text}],
            executionMethods=[method(description=text, fees=fees)],
        ),
        None,
    )
