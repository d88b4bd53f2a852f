"""What a list says of a paper: on it, only in a case, by data, not on it, or not sure."""

import pytest

from knowledge.models import Completeness, ComponentRole, DossierCase, DossierComponent, VneidEquivalent
from knowledge.paper_check.matching import check_paper
from knowledge.paper_check.models import Reason, Verdict
from knowledge.paper_check.naming import asked_paper
from tests.fixtures.catalogue import procedure


def record(*components, cases=(), **changes):
    """A record with these components asked of everybody, `cases` beside them, and nothing else on papers."""
    plain = {"notes": (), "requirements": (), "steps": ()}
    dossier = (DossierCase("standard", "", components), *cases)
    return procedure(dossier=dossier, **(plain | changes))


def part(name, identifier="one", **changes):
    return DossierComponent(identifier, name, originals=1, **changes)


def verdict(said, *components, **changes):
    return check_paper(asked_paper(said), record(*components, **changes))


def test_an_everyday_name_finds_the_official_one():
    found = verdict("cà vẹt", part("Chứng nhận đăng ký xe, biển số xe"))
    assert (found.verdict, found.places[0].key) == (Verdict.ON_LIST, "standard/one")


@pytest.mark.parametrize(
    "said", ["GIẤY KHÁM SỨC KHOẺ", "giay kham suc khoe", "giấy khám sức khỏe công chứng", "giấy ksk"]
)
def test_capitals_marks_and_words_of_shape_do_not_matter(said):
    assert verdict(said, part("Giấy khám sức khỏe của người lái xe")).verdict is Verdict.ON_LIST


def test_an_application_for_a_paper_is_not_the_paper():
    found = verdict("giấy phép lái xe", part("Đơn đề nghị đổi giấy phép lái xe"))
    assert (found.verdict, found.reason) == (Verdict.UNSURE, Reason.RESEMBLES)


@pytest.mark.parametrize(
    "changes",
    [{"condition": "nếu nhờ người khác nộp"}, {"condition": "không cần đối với người có hạng A1"}],
)
def test_a_condition_makes_it_a_case(changes):
    assert verdict("giấy ủy quyền", part("Văn bản ủy quyền", **changes)).verdict is Verdict.ONLY_IN_CASE


@pytest.mark.parametrize("condition", ["khi nộp trực tiếp", "cấp chưa quá 6 tháng", "chủ hộ kinh doanh ký"])
def test_a_condition_on_the_way_of_filing_is_no_case(condition):
    assert verdict("giấy ủy quyền", part("Văn bản ủy quyền", condition=condition)).verdict is Verdict.ON_LIST


def test_a_case_of_some_people_only_is_a_case_unless_all_cases_have_the_paper():
    some = DossierCase("rented", "Nhà thuê", (part("Hợp đồng thuê nhà"),))
    other = DossierCase("own", "Nhà của mình", (part("Tờ khai"),))
    assert verdict("hợp đồng thuê nhà", part("Đơn"), cases=(some, other)).verdict is Verdict.ONLY_IN_CASE
    both = (some, DossierCase("lent", "Nhà mượn", (part("Hợp đồng thuê nhà"),)))
    assert verdict("hợp đồng thuê nhà", part("Đơn"), cases=both).verdict is Verdict.ON_LIST


def test_one_special_case_beside_papers_for_everybody_is_a_case():
    special = (DossierCase("none", "Chưa có thông tin trong dữ liệu", (part("Giấy khai sinh"),)),)
    assert verdict("giấy khai sinh", part("Đơn"), cases=special).verdict is Verdict.ONLY_IN_CASE


@pytest.mark.parametrize(
    "name",
    [
        "Giấy phép xây dựng cũ (đối với nhà ở riêng lẻ)",
        "Đối với người nước ngoài: Giấy phép xây dựng",
        "Giấy phép xây dựng trong trường hợp sửa chữa",
    ],
)
def test_a_condition_in_the_name_makes_it_a_case(name):
    assert verdict("giấy phép xây dựng", part(name)).verdict is Verdict.ONLY_IN_CASE


@pytest.mark.parametrize(
    "name",
    ["Giấy phép xây dựng, văn bản nêu rõ lý do", "Giấy phép xây dựng (trường hợp nộp trực tuyến thì tải bản sao)"],
)
def test_words_that_narrow_nothing_make_no_case(name):
    assert verdict("giấy phép xây dựng", part(name)).verdict is Verdict.ON_LIST


@pytest.mark.parametrize(
    "tail",
    [
        "Trường hợp khai thác được dữ liệu từ cơ sở dữ liệu thì không phải nộp",
        "trong trường hợp chưa được tích hợp, kết nối",
        "Cơ quan tra cứu thông tin trên cơ sở dữ liệu",
    ],
)
def test_a_name_that_says_the_office_looks_it_up(tail):
    assert verdict("giấy phép xây dựng", part(f"Giấy phép xây dựng. {tail}")).verdict is Verdict.LOOKED_UP


