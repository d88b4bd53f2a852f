"""Which facts a message asks for, as people type it."""

from __future__ import annotations

import unicodedata

import pytest

from knowledge.curated import read_yaml
from knowledge.facts import Fact
from knowledge.search.asked import find_facts
from knowledge.search.normalise import LEXICON_DIR, content_words
from knowledge.text import fold

F = Fact

ASKED = [
    ("Đăng ký tạm trú cần giấy tờ gì?", [F.DOCUMENTS]),
    ("làm khai sinh phải đem theo gì", [F.DOCUMENTS]),
    ("hồ sơ đăng ký kết hôn gồm những gì", [F.DOCUMENTS]),
    ("cần chuẩn bị những gì để tách hộ", [F.DOCUMENTS]),
    ("mang theo giấy tờ nào vậy em", [F.DOCUMENTS]),
    ("thành phần hồ sơ cấp phép xây dựng", [F.DOCUMENTS]),
    ("nộp mấy bản", [F.DOCUMENTS]),
    ("gt cần có khi làm cccd", [F.DOCUMENTS]),
    ("đổi bằng lái bao nhiêu tiền", [F.FEE]),
    ("lệ phí cấp lại căn cước", [F.FEE]),
    ("làm hộ chiếu tốn bao nhiêu", [F.FEE]),
    ("hết nhiu tiền vậy", [F.FEE]),
    ("có mất phí không", [F.FEE]),
    ("có thu phí không ạ", [F.FEE]),
    ("chứng thực mất tiền không", [F.FEE]),
    ("mức thu bao nhiêu", [F.FEE]),
    ("có miễn phí không", [F.FEE]),
    ("mất bao lâu", [F.TIME]),
    ("mấy ngày có kết quả", [F.TIME, F.RESULT]),
    ("bao giờ xong", [F.TIME]),
    ("chừng nào lấy được giấy", [F.TIME]),
    ("thời hạn giải quyết", [F.TIME]),
    ("làm trong bao lâu", [F.TIME]),
    ("có lấy liền được không", [F.TIME]),
    ("tgian giải quyết", [F.TIME]),
    ("nộp ở đâu", [F.PLACE]),
    ("làm giấy này ở chỗ nào", [F.PLACE]),
    ("tới đâu để làm", [F.PLACE]),
    ("cơ quan nào giải quyết", [F.PLACE]),
    ("nộp cho ai", [F.PLACE]),
    ("địa điểm nộp hồ sơ", [F.PLACE]),
    ("lên phường hay lên công an", [F.PLACE]),
    ("làm sao để nhập khẩu cho con", [F.STEPS]),
    ("các bước đăng ký hộ kinh doanh", [F.STEPS]),
    ("hướng dẫn làm hộ chiếu", [F.STEPS]),
    ("quy trình thế nào", [F.STEPS]),
    ("trình tự thực hiện", [F.STEPS]),
    ("thủ tục ly hôn như thế nào", [F.STEPS]),
    ("ai được nộp", [F.WHO]),
    ("nhờ người nộp thay được hông", [F.WHO]),
    ("có ủy quyền cho người khác làm không", [F.WHO]),
    ("vợ chồng phải có mặt cả hai không", [F.WHO]),
    ("điều kiện nhập hộ khẩu", [F.CONDITIONS]),
    ("bao nhiêu tuổi thì làm được", [F.CONDITIONS]),
    ("yêu cầu gì để mở quán", [F.CONDITIONS]),
    ("nhận được gì sau khi làm xong", [F.RESULT]),
    ("kết quả là gì", [F.RESULT]),
    ("tải mẫu đơn ở đâu", [F.FORMS, F.PLACE]),
    ("tờ khai mẫu nào", [F.FORMS]),
    ("cho xin biểu mẫu", [F.FORMS]),
    ("điền đơn theo mẫu số mấy", [F.FORMS]),
    ("căn cứ pháp lý", [F.LEGAL_BASIS]),
    ("theo nghị định nào", [F.LEGAL_BASIS]),
    ("luật nào quy định", [F.LEGAL_BASIS]),
    ("nộp online", [F.ONLINE]),
    ("làm qua mạng", [F.ONLINE]),
    ("đăng ký trên VNeID", [F.ONLINE]),
    ("ở nhà làm trên điện thoại", [F.ONLINE]),
    ("nộp qua cổng dịch vụ công", [F.ONLINE]),
    ("đăng ký tạm trú là gì", [F.OVERVIEW]),
    ("thông tin về tách hộ", [F.OVERVIEW]),
    ("lệ phí và thời gian làm hộ chiếu", [F.FEE, F.TIME]),
    ("cần giấy gì, bao nhiêu tiền, bao lâu có, nộp ở đâu", [F.DOCUMENTS, F.FEE, F.TIME, F.PLACE]),
    ("thông tin lệ phí", [F.FEE]),
]

NOT_ASKED = [
    "đăng ký tạm trú",
    "tôi bị mất căn cước",
    "lệ phí trước bạ",
    "trợ cấp mai táng phí",
    "chứng thực bản sao",
    "hỗ trợ học phí",
    "xác nhận thông tin về cư trú",
    "gia hạn tạm trú",
    "hộ nghèo",
    "người nước ngoài",
    "cấp giấy phép xây dựng nhà ở",
    "xin chào",
    "",
    "🙂🙂🙂",
    "1.004194",
]


@pytest.mark.parametrize(("message", "facts"), ASKED)
def test_facts_asked_for(message, facts):
    assert set(find_facts(message).facts) == set(facts)


@pytest.mark.requirement("R-29")
@pytest.mark.parametrize(("message", "facts"), ASKED)
def test_the_same_facts_without_diacritics_and_in_the_other_form(message, facts):
    assert set(find_facts(fold(message)).facts) == set(facts)
    assert set(find_facts(unicodedata.normalize("NFD", message)).facts) == set(facts)
    assert set(find_facts(message.upper()).facts) == set(facts)


@pytest.mark.parametrize("message", NOT_ASKED)
def test_look_alikes_ask_for_nothing(message):
    assert find_facts(message).facts == ()


def test_facts_come_in_the_order_asked():
    assert find_facts("bao nhiêu tiền, cần giấy gì").facts == (F.FEE, F.DOCUMENTS)


@pytest.mark.parametrize(
    ("message", "rest"),
    [
        ("Đăng ký tạm trú cần giấy tờ gì?", "dang ky tam tru"),
        ("lệ phí cấp lại căn cước", "cap lai can cuoc"),
        ("bao lâu", ""),
        ("đk kết hôn ở đâu z", "dang ky ket hon"),
    ],
)
def test_what_is_left_names_the_procedure(message, rest):
    assert " ".join(content_words(find_facts(message).rest.split())) == rest


def test_look_alikes_stay_in_the_rest():
    assert "le phi truoc ba" in find_facts("lệ phí trước bạ nhà đất").rest


def test_every_label_of_the_lexicon_is_a_fact():
    labels = {label.removesuffix("_if_alone") for label in read_yaml(LEXICON_DIR / "facts.yml")}
    assert labels <= {fact.value for fact in Fact} | {"none"}


@pytest.mark.parametrize(
    "message", ["a" * 10_000, "lệ phí " * 3_000, "\x00\u200e\ufeff", "<b>phí</b>" * 500, "’‘“”" * 999], ids=range(5)
)
def test_hostile_messages_are_harmless(message):
    assert isinstance(find_facts(message).facts, tuple)
