"""Old words, VNeID and the pace of talk in citizens' messages: met with and without diacritics, look-alikes not."""

from __future__ import annotations

import pytest

from knowledge.topics import amount_topics, found, old_words, pace_topics, topic_of, vneid_topics

ALL = [("old words", old_words()), ("vneid", vneid_topics()), ("pace", pace_topics())]


def ids(text, topics):
    return [topic.id for topic in found(text, topics)]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("nộp ở ubnd quận 3", "district"),
        ("dang ky tam tru o q.7", "district"),
        ("p12 q gò vấp", "district"),
        ("nhà ở huyện Hóc Môn", "district"),
        ("ở thành phố Dĩ An", "district"),
        ("Uỷ ban nhân dân quận", "district"),
        ("CÔNG AN QUẬN Bình Thạnh", "district_police"),
        ("phong tu phap", "justice_office"),
        ("chi cục thuế quận 1", "district_tax"),
        ("TP. Thủ Đức", "thu_duc"),
        ("có cần sổ hộ khẩu không", "household_book"),
        ("cmnd", "identity_card"),
        ("giấy chứng minh nhân dân", "identity_card"),
        ("cổng dịch vụ công của thành phố", "city_portal"),
        ("vào https://dichvucong.hochiminhcity.gov.vn nộp", "city_portal"),
        ("sở tt&tt", "old_department"),
        ("tỉnh Bình Dương", "merged_province"),
    ],
)
def test_an_old_word_is_met(text, topic):
    assert ids(text, old_words()) == [topic]


@pytest.mark.parametrize(
    "text",
    [
        "mở quán 3 tầng",
        "quan trọng lắm",
        "quân 3",
        "phường Thủ Đức",
        "phường Bình Thạnh",
        "văn phòng công chứng",
        "sở tư pháp",
        "công an phường",
        "nhập hộ khẩu cho con",
        "chứng minh chỗ ở",
        "cổng dịch vụ công quốc gia",
        "chuyện con cái",
        "12 quận",
        "",
    ],
)
def test_look_alikes_are_not_old_words(text):
    assert ids(text, old_words()) == []


def test_several_old_words_are_met_once_each():
    assert ids("quận 1 quận 3, cmnd, sổ hộ khẩu", old_words()) == ["household_book", "identity_card", "district"]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("mất điện thoại có vneid", "lost_phone"),
        ("vneid quen mat khau", "activation"),
        ("bằng lái chưa hiện trên vneid", "missing_data"),
        ("thông tin vneid bị sai", "wrong_data"),
        ("vneid mức 2 để làm gì", "use"),
    ],
)
def test_what_is_asked_about_vneid(text, topic):
    assert topic_of(text, vneid_topics()).id == topic


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("nói chậm thôi", ["slower"]),
        ("noi cham thoi", ["slower"]),
        ("chú già rồi không rành", ["slower"]),
        ("nói bình thường đi, không cần chậm", ["normal"]),
        ("làm cho má", ["elder"]),
        ("làm thay cho mẹ già", ["elder"]),
        ("toi muốn tự tử", []),
        ("làm chậm hồ sơ", []),
        ("đăng ký tạm trú", []),
        ("làm cho công ty", []),
    ],
)
def test_the_pace_that_is_asked_for(text, topics):
    assert ids(text, pace_topics()) == topics


@pytest.mark.parametrize("topics", [topics for _, topics in ALL], ids=[name for name, _ in ALL])
def test_no_topic_is_named_twice(topics):
    assert len({topic.id for topic in topics}) == len(topics)


@pytest.mark.requirement("R-01", "R-12")
def test_answers_are_short_and_notes_are_one_line():
    for topic in (*old_words(), *vneid_topics()):
        assert topic.answer, topic.id
        assert len(topic.answer) <= 480, (topic.id, len(topic.answer))
    for topic in old_words():
        assert 0 < len(topic.note) <= 160, topic.id
        assert "\n" not in topic.note, topic.id


@pytest.mark.requirement("R-12")
def test_vneid_is_said_to_count_only_for_what_is_integrated_at_level_two():
    use = vneid_topics()[-1].answer
    for part in ("mức 2", "đã tích hợp", "chưa tích hợp thì vẫn mang bản giấy"):
        assert part in use


@pytest.mark.parametrize(
    "text",
    [
        "được hưởng bao nhiêu",
        "duoc bao nhieu tien 1 thang",
        "mỗi tháng được nhiêu",
        "mức trợ cấp thế nào ạ",
        "lanh dc nhiu",
        "mấy trăm ngàn một tháng",
        "hưởng bao nhiêu phần trăm",
        "nhận được bn vậy",
        "may trieu 1 thang",
    ],
)
def test_an_amount_is_asked_for(text):
    assert ids(text, amount_topics()) == ["benefit"]


@pytest.mark.parametrize("text", ["làm xong nhận giấy gì", "giấy có giá trị bao lâu", "cấp bao nhiêu bản", "mấy tháng"])
def test_what_else_comes_of_it_is_no_amount(text):
    assert ids(text, amount_topics()) == []