def test_a_paper_of_no_known_names_is_never_said_to_be_off_the_list():
    found = verdict("giấy thử máu", part("Tờ khai"))
    assert (found.verdict, found.reason) == (Verdict.UNSURE, Reason.OTHER_NAME)
    assert [place.component.name for place in found.places] == ["Tờ khai"]


def test_groups_that_tell_how_papers_are_handed_in_are_no_cases():
    group = (DossierCase("g", "Giấy tờ phải xuất trình", (part("Giấy phép xây dựng"),)),)
    assert verdict("giấy phép xây dựng", part("Đơn"), cases=group).verdict is Verdict.ON_LIST


@pytest.mark.requirement("R-12", "R-13")
@pytest.mark.parametrize(
    "changes", [{"reusable_from": "dữ liệu dân cư"}, {"vneid_equivalent": VneidEquivalent.IF_INTEGRATED}]
)
def test_what_data_replace_is_looked_up(changes):
    assert verdict("cccd", part("Thẻ căn cước hoặc hộ chiếu", **changes)).verdict is Verdict.LOOKED_UP


def test_a_general_word_takes_in_papers_of_its_kind_only():
    dwelling = part("Giấy tờ, tài liệu chứng minh chỗ ở hợp pháp", reusable_from="dữ liệu đất đai")
    found = verdict("sổ hồng", dwelling)
    assert (found.verdict, found.reason) == (Verdict.LOOKED_UP, Reason.OF_A_KIND)
    assert verdict("giấy khám sức khỏe", dwelling).verdict is Verdict.NOT_ON_LIST


@pytest.mark.requirement("R-36")
def test_not_on_the_list_needs_a_published_list_without_anything_like_it():
    form = part("Tờ khai đăng ký kết hôn")
    assert verdict("giấy khám sức khỏe", form).verdict is Verdict.NOT_ON_LIST
    assert verdict("giấy khám sức khỏe", part("Giấy tờ khác có liên quan")).reason is Reason.OPEN_LIST
    assert verdict("giấy khám sức khỏe", form, steps=("Nộp giấy khám sức khỏe.",)).verdict is Verdict.UNSURE
    assert verdict("giấy khám sức khỏe", form, completeness=Completeness.GLUED).reason is Reason.NOT_PUBLISHED
    assert verdict("giấy khám sức khỏe").reason is Reason.NOT_PUBLISHED
    assert verdict("giấy khám sức khỏe", part("Hồ sơ chưa có quy định")).reason is Reason.NOT_PUBLISHED


def test_marks_tell_folded_twins_apart():
    twin = part("Giấy tờ của cơ sở đó, có sơ đồ kèm theo")
    assert verdict("sổ đỏ", twin).verdict is not Verdict.ON_LIST


def test_a_note_of_the_record_is_quoted():
    note = "Giấy chứng sinh không phải nộp; cơ quan tự tra cứu."
    found = verdict("giấy chứng sinh", part("Tờ khai"), notes=(note,))
    assert (found.verdict, found.reason, found.note) == (Verdict.LOOKED_UP, Reason.IN_NOTES, note)
    remark = DossierComponent("note", "Giấy chứng sinh phải rõ chữ", role=ComponentRole.NOTE)
    assert verdict("giấy chứng sinh", part("Tờ khai"), remark).verdict is Verdict.UNSURE


@pytest.mark.requirement("R-11")
def test_a_household_book_is_never_required_and_evidence_only_where_the_lexicon_says_so():
    listed = part("Sổ hộ khẩu (bản chính)")
    found = verdict("hộ khẩu", listed)
    assert (found.verdict, found.reason, found.places) == (Verdict.LOOKED_UP, Reason.REPLACED, ())
    evidence = part("Bản sao giấy tờ khác", "other_papers")
    found = verdict("sổ hộ khẩu cũ", evidence, code="1.004884")
    assert (found.verdict, found.reason) == (Verdict.ONLY_IN_CASE, Reason.OPTIONAL_EVIDENCE)


def test_a_form_is_found_by_its_number():
    assert verdict("mẫu ct01", part("Tờ khai thay đổi thông tin cư trú", form="Mẫu CT01")).verdict is Verdict.ON_LIST
    assert verdict("đơn 14-hsb", part("Đơn đề nghị", form="Mẫu số 14-HSB")).verdict is Verdict.ON_LIST


def test_a_loose_name_of_several_papers_is_asked_about():
    found = verdict("đơn", part("Đơn đề nghị cấp mới", "new"), part("Đơn xin miễn phí", "free"))
    assert (found.verdict, found.reason, len(found.places)) == (Verdict.UNSURE, Reason.SEVERAL, 2)


def test_the_old_one_is_found_where_the_old_one_is_asked_for():
    valid, last = part("Hộ chiếu còn giá trị", "valid"), part("Hộ chiếu cấp lần gần nhất", "last")
    assert verdict("hộ chiếu cũ", valid, last).places[0].component.id == "last"


def test_unknown_words_are_never_said_to_be_missing_when_something_shares_a_word():
    assert verdict("giấy nuôi vẹt", part("Giấy xác nhận nuôi chim")).verdict is Verdict.UNSURE
