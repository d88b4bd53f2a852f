"""How alike names of procedures are: the same name in other clothes, and siblings that are another procedure."""

from __future__ import annotations

import pytest

from knowledge.coverage.matching import Candidate, NameIndex
from knowledge.coverage.models import CoverageClass
from knowledge.coverage.names import name_of

TITLES = {
    "1.000001": "Cấp giấy phép bán lẻ sản phẩm gốm",
    "1.000002": "Cấp lại giấy phép bán lẻ sản phẩm gốm",
    "1.000003": "Gia hạn giấy phép bán lẻ sản phẩm gốm",
    "1.000004": "Thu hồi giấy phép bán lẻ sản phẩm gốm",
    "1.000005": "CÔNG NHẬN HỘI LÀM GỐM (CẤP XÃ)",
    "1.000006": "CÔNG NHẬN HỘI LÀM GỐM (CẤP TỈNH)",
    "1.000007": "Phê duyệt phương án nung gốm thuộc thẩm quyền của Ủy ban nhân dân cấp xã",
    "1.000008": "Chuyển đổi lò gốm công lập sang lò gốm tư thục",
    "1.000009": "Cho phép lò gốm thủ công hoạt động",
    "1.000010": "Đăng ký khai thác đất sét cho cá nhân; đăng ký khai thác đất sét cho hộ gia đình",
    "1.000011": "Sáp nhập, chia, tách lò gốm, lò gạch, lò ngói",
    "1.000012": "Hỗ trợ chi phí cho thợ gốm bị tai nạn khi làm việc tại lò gốm của hợp tác xã ở nơi có mỏ đất sét",
    "1.000013": "Hỗ trợ lò gốm hoạt động không vì lợi nhuận",
    "1.000014": "Đổi, cấp lại thẻ thợ gốm",
}
OUTSIDE = {"1.000004", "1.000006"}


@pytest.fixture(scope="module")
def index():
    return {ward: NameIndex(_candidates(), ward) for ward in (False, True)}


def _candidates(without=()):
    return [Candidate(code, title, code not in OUTSIDE) for code, title in TITLES.items() if code not in without]


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize(
    ("name", "code", "result"),
    [
        ("Cấp giấy phép bán lẻ sản phẩm gốm", "1.000001", "exact"),
        ("Thủ tục cấp Giấy phép bán lẻ sản phẩm gốm.", "1.000001", "exact"),
        ("cap lai giay phep ban le san pham gom", "1.000002", "high"),
        ("Cấp lại giây phép bán lé sản phâm gôm", "1.000002", "high"),
        ("Phê duyệt phương án nung gốm thuộc thẩm quyền của UBND cấp xã", "1.000007", "exact"),
        ("Phê duyệt phương án nung gốm thuộc thẩm quyền của UBND cấp huyện", "1.000007", "high"),
        ("Sáp nhập, chia, tách lò ngói, lò gốm, lò gạch", "1.000011", "high"),
        ("Sát nhập, chia, tách lò gốm, lò gạch, lò ngói", "1.000011", "exact"),
        ("Hỗ trợ chi phí cho thợ gốm bị tai nạn khi làm việc…", "1.000012", "high"),
        ("Hỗ trợ chi phí cho thợ gốm bị tai nạn … có mỏ đất sét", "1.000012", "high"),
        ("Đăng ký khai thác đất sét cho cá nhân", "1.000010", "review"),
        ("Hủy bỏ kết quả bầu người đứng đầu", "", "missing"),
    ],
)
def test_a_name_finds_its_procedure_and_says_how_sure(index, name, code, result):
    match = index[True].find(name)
    assert match.result.value == result, match
    if code:
        assert match.candidate.code == code


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize(
    ("name", "absent"),
    [
        ("Cấp lại giấy phép bán lẻ sản phẩm gốm", "1.000002"),
        ("Gia hạn giấy phép bán lẻ sản phẩm gốm", "1.000003"),
        ("Thu hồi giấy phép bán lẻ sản phẩm gốm", "1.000004"),
        ("Cấp giấy phép bán lẻ sản phẩm gốm", "1.000001"),
        ("Cho phép lò gốm thủ công hoạt động trở lại", ""),
        ("Chuyển đổi lò gốm tư thục sang lò gốm công lập", ""),
        ("Hỗ trợ lò gốm hoạt động vì lợi nhuận", ""),
        ("Cấp giấy phép bán lẻ sản phẩm sành", ""),
    ],
)
def test_a_sibling_is_never_taken_for_the_procedure(name, absent):
    match = NameIndex(_candidates(without={absent}), ward=False).find(name)
    assert match.result not in (CoverageClass.EXACT, CoverageClass.HIGH), match


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("Cho phép lò gốm thủ công hoạt động trở lại", "missing"),
        ("Hỗ trợ lò gốm hoạt động vì lợi nhuận", "missing"),
        ("Chuyển đổi lò gốm tư thục sang lò gốm công lập", "review"),
        ("Cấp lại thẻ thợ gốm", "review"),
        ("Cấp đổi, cấp lại thẻ thợ gốm", "review"),
        ("Thu hồi thẻ thợ gốm", "missing"),
    ],
)
def test_an_act_that_the_title_does_not_cover_is_missing_and_one_among_others_is_for_review(index, name, result):
    assert index[False].find(name).result.value == result


