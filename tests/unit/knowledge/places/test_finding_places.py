"""What people write, and which place it is."""

from __future__ import annotations

import csv
import random
import unicodedata

import pytest

from knowledge.places import MentionKind, PlaceMention, find_places, load_places, unit

CERTAIN, AMBIGUOUS, SPLIT = MentionKind.CERTAIN, MentionKind.AMBIGUOUS, MentionKind.SPLIT
FORMER_DISTRICT, OUTSIDE = MentionKind.FORMER_DISTRICT, MentionKind.OUTSIDE


def only(text: str) -> PlaceMention:
    mentions = find_places(text)
    assert len(mentions) == 1, mentions
    assert text[mentions[0].start : mentions[0].end] == mentions[0].said
    return mentions[0]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nhà tôi ở phường 12 quận 10 giờ thuộc phường nào", "Phường Hòa Hưng"),
        ("p12 q10", "Phường Hòa Hưng"),
        ("P12Q10", "Phường Hòa Hưng"),
        ("phường mười hai quận mười", "Phường Hòa Hưng"),
        ("phuowfng 12 quaanj 10", "Phường Hòa Hưng"),
        ("phu7o72ng 12 q10", "Phường Hòa Hưng"),
        ("phường\u00a012,\u200bquận 10", "Phường Hòa Hưng"),
        (unicodedata.normalize("NFD", "phường 12 quận 10"), "Phường Hòa Hưng"),
        ("F.5 Gò Vấp", "Phường An Nhơn"),
        ("tui ở Gò Vấp phường 5", "Phường An Nhơn"),
        ("p.5 q.tb", "Phường Tân Sơn Nhất"),
        ("phường 12 bình thạng", "Phường Bình Thạnh"),
        ("phườg Thạh Lộc quận 12", "Phường An Phú Đông"),
        ("p. bhh b", "Phường Bình Tân"),
        ("phường Hòa Hưng", "Phường Hòa Hưng"),
        ("phuong hoa hung", "Phường Hòa Hưng"),
        ("xa vinh loc b", "Xã Tân Vĩnh Lộc"),
        ("thị trấn củ chi", "Xã Tân An Hội"),
        ("nhà ở quận 3, số 12/4 đường CMT8, phường 11", "Phường Nhiêu Lộc"),
        ("phường 7 tp Vũng Tàu tỉnh bà rịa - vũng tàu", "Phường Tam Thắng"),
        ("côn đảo", "Đặc khu Côn Đảo"),
        ("phường Tân Tạo mới", "Phường Tân Tạo"),
        ("xã Quy Đức huyện Bình Chánh", "Xã Hưng Long"),
    ],
)
def test_one_unit_when_there_is_no_doubt(text, name):
    mention = only(text)
    assert mention.kind is CERTAIN
    assert mention.unit.name == name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("phường 14 quận 10", {"Phường Diên Hồng", "Phường Hòa Hưng"}),
        ("q10 p14", {"Phường Diên Hồng", "Phường Hòa Hưng"}),
        ("phường An Phú, TP Thủ Đức", {"Phường Bình Trưng", "Phường An Khánh"}),
        ("an phu quan 2", {"Phường Bình Trưng", "Phường An Khánh"}),
        ("phường Tân Tạo", {"Phường Tân Tạo", "Phường Bình Tân", "Xã Tân Vĩnh Lộc"}),
        ("P. Đakao Q1", {"Phường Sài Gòn", "Phường Tân Định"}),
    ],
)
def test_a_split_ward_names_all_its_units(text, names):
    mention = only(text)
    assert mention.kind is SPLIT
    assert {one.name for one in mention.candidates} == names


@pytest.mark.parametrize(
    ("text", "senses"),
    [
        ("phường Tân Bình", ["Phường Tân Bình", "Phường Tân Bình, Thành phố Dĩ An"]),
        ("ở Gò Vấp", ["Phường Gò Vấp", "Quận Gò Vấp"]),
        ("thủ đức", ["Phường Thủ Đức", "Thành phố Thủ Đức"]),
        ("bình dương", ["Phường Bình Dương", "Tỉnh Bình Dương"]),
        ("phường An Phú", ["Phường An Phú", "Phường An Phú, Thành phố Thủ Đức"]),
        ("phường Hiệp Thành", ["Phường Hiệp Thành, Quận 12", "Phường Hiệp Thành, Thành phố Thủ Dầu Một"]),
    ],
)
def test_names_with_several_meanings_are_told_apart(text, senses):
    mention = only(text)
    assert mention.kind is AMBIGUOUS
    assert [sense.name for sense in mention.senses] == senses


def test_a_number_alone_may_be_of_many_districts():
    mention = only("phường 3")
    assert mention.kind is AMBIGUOUS
    assert len(mention.senses) >= 6


@pytest.mark.parametrize(
    ("text", "former"),
    [
        ("ủy ban quận 1 ở đâu", "Quận 1"),
        ("quận tân bình", "Quận Tân Bình"),
        ("quan 2", "Quận 2"),
        ("quận thủ đức cũ", "Quận Thủ Đức"),
        ("dân Thủ Đức cũ", "Thành phố Thủ Đức"),
        ("huyện Long Điền", "Huyện Long Điền"),
        ("tạm trú Bình Dương cũ", "Tỉnh Bình Dương"),
        ("phường 6 quận 3", "Quận 3"),  # merged into another ward before 2025: only the district is known
    ],
)
def test_a_former_district_is_no_unit(text, former):
    mention = only(text)
    assert mention.kind is FORMER_DISTRICT
    assert mention.former == former
    assert len(mention.candidates) > 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("quê Hòa Bình", "Hòa Bình"),
        ("hộ khẩu Bến Tre", "Bến Tre"),
        ("xã Tân An, huyện Vĩnh Cửu, Đồng Nai", "Đồng Nai"),
        ("phường Long Bình, Biên Hòa", "Biên Hòa"),
    ],
)
def test_what_is_not_in_the_city(text, name):
    mention = only(text)
    assert mention.kind is OUTSIDE
    assert (mention.former, mention.candidates) == (name, ())


