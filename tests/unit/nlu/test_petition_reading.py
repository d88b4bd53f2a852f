"""What a message says to the questions of a petition, of which kind it is, and to whom it goes."""

import pytest

from bot.nlu.open_question import Moment, OpenQuestion, Takes, goes_to_asker
from bot.nlu.petition_draft import Item, Writing, read_writing
from bot.nlu.petition_kind import guess_kind, is_urgent
from bot.nlu.petition_reading import (
    asked_instead,
    calls_off,
    contact_in,
    is_wish_to_lodge,
    item_named,
    name_in,
    place_in,
    place_told,
    tells_something,
    wish_in,
)
from bot.petitions.models import PetitionKind
from knowledge.places import find_places

ASKER = "action_lodge_petition"
HERE = Moment(ASKER)


@pytest.mark.parametrize(
    ("text", "name", "contact"),
    [
        ("Nguyễn Văn An 0903 123 456", "Nguyễn Văn An", "phone:0903123456"),
        ("dạ tôi tên là lan ạ", "Lan", ""),
        ("tên em là Trần Thị B, sđt +84 903 123 456", "Trần Thị B", "phone:0903123456"),
        ("mail an.nguyen@gmail.com nhé", "", "email:an.nguyen@gmail.com"),
        ("028 3829 1234", "", "phone:02838291234"),
        ("1234", "", ""),
        ("ẩn danh", "", ""),
        ("không", "", ""),
        ("<b>An</b>", "", ""),
    ],
)
def test_names_and_contacts(text, name, contact):
    assert contact_in(text) == contact
    assert not name or name_in(text) == name


@pytest.mark.parametrize("text", ["1234", "ẩn danh", "không", "<b>An</b>", "028 3829 1234", "bỏ qua"])
def test_what_is_no_name(text):
    assert name_in(text) == ""


@pytest.mark.parametrize("text", ["tôi muốn phản ánh", "gửi phản ánh ở đâu", "góp ý về thái độ của phường", "phản ánh"])
def test_a_wish_tells_nothing(text):
    assert not tells_something(text)


@pytest.mark.parametrize("text", ["cán bộ quát tôi", "cổng lỗi", "trễ hẹn", "khen cô Hạnh ở quầy hộ tịch"])
def test_few_words_may_tell_all(text):
    assert tells_something(text)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("để mai", "later"),
        ("thôi", "later"),
        ("huỷ đi", "cancel"),
        ("thôi khỏi phản ánh", "cancel"),
        ("quay lại", "back"),
        ("gì", ""),
    ],
)
def test_wishes_about_the_petition_itself(text, wish):
    assert wish_in(text, ("later", "cancel", "back")) == wish


def test_a_place_is_one_of_today_where_it_is_certain():
    text = "ở phường 12 quận 10"
    message = {"places": [one.to_json() for one in find_places(text)]}
    assert place_in(text, message) == ("Phường Hòa Hưng", "27163", False)
    assert place_in("chỗ gần chợ", {}) == ("gần chợ", "", False)


def test_an_item_is_named_only_by_a_wish_to_correct_it():
    assert item_named("sửa số điện thoại") is Item.CONTACT
    assert item_named("số điện thoại") is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("nhân viên nạt nộ bà con", PetitionKind.BEHAVIOUR),
        ("đăng nhập cổng bị văng ra hoài", PetitionKind.TECHNICAL),
        ("đề nghị mở thêm quầy cho người già", PetitionKind.SUGGESTION),
        ("quy định này rườm rà, bất hợp lý", PetitionKind.RULE),
    ],
)
def test_kinds(text, kind):
    assert guess_kind(text).kind is kind


@pytest.mark.parametrize("text", ["lan can gãy, nguy hiểm cho trẻ em", "bà cụ bị xỉu mà không ai giúp"])
def test_people_in_danger_are_urgent(text):
    assert is_urgent(text)


@pytest.mark.parametrize("text", ["nhà ở ngã tư", "tê tay vì chờ lâu", "trình duyệt báo không an toàn"])
def test_what_only_sounds_urgent_is_not(text):
    assert not is_urgent(text)


@pytest.mark.parametrize("takes", [Takes.WORDS, Takes.CONTACT, Takes.STORY])
@pytest.mark.parametrize("intent", ["report_emergency", "report_corruption", "share_credentials"])
def test_danger_and_accusations_never_go_to_the_asker(takes, intent):
    assert not goes_to_asker(OpenQuestion(ASKER, takes=takes), intent, "cháy nhà rồi cứu với", HERE)


