"""Classes of defects in the free note beside a way of filing, in times, fees, steps and results."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.answers import answer
from knowledge.elsewhere import agencies_here, is_elsewhere
from knowledge.facts import Fact
from knowledge.formatting import fee_texts, time_text
from knowledge.importers.portal_notes import told_apart
from knowledge.importers.portal_record import parse, parse_with_warnings
from knowledge.importers.render_warnings import WarningKind
from knowledge.models import FeeStatus, TimeUnit
from knowledge.wording import load_wording
from tests.fixtures.catalogue import TODAY, portal_record

SAY = load_wording()


def method(**changes):
    return {"submissionMethod": "DIRECT", "processingTime": 3, "processingTimeUnit": "WORKING_DAY"} | changes


def read(*methods, **changes):
    return parse(portal_record(executionMethods=list(methods), **changes), None)


def said(fact, record):
    return answer(record, (fact,), TODAY).text


def kinds(*methods):
    return {warning.kind for warning in parse_with_warnings(portal_record(executionMethods=list(methods)), None)[1]}


@pytest.mark.parametrize(
    ("note", "place", "times", "fees"),
    [
        ("Nộp tại trạm thú y phường.", "Nộp tại trạm thú y phường.", (), ()),
        ("03 ngày làm việc kể từ ngày nhận đủ hồ sơ", "", ("03 ngày làm việc kể từ ngày nhận đủ hồ sơ",), ()),
        (
            "- Nộp tại trạm. - Thời hạn giải quyết: - Không quá 05 ngày; - Vùng xa: không quá 15 ngày.",
            "Nộp tại trạm.",
            ("Không quá 05 ngày", "Vùng xa: không quá 15 ngày."),
            (),
        ),
        (
            "a) Trường hợp mất giấy\nTrong thời hạn 02 ngày. Trường hợp từ chối phải trả lời bằng văn bản.",
            "",
            ("a) Trường hợp mất giấy", "Trong thời hạn 02 ngày.", "Trường hợp từ chối phải trả lời bằng văn bản."),
            (),
        ),
        (
            "Người nuôi nộp hồ sơ trong 10 ngày kể từ ngày mua chim.",
            "Người nuôi nộp hồ sơ trong 10 ngày kể từ ngày mua chim.",
            (),
            (),
        ),
        (
            "Giờ nhận: 7 giờ 30 đến 11 giờ 30, thứ Hai đến thứ Sáu.",
            "Giờ nhận: 7 giờ 30 đến 11 giờ 30, thứ Hai đến thứ Sáu.",
            (),
            (),
        ),
        ("Nộp ở số 5 đường 3 tháng 2, TP. Thủ Đức.", "Nộp ở số 5 đường 3 tháng 2, TP. Thủ Đức.", (), ()),
        (
            "Phí: 80.000 đồng/con. Lệ phí: 10.000 đồng. Nộp tại trạm.",
            "Nộp tại trạm.",
            (),
            ("Phí: 80.000 đồng/con.", "Lệ phí: 10.000 đồng."),
        ),
        ("Vùng kinh tế - xã hội khó khăn nộp tại xã", "Vùng kinh tế - xã hội khó khăn nộp tại xã.", (), ()),
        (None, "", (), ()),
    ],
)
def test_a_note_is_told_apart_and_nothing_of_it_is_dropped(note, place, times, fees):
    found = told_apart(note)
    assert (found.place, found.times, found.fees) == (place, times, fees)


def test_times_stand_under_time_and_not_under_place():
    record = read(method(description="Nộp tại trạm. Không quá 03 ngày làm việc kể từ ngày nhận đủ hồ sơ."))
    assert "• Không quá 03 ngày làm việc kể từ ngày nhận đủ hồ sơ." in said(Fact.TIME, record)
    assert "03 ngày" not in said(Fact.PLACE, record)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("03 ngày làm việc kể từ ngày nhận hồ sơ", "03 ngày làm việc kể từ ngày nhận hồ sơ"),
        ("Kể từ ngày nhận đủ hồ sơ.", "3 ngày làm việc kể từ ngày nhận đủ hồ sơ."),
        ("Thẩm định: 02 ngày; trình: 01 ngày", "3 ngày làm việc\nThẩm định: 02 ngày; trình: 01 ngày"),
    ],
)
def test_words_on_a_time_stand_with_its_number(text, expected):
    (time,) = read(method(description=text)).submission_methods[0].times
    assert time_text(time, SAY) == expected
    assert time_text(time, SAY, brief=True) == "3 ngày làm việc"


def test_long_notes_of_several_rows_say_which_time_is_whose():
    first = "Trong thời hạn quy định (05 ngày làm việc đối với người nuôi chim lần đầu tại phường) kể từ ngày nhận " * 2
    second = "Trong thời hạn quy định (02 ngày làm việc đối với người đã nuôi chim từ lần thứ hai) kể từ ngày nhận " * 2
    record = read(method(processingTime=5, description=first), method(processingTime=2, description=second))
    five, two = said(Fact.TIME, record).split("•")[1:]
    assert "lần đầu" in five
    assert "lần thứ hai" in two
    assert WarningKind.TIMES_DIFFER in kinds(method(processingTime=5), method(processingTime=2))


@pytest.mark.parametrize(
    ("changes", "amount", "unit", "text"),
    [
        (
            {"description": "Trong thời hạn 04 ngày làm việc."},
            4,
            TimeUnit.WORKING_DAY,
            "Trong thời hạn 04 ngày làm việc.",
        ),
        ({"description": "Không quá 20 ngày."}, None, None, "Không quá 20 ngày."),
        ({"processingTime": "Theo mô tả", "description": "Không quá 20 ngày."}, None, None, "Không quá 20 ngày."),
        ({"processingTime": "Ngay khi nhận", "description": ""}, None, None, "Ngay khi nhận"),
    ],
)
def test_a_number_without_unit_takes_it_from_the_words_only(changes, amount, unit, text):
    (time,) = read(method(processingTimeUnit="OTHER", processingTime=4) | changes).submission_methods[0].times
    assert (time.amount, time.unit, time.text) == (amount, unit, text)


def test_a_number_without_unit_takes_it_from_the_records_own_cases_unless_it_is_a_bare_one():
    cases = [{"processingDay": {"qty": 4, "type": "WORKING_DAY"}}, {"processingDay": {"qty": 1, "type": "WORKING_DAY"}}]
    four = read(method(processingTime=4, processingTimeUnit="OTHER"), cases=cases)
    one = read(method(processingTime=1, processingTimeUnit="OTHER"), cases=cases)
    assert four.submission_methods[0].times[0].unit is TimeUnit.WORKING_DAY
    assert one.submission_methods[0].times == ()


@pytest.mark.requirement("R-09")
def test_a_time_that_its_words_contradict_or_only_point_elsewhere_is_warned_of():
    assert WarningKind.TIME_CELL_AND_NOTE in kinds(method(description="Không quá 03 ngày kể từ ngày nhận."))
    assert WarningKind.TIME_CELL_AND_NOTE not in kinds(method(description="Không quá 03 ngày làm việc."))
    assert WarningKind.TIME_ELSEWHERE in kinds(method(processingTime="Theo mô tả", processingTimeUnit="OTHER"))


def test_times_that_differ_by_way_without_reason_are_said_to_be_doubtful():
    record = read(method(), method(submissionMethod="POSTAL", processingTime=9))
    assert SAY("time.differ") in said(Fact.TIME, record)
    assert SAY("time.differ") not in said(Fact.TIME, read(method(), method(submissionMethod="POSTAL")))


def fees(value, note, day=TODAY, **changes):
    record = read(method(fees=[{"type": "FEE", "value": value, "description": note} | changes]))
    return fee_texts(record.submission_methods[0].fees, day, SAY)


@pytest.mark.requirement("R-20")
@pytest.mark.parametrize(
    ("value", "note", "expected"),
    [
        (50, "", "50 USD"),
        (50, "Loại nhiều lần", "50 USD (Loại nhiều lần)"),
        (50, "50USD/lần", "50USD/lần"),
    ],
)
def test_an_amount_in_another_currency_is_not_told_in_dong(value, note, expected):
    assert fees(value, note, currencyName="USD") == [expected]
    assert fees(50000, "", currencyName="Việt Nam Đồng") == ["50.000 đồng"]


@pytest.mark.requirement("R-20", "R-09")
def test_an_amount_too_small_to_be_one_is_not_told():
    assert fees(20, "") == [SAY("fee.not_published")]
    assert WarningKind.FEE_TOO_SMALL in kinds(method(fees=[{"value": 20}]))
    assert fees(500, "") == ["500 đồng"]


@pytest.mark.requirement("R-20")
@pytest.mark.parametrize(
    ("value", "note", "now", "after"),
    [
        (
            80000,
            "(Áp dụng mức phí: 40.000 đồng (bốn mươi nghìn) từ ngày 01/7/2025 đến hết ngày 31/12/2026)",
            "40.000",
            "80.000",
        ),
        (80000, "Miễn phí từ ngày 01/7/2025 đến 31/12/2026 theo Thông tư", "Miễn phí", "80.000"),
        (40000, "Bằng 50% mức 80.000 đồng từ ngày 01 tháng 7 năm 2025 đến hết ngày 31 tháng 12 năm 2026", "50%", ""),
        (40000, "Theo Thông tư mới (từ ngày 01/7/2025 đến hết ngày 31/12/2026). + 04 chục/giấy.", "40.000", ""),
    ],
)
def test_an_amount_of_a_period_is_told_in_it_and_the_usual_one_after_it(value, note, now, after):
    during, later = (" ".join(fees(value, note, day)) for day in (date(2026, 11, 1), date(2027, 1, 2)))
    assert now in during
    assert during.count("đồng") <= note.count("đồng") + 1
    assert (after in later) if after else ("hết hiệu lực" in later)
    assert "31/12/2026)." not in later


@pytest.mark.requirement("R-20")
def test_fees_in_the_note_of_a_way_are_fees_and_point_to_it():
    record = read(method(description="Phí: 80.000 đồng/con. Lệ phí: 10.000 đồng.", fees=[{"value": 80000}]))
    (way,) = record.submission_methods
    assert [fee.status for fee in way.fees] == [FeeStatus.DESCRIBED, FeeStatus.DESCRIBED]
    assert "80.000 đồng" not in said(Fact.PLACE, record)
    assert SAY("fee.ask") not in said(Fact.FEE, record)
    facts = {ref.fact: ref.raw for ref in record.raw_refs}
    assert facts["submission_methods/in_person/fees/1"] == "/executionMethods/0"
    assert facts["submission_methods/in_person/times/0"] == "/executionMethods/0"


def test_what_a_fee_is_paid_for_follows_the_amount():
    assert fees(10000, "/con chim") == ["10.000 đồng/con chim"]


def test_the_same_note_of_several_ways_is_told_once_and_no_name_twice():
    same = read(*(method(submissionMethod=name, description="Gửi tới trạm") for name in ("ONLINE", "DIRECT")))
    assert "• Trực tuyến, Nộp trực tiếp: Gửi tới trạm." in said(Fact.PLACE, same)
    own = read(method(description="- Nộp trực tiếp tại trạm;"))
    assert "• Nộp trực tiếp tại trạm." in said(Fact.PLACE, own)


def test_ways_are_only_named_where_filing_online_is_not_published():
    text = said(Fact.ONLINE, read(method(), isFullProcess=False))
    assert "Cách nộp đã công bố: nộp trực tiếp." in text
    assert "cách khác" not in text


@pytest.mark.parametrize(
    ("agency", "elsewhere"),
    [
        ("Sở Chim Thành phố Hà Nội", True),
        ("Sở Chim tỉnh Cao Bằng", True),
        ("Sở Chim Thành phố Hồ Chí Minh", False),
        ("Sở Chim - TP.HCM", False),
        ("Ủy ban nhân dân tỉnh, thành phố trực thuộc trung ương", False),
    ],
)
def test_another_provinces_office_is_not_told_as_the_citys(agency, elsewhere):
    assert is_elsewhere(agency) is elsewhere
    assert agencies_here(f"{agency}; Bộ Nông nghiệp") == (
        "Bộ Nông nghiệp" if elsewhere else f"{agency}; Bộ Nông nghiệp"
    )
    record = read(departmentsExecuting=[{"name": agency}], type="STANDARD")
    assert ("địa phương khác" in said(Fact.PLACE, record)) is elsewhere


def steps(*texts, **changes):
    blocks = [{"name": "", "description": text} for text in texts]
    return parse(portal_record(executionSteps=blocks, **changes), None).steps


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (
            ("Người nuôi nộp hồ sơ tại\ntrạm thú y.\nNhận giấy.",),
            ("Người nuôi nộp hồ sơ tại trạm thú y.", "Nhận giấy."),
        ),
        (("Nộp đến\nTrạm thú y trong thời hạn\n15 ngày.",), ("Nộp đến Trạm thú y trong thời hạn 15 ngày.",)),
        (("Bước 1: Nộp\nTại quầy.", "Bước 2:\nNhận giấy."), ("Nộp\nTại quầy.", "Nhận giấy.")),
        (("Trình tự thực hiện:\nBước 1: Nộp.\nBước 2: Nhận.",), ("Nộp.", "Nhận.")),
        (("Đăng ký nuôi\nBước 1: Nộp.\nBước 2: Nhận.",), ("Đăng ký nuôi\nBước 1: Nộp.", "Bước 2: Nhận.")),
        (("1. Nộp.\n- Tại quầy.\n2. Nhận.",), ("Nộp.\n- Tại quầy.", "Nhận.")),
        (
            ("- Xem hồ sơ.\n(i) Đủ thì nhận.\n(ii) Thiếu thì trả.",),
            ("Xem hồ sơ.\n(i) Đủ thì nhận.\n(ii) Thiếu thì trả.",),
        ),
        (("Trại nhỏ\n- Nộp.\n- Nhận.\nTrại lớn\n- Đến trạm.",), ("Trại nhỏ\n- Nộp.\n- Nhận.", "Trại lớn\n- Đến trạm.")),
    ],
)
def test_steps_are_whole_and_under_their_headings(texts, expected):
    assert steps(*texts) == expected


def test_the_procedures_name_is_no_step_of_it():
    assert steps("Thủ tục nuôi chim\nBước 1: Nộp.\nBước 2: Nhận.", name="Thủ tục nuôi chim") == ("Nộp.", "Nhận.")


def test_steps_of_two_cases_that_each_begin_with_one_are_in_order():
    record, warnings = parse_with_warnings(
        portal_record(
            executionSteps=[
                {"name": "Trại nhỏ", "description": "Bước 1: Nộp.\nBước 2: Nhận."},
                {"name": "Trại lớn", "description": "Bước 1: Gọi.\nBước 2: Nhận."},
            ]
        ),
        None,
    )
    assert record.steps[2] == "Trại lớn\nBước 1: Gọi."
    assert WarningKind.STEPS_OUT_OF_ORDER not in {warning.kind for warning in warnings}
    assert {ref.fact: ref.raw for ref in record.raw_refs}["steps/2"] == "/executionSteps/1"


def test_results_run_together_are_told_one_by_one():
    record = parse(portal_record(resultsDetails=[{"name": "- Giấy nuôi chim. - Văn bản từ chối.."}]), None)
    assert [document.name for document in record.result_documents] == ["Giấy nuôi chim.", "Văn bản từ chối."]
    assert {ref.raw for ref in record.raw_refs if ref.fact.startswith("result")} == {"/resultsDetails/0"}


def test_conditions_keep_their_items():
    text = "1. Chuồng:\n- Rộng.\n- Sạch.\n2. Người nuôi đủ tuổi\ntheo quy định."
    record = parse(portal_record(requirementsAndConditions=text), None)
    assert record.requirements == ("1. Chuồng:\n- Rộng.\n- Sạch.", "2. Người nuôi đủ tuổi theo quy định.")