@pytest.mark.parametrize(
    "text",
    [
        "ở Sài Gòn",
        "toi di an com",
        "lên phường 3 lần rồi",
        "phường ba ngày rồi chưa xong",
        "phường 7 giờ mở cửa",
        "phường năm nay đông quá",
        "phương án khai thác",
        "cơ quan hải quan",
        "quan tâm",
        "qua 3 quận rồi",
        "con dao này",
        "can gio lam viec",
        "chung sống hòa bình",
        "bé tên An Bình",
        "anh Tân Bình",
        "đường Nguyễn Thái Bình",
        "Nguyễn Thị Thanh An",
        "phường nào gần nhất",
        "phường tôi bắt nộp thêm giấy",
        "an ninh trật tự của phường",
        "đất đó của ba tôi",
        "thường trú ở đâu",
        "",
        "phường",
        "quận",
        "p",
        "😀 phường 😀",
        "phường 99 quận 99",
    ],
)
def test_ordinary_words_are_no_places(text):
    assert find_places(text) == ()


def test_two_places_stay_two():
    first, second = find_places("chuyển hộ khẩu từ phường 12 quận 10 về p5 gò vấp")
    assert (first.unit.name, second.unit.name) == ("Phường Hòa Hưng", "Phường An Nhơn")


def test_a_mention_survives_its_json():
    for mention in find_places("phường 14 quận 10, Bình Tân, quê Bến Tre"):
        assert PlaceMention.from_json(mention.to_json(), load_places()) == mention


def test_hostile_text_is_cheap_and_harmless():
    for text in ("phường " * 50_000, "p12q10" * 20_000, "\u0301" * 1000, "quận 1 " * 5000, "\x00phường 12\x00quận 10"):
        assert isinstance(find_places(text), tuple)


def test_any_row_of_words_about_places_is_read_without_a_fault():
    chance = random.Random(7)
    words = ["phường", "p", "quận", "q", "xã", "thị trấn", "12", "mười hai", "năm", "10", "gò vấp", "bình tân", "thủ"]
    words += ["đức", "cũ", "mới", ",", "-", ".", "ở", "không phải", "huyện", "tp"]
    for _ in range(5000):
        text = " ".join(chance.choices(words, k=chance.randint(1, 9)))
        taken = -1
        for mention in find_places(text):
            assert taken < mention.start < mention.end
            assert text[mention.start : mention.end] == mention.said
            assert bool(mention.candidates) != (mention.kind is OUTSIDE)
            assert (len(mention.candidates) == 1) == (mention.kind is CERTAIN) or mention.kind is AMBIGUOUS
            taken = mention.end - 1


def test_units_of_today_are_certain_by_their_full_name_unless_a_former_namesake_went_elsewhere():
    places = load_places()
    former = {}
    for ward in places.former_wards:
        former.setdefault(ward.name, set()).add(ward.now)
    for one in places.units:
        mention = only(one.name)
        if former.get(one.name, {(one.code,)}) == {(one.code,)}:
            assert (mention.kind, mention.candidates) == (CERTAIN, (one,)), one
        else:
            assert mention.kind in (SPLIT, AMBIGUOUS)
            assert one in mention.candidates


def test_every_former_ward_leads_to_what_it_became():
    places = load_places()
    for ward in places.former_wards:
        mention = only(ward.full_name)
        assert {one.code for one in mention.candidates} == set(ward.now), ward
        assert mention.kind is (SPLIT if len(ward.now) > 1 else CERTAIN), ward


def test_there_are_168_units_and_442_former_ones_of_which_47_were_split():
    places = load_places()
    kinds = [one.kind.value for one in places.units]
    assert (len(kinds), kinds.count("ward"), kinds.count("commune"), kinds.count("special_zone")) == (168, 113, 54, 1)
    assert len(places.former_wards) == 442
    assert sum(len(ward.now) > 1 for ward in places.former_wards) == 47
    assert {code for ward in places.former_wards for code in ward.now} == set(places.by_code)


def test_the_published_tables_are_found_name_by_name(shared_data):
    rows: dict[tuple[str, str], set[str]] = {}
    table = shared_data / "units" / "hcmc_old_to_new_wards.csv"
    for row in csv.DictReader(table.open(encoding="utf-8")):
        rows.setdefault((row["old_ward"], row["old_district"]), set()).add(row["new_ward"])
    assert len(rows) == 442
    for (ward, district), now in rows.items():
        mention = only(f"{ward}, {district}" if ward else district)
        assert {one.name for one in mention.candidates} == {unicodedata.normalize("NFC", name) for name in now}
        assert (mention.kind is SPLIT) == (len(now) > 1)
    names = {row["name"]: row["code"] for row in csv.DictReader((table.parent / "hcmc_wards_2025.csv").open())}
    assert {unicodedata.normalize("NFC", name) for name in names} == {unit(code).name for code in names.values()}
