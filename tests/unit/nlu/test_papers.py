"""Which papers a message asks about."""

import pytest

from bot.nlu.papers import Strength, named_in, paper_entities, read_ask


@pytest.mark.parametrize(
    ("text", "papers"),
    [
        ("Phường đòi giấy xác nhận độc thân", ["giấy xác nhận độc thân"]),
        ("can bo bat nop them ban sao cccd cong chung", ["ban sao cccd cong chung"]),
        ("sao lại cần sổ hộ khẩu", ["sổ hộ khẩu"]),
        ("kết hôn có cần giấy khám sức khỏe không", ["giấy khám sức khỏe"]),
        ("tờ khai ct01 có bắt buộc không", ["tờ khai ct01"]),
        ("sổ tạm trú họ vẫn đòi", ["sổ tạm trú"]),
        ("cán bộ đòi giấy chứng sinh và giấy kết hôn", ["giấy chứng sinh", "giấy kết hôn"]),
        (
            "bắt nộp hợp đồng thuê nhà công chứng với giấy khám sức khỏe",
            ["hợp đồng thuê nhà công chứng", "giấy khám sức khỏe"],
        ),
        ("có phải nộp phiếu quân nhân dự bị không", ["phiếu quân nhân dự bị"]),
        ("hổng có giấy báo tử có sao hông", ["giấy báo tử"]),
    ],
)
def test_papers_that_are_demanded_or_asked_about(text, papers):
    ask = read_ask(text)
    assert [span.said for span in ask.papers] == papers
    assert all(text[span.start : span.end] == span.said for span in ask.papers)
    assert ask.strength is Strength.ASKED


@pytest.mark.parametrize(
    "text",
    [
        "làm giấy khai sinh cho con",
        "xin giấy xác nhận độc thân ở đâu",
        "em cần giấy chứng tử",
        "muốn đổi sổ đỏ",
        "toi muon doi so do",
        "công ty đòi phiếu lý lịch tư pháp",
        "phường đòi giấy CT07 thì xin ở đâu",
        "tôi muốn phản ánh phường đòi giấy khám sức khỏe",
        "cán bộ đòi tiền bồi dưỡng mới làm giấy khai sinh",
        "có cần giấy tờ gì không",
        "má tôi chỉ có chứng minh nhân dân thôi có sao không",
        "",
        "\x00\x00",
    ],
)
def test_what_asks_about_no_paper(text):
    assert read_ask(text) is None


@pytest.mark.parametrize(
    ("text", "papers"),
    [
        ("đổi bằng lái bị kêu đi khám sức khỏe", ["khám sức khỏe"]),
        ("phường bắt hai vợ chồng đi xin phiếu lý lịch tư pháp nộp vô", ["phiếu lý lịch tư pháp"]),
        ("cán bộ bảo lên bảo hiểm xin giấy xác nhận chưa hưởng lương hưu", ["giấy xác nhận chưa hưởng lương hưu"]),
        ("ra đó họ nói chưa đủ, thiếu giấy ra viện", ["giấy ra viện"]),
        ("Họ trả hồ sơ vì không có sổ đỏ bản gốc", ["sổ đỏ bản gốc"]),
        ("không có giấy giới thiệu thì họ không nhận", ["giấy giới thiệu"]),
        ("khỏi nộp giấy đăng ký kết hôn được hông", ["giấy đăng ký kết hôn"]),
        ("k mang cccd thì họ có nhận k", ["cccd"]),
        ("sao phải nộp giấy khám sức khỏe làm gì", ["giấy khám sức khỏe"]),
        ("tôi được báo là phải có giấy khai sinh mới đổi được", ["giấy khai sinh"]),
        ("nghe noi phai co ban goc so do moi lam", ["ban goc so do"]),
        ("hộ chiếu của ông tây công an cứ đòi", ["hộ chiếu"]),
        ("lý lịch tư pháp thì phường cũng bắt nộp", ["lý lịch tư pháp"]),
        ("phường đoi giấy khám sức khỏe", ["giấy khám sức khỏe"]),
        ("xin hộ chiếu có phải làm lý lịch tư pháp không", ["lý lịch tư pháp"]),
        ("mở nhà hàng bắt nộp giấy khám sức khỏe", ["giấy khám sức khỏe"]),
        ("chuyển trường mà trường mới đòi giấy khai sinh", ["giấy khai sinh"]),
    ],
)
def test_other_ways_of_telling_of_a_demand(text, papers):
    assert [span.said for span in read_ask(text).papers] == papers


@pytest.mark.parametrize(
    "text",
    [
        "sếp em kêu nộp bản sao bằng đại học công chứng",
        "ngân hàng nói phải có giấy đăng ký kết hôn mới cho vay",
        "trường mẫu giáo đòi giấy khai sinh photo",
        "tui bị công an phường đòi tiền mới ký giấy xác nhận",
        "đi máy bay cần căn cước bản gốc không",
        "có cần làm lại căn cước khi đổi địa chỉ không",
        "cần hóa đơn gì",
        "giám thị đòi chung 3 triệu mới cho bằng lái",
        "cho hỏi làm giấy khai sinh",
        "anh tiếp nhận hồ sơ gây khó dễ",
        "tui muốn gửi đơn phản ánh cán bộ đòi giấy vô lý",
    ],
)
def test_who_is_no_office_or_asks_something_else(text):
    assert read_ask(text) is None


def test_without_marks_an_office_makes_a_demand_of_an_exchange():
    assert read_ask("phuong doi so do") is not None


@pytest.mark.parametrize(
    "text", ["còn giấy khai sinh thì sao", "vậy còn căn cước thì sao ạ", "the con giay ket hon thi sao"]
)
def test_carrying_on(text):
    assert read_ask(text).strength is Strength.CARRIES_ON


def test_the_rest_names_the_procedure_only():
    assert read_ask("đăng ký kết hôn mà phường đòi giấy độc thân").rest == "đăng ký kết hôn mà phường"
    assert "hộ kinh doanh" in read_ask("giấy đề nghị đăng ký hộ kinh doanh có cần không").rest


def test_entities_and_bare_names():
    assert [item["value"] for item in paper_entities("có cần giấy chứng sinh không")] == ["giấy chứng sinh"]
    assert named_in("giấy khám sức khỏe") == ("giấy khám sức khỏe",)
    assert named_in("đăng ký kết hôn") == ()


def test_folded_twins_are_told_apart_by_marks():
    assert named_in("sơ đồ nhà") == ("sơ đồ nhà",)


@pytest.mark.parametrize("text", ["phường bắt tôi bổ sung giấy 3 lần", "bat bo sung giay to 4 luot moi nhan"])
def test_how_often_papers_were_asked_for_is_no_paper(text):
    assert read_ask(text) is None