@pytest.mark.requirement("R-02")
def test_the_level_in_brackets_tells_twins_apart(index):
    name = "Công nhận hội làm gốm"
    assert index[True].find(name).candidate.code == "1.000005"
    assert index[True].find(name).result is CoverageClass.EXACT
    unsure = index[False].find(name)
    assert unsure.result is CoverageClass.REVIEW
    assert "1.000005, 1.000006" in unsure.why
    assert index[False].find(f"{name} (cấp tỉnh)").candidate.code == "1.000006"


def test_a_wards_list_is_not_sure_of_what_no_ward_receives(index):
    match = index[True].find("Thu hồi giấy phép bán lẻ sản phẩm gốm")
    assert (match.result, match.candidate.code) == (CoverageClass.REVIEW, "1.000004")
    assert index[False].find("Thu hồi giấy phép bán lẻ sản phẩm gốm").result is CoverageClass.EXACT


def test_codes_that_are_ruled_out_are_left_out(index):
    match = index[False].find("Cấp giấy phép bán lẻ sản phẩm gốm", without=frozenset({"1.000001"}))
    assert match.result is CoverageClass.MISSING
    assert match.candidate.code != "1.000001"


@pytest.mark.parametrize("name", ["", "   ", "…", "(cấp xã)", "!!!"])
def test_a_name_without_words_is_nothing(index, name):
    assert index[True].find(name) is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Thuỷ lợi, hoà giải, khoá", "Thủy lợi, hòa giải, khóa"),
        ("Liệt sỹ", "liệt sĩ"),
        ("Quý khách", "quý khách"),
        ("Xác nhận (1.010736)", "xác nhận"),
        ("Hỗ trợ (TTHC đặc thù của Thành phố)", "Hỗ trợ"),
        ("Thủ tục hành chính về đất", "Đất"),
    ],
)
def test_spellings_and_remarks_make_no_difference(first, second):
    assert name_of(first).key == name_of(second).key


@pytest.mark.parametrize(
    ("name", "acts"),
    [
        ("Cấp giấy phép", {"cấp"}),
        ("Cấp lại giấy phép", {"cấp lại"}),
        ("Hưởng trợ cấp của trường trung cấp do cấp xã quản lý", set()),
        ("Sửa đổi, thay đổi thông tin", set()),
        ("Cấp đổi thẻ", {"đổi"}),
        ("Tạm đình chỉ hoạt động", {"đình chỉ"}),
        ("Sử dụng nội dung xây dựng", set()),
        ("Công trình cấp III, cấp IV", set()),
        ("gia han giay phep", {"gia hạn"}),
    ],
)
def test_acts_are_told_from_words_that_look_like_them(name, acts):
    assert name_of(name).acts == acts