@pytest.mark.parametrize(
    ("takes", "intent", "text", "expected"),
    [
        (Takes.CONTACT, "share_credentials", "0903 123 456", True),
        (Takes.CONTACT, "share_credentials", "mã otp của tôi đây nha anh chị xem giúp", False),
        (Takes.WORDS, "request_usual_pace", "gửi đi", True),
        (Takes.WORDS, "request_human", "cho gặp cán bộ", False),
        (Takes.STORY, "ask_case_status", "hồ sơ của tôi nộp ba tuần rồi mà lên hỏi không ai trả lời", True),
        (Takes.STORY, "greet", "chào em", False),
        (Takes.EXACT, "lodge_petition", "cán bộ quát tôi", False),
    ],
)
def test_who_gets_a_message_while_a_petition_is_written(takes, intent, text, expected):
    assert goes_to_asker(OpenQuestion(ASKER, takes=takes), intent, text, HERE) is expected


def test_a_draft_survives_its_slot_and_a_broken_slot_is_harmless():
    draft = Writing(key="k", content="x", asked=("content",), attachments=("a",), kind="behaviour")
    assert read_writing(draft.to_slot()) == draft
    assert read_writing({"key": "k", "kind": "nothing", "waiting": 7, "asked": ["x", "name"]}) == Writing(
        key="k", asked=("name",)
    )
    assert read_writing({"kind": "behaviour"}) is None


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("phản ánh", True),
        ("toi muon gui phan anh", True),
        ("cho tôi gửi góp ý", True),
        ("phản ánh của tôi tới đâu rồi", False),
        ("tiếp tục phản ánh", False),
        ("viết nốt phản ánh", False),
        ("huỷ phản ánh", False),
        ("tôi muốn phản ánh phường bắt chờ ba tiếng", False),
        ("tôi muốn đăng ký tạm trú", False),
        ("dạ", False),
    ],
)
def test_nothing_but_the_wish_to_lodge_is_one(text, wish):
    assert is_wish_to_lodge(text) is wish


@pytest.mark.parametrize(
    "text",
    [
        "thôi khỏi phản ánh",
        "khỏi phản ánh nữa",
        "thôi không góp ý nữa",
        "thoi khong gop y nua",
        "tôi không muốn kiến nghị nữa đâu",
        "thôi em đừng gửi phản ánh nha",
    ],
)
def test_a_petition_is_called_off(text):
    assert calls_off(text)
    assert not is_wish_to_lodge(text)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Tôi không muốn phản ánh, tôi hỏi khai sinh", "khai sinh"),
        ("thôi không phản ánh nữa cho hỏi lệ phí khai sinh", "lệ phí khai sinh"),
        ("toi khong muon phan anh nua, cho toi hoi le phi", "le phi"),
        ("khỏi phản ánh. Em muốn hỏi đăng ký tạm trú cần gì", "đăng ký tạm trú cần gì"),
        ("không phản ánh nữa, hồi nãy tôi lỡ bấm", ""),
        ("không phản ánh nữa", ""),
        ("không phản ánh nữa, cho hỏi", ""),
        ("Tôi không muốn phản ánh đâu, nhưng cán bộ bắt em nộp thêm giấy", ""),
        ("tôi hỏi thì cán bộ nói không phản ánh được", ""),
        ("khỏi phản ánh, tôi hỏi cán bộ thì bị mắng, hẹn đi hẹn lại bốn năm lần mà vẫn không chịu trả giấy", ""),
    ],
)
def test_who_takes_it_back_may_ask_something_else(text, asked):
    assert asked_instead(text) == asked


@pytest.mark.parametrize(
    "text",
    ["sao không phản ánh được", "không biết phản ánh ở đâu", "phản ánh không", "không ai trả lời phản ánh"],
)
def test_what_only_holds_a_no_calls_nothing_off(text):
    assert not calls_off(text)


@pytest.mark.parametrize(
    ("story", "place"),
    [
        ("lên phường 3 lần rồi chưa xong", ""),
        ("chờ phường 12 ngày rồi", ""),
        ("ở phường 5 làm việc kỳ quá", "phường 5"),
    ],
)
def test_a_count_is_no_number_of_a_ward(story, place):
    assert place_told(story, {}) == (place, "")
