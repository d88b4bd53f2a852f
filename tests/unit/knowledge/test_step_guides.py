"""The step guides: clean, found by what people say, and a linter that catches what must not be said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import yaml

from knowledge.errors import RecordInvalidError
from knowledge.how_to import HelpKind, Moment, guide_for, load_guides, load_tips, tip_for
from knowledge.how_to.linting import asks_for_secrets, faults_of_guide, said_by
from knowledge.how_to.loading import GUIDES_DIR
from knowledge.plain_yaml import plain_yaml
from knowledge.settings import CONTENT_DIR

TODAY = date(2026, 11, 26)
GUIDE = load_guides()["sign_in"]


def grave(guide, day=TODAY):
    return [fault.text for fault in faults_of_guide(guide, day, 30) if fault.grave]


@pytest.mark.requirement("R-01", "R-16")
@pytest.mark.parametrize("guide", load_guides().values(), ids=lambda one: one.id)
def test_shipped_guides_are_clean(guide):
    assert grave(guide) == []
    assert guide.sources
    assert guide.checked_on <= TODAY


def test_each_kind_that_people_stumble_over_has_a_guide():
    kinds = {guide.kind for guide in load_guides().values()}
    assert kinds == set(HelpKind) - {HelpKind.PHONE, HelpKind.OTHER}


def with_step(do="Anh/chị bấm tiếp.", stuck="Anh/chị thử lại."):
    return replace(GUIDE, steps=(replace(GUIDE.steps[0], do=do, stuck=stuck), *GUIDE.steps[1:]))


@pytest.mark.parametrize(
    ("do", "told"),
    [
        ("Một. Hai. Ba.", "3 sentences"),
        ("Anh/chị " + "bấm " * 25 + "nhé.", "a sentence of"),
        ("Anh/chị bấm nút “Đăng nhập ngay” ở góc.", "not among names_found"),
        ("Anh/chị gửi mã OTP cho cán bộ.", "secret"),
        ("Anh/chị đọc mật khẩu để tôi giúp.", "secret"),
        ("Anh/chị chuyển tiền vào số tài khoản này.", "secret"),
        ("Anh/chị nộp ở UBND quận nơi ở.", "old word"),
        ("Anh/chị xem Nghị định 59/2022/NĐ-CP.", "replaced"),
    ],
)
def test_the_linter_catches(do, told):
    assert any(told in text for text in grave(with_step(do)))
    assert any(told in text for text in grave(with_step(stuck=do)))


@pytest.mark.parametrize(
    "text",
    [
        "Không đọc mã OTP cho ai.",
        "Đừng gửi mật khẩu qua tin nhắn.",
        "Anh/chị tự nhập mật khẩu trên trang.",
        "Không nộp vào tài khoản hay mã QR do ai nhắn tới.",
    ],
)
def test_warnings_are_no_requests(text):
    assert not asks_for_secrets(text)


def test_old_guides_are_told_and_future_ones_are_faults():
    old = [fault for fault in faults_of_guide(GUIDE, GUIDE.checked_on + timedelta(days=31), 30) if not fault.grave]
    assert [fault.place for fault in old] == ["sign_in/checked_on"]
    assert not [*faults_of_guide(GUIDE, GUIDE.checked_on + timedelta(days=30), 30)]
    assert grave(replace(GUIDE, checked_on=TODAY + timedelta(days=1)))


@pytest.mark.parametrize(
    ("text", "guide"),
    [
        ("chỉ tôi kích hoạt VNeID", "identity_level_2"),
        ("dang nhap dich vu cong lam sao", "sign_in"),
        ("cách nộp hồ sơ trực tuyến trên cổng", "file_online"),
        ("thanh toán lệ phí trên cổng dịch vụ công", "pay_online"),
        ("tìm lại hồ sơ đã nộp", "find_case"),
        ("sửa thông tin sai trên vneid", "correct_data"),
    ],
)
def test_a_guide_is_found_by_the_longest_of_its_phrases(text, guide):
    assert guide_for(text).id == guide


@pytest.mark.parametrize("text", ["", "xin chào", "quán phở ở đâu"])
def test_other_matters_have_no_guide(text):
    assert guide_for(text) is None


def written(tmp_path, **changed):
    data = plain_yaml((GUIDES_DIR / "sign_in.yml").read_text("utf-8")) | changed
    data["checked_on"] = str(data["checked_on"])
    path = tmp_path / "sign_in.yml"
    path.write_text(yaml.safe_dump({**data, "next": []}, allow_unicode=True), "utf-8")
    return tmp_path


def test_a_file_that_is_not_a_guide_is_refused_with_its_line(tmp_path):
    assert load_guides(written(tmp_path))["sign_in"].title == GUIDE.title
    for changed in ({"id": "other"}, {"kind": "magic"}, {"steps": []}, {"checked_on": "2026-13-40"}, {"surprise": 1}):
        load_guides.cache_clear()
        with pytest.raises(RecordInvalidError, match=r"sign_in\.yml:\d+"):
            load_guides(written(tmp_path, **changed))
    load_guides.cache_clear()


@pytest.mark.requirement("R-30")
def test_tips_are_short_clean_and_there_is_one_for_every_moment(tmp_path):
    for tip in load_tips():
        assert not asks_for_secrets(tip.text)
    assert all(tip_for(moment) for moment in Moment)
    path = tmp_path / "tips.yml"
    path.write_text("tips:\n  - {id: a, text: b, after: [never]}\n", "utf-8")
    with pytest.raises(RecordInvalidError, match=r"tips\.yml:2"):
        load_tips(path)


def test_everything_said_is_looked_at():
    places = {place.split("/")[1] for place, _ in said_by(GUIDE)}
    assert places == {"title", "need", "never_share", "done", "recheck", "steps"}
    assert (CONTENT_DIR / "guides.schema.json").is_file()
