"""The operator's file of templates: what it may hold, what is said about faults, and what goes into a template."""

from __future__ import annotations

from datetime import date

import pytest

from bot.errors import SettingInvalidError
from bot.ops.news import News, NewsKind, news_of, to_content
from bot.zalo.templates import load_templates

GOOD = """
case_changed:
  template_id: "301"
  price: 560
  parameters:
    ma_ho_so: {from: case_code, most: 30}
    trang_thai: {from: state, most: 40}
    noi_giai_quyet: {from: unit, most: 12, without: chưa ghi}
    hen_tra: {from: due_on, most: 20, without: chưa có ngày}
petition_step:
  template_id: 302
  price: 0
  parameters:
    viec: {from: step, most: 60}
"""
CHANGED = {"case_code": "H29.12-261102-0012", "state": "Đang giải quyết"}


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "templates.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_file_is_read(written):
    found = load_templates(written(GOOD))
    assert set(found) == {NewsKind.CASE_CHANGED, NewsKind.PETITION_STEP}
    assert (found[NewsKind.CASE_CHANGED].template_id, found[NewsKind.CASE_CHANGED].unit_price) == ("301", 560)
    assert found[NewsKind.PETITION_STEP].template_id == "302"


def test_what_goes_into_a_template(written):
    template = load_templates(written(GOOD))[NewsKind.CASE_CHANGED]
    full = News(NewsKind.CASE_CHANGED, {**CHANGED, "unit": "Uỷ ban nhân dân phường", "due_on": "2026-12-03"})
    assert template.fill(full) == {
        "ma_ho_so": "H29.12-261102-0012",
        "trang_thai": "Đang giải quyết",
        "noi_giai_quyet": "Uỷ ban nhân…",
        "hen_tra": "03/12/2026",
    }
    bare = template.fill(News(NewsKind.CASE_CHANGED, CHANGED))
    assert bare is not None
    assert (bare["noi_giai_quyet"], bare["hen_tra"]) == ("chưa ghi", "chưa có ngày")


def test_no_value_is_longer_than_its_parameter(written):
    template = load_templates(written(GOOD))[NewsKind.CASE_CHANGED]
    for length in range(1, 80):
        for text in ("x" * length, "một hai " * length, "ữ " * length):
            filled = template.fill(News(NewsKind.CASE_CHANGED, {**CHANGED, "state": text, "unit": text}))
            assert filled is not None
            assert len(filled["trang_thai"]) <= 40
            assert len(filled["noi_giai_quyet"]) <= 12
            assert all(filled.values())


def test_a_code_is_never_cut_and_a_gap_is_never_sent(written):
    template = load_templates(written(GOOD))[NewsKind.CASE_CHANGED]
    assert template.fill(News(NewsKind.CASE_CHANGED, {**CHANGED, "case_code": "H" * 31})) is None
    assert template.fill(News(NewsKind.CASE_CHANGED, {"case_code": "H1"})) is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("case_changed:", "case_gone:", "case_gone: no kind of news"),
        ('"301"', '""', "template_id: the number in Zalo's console"),
        ("price: 560", "price: -1", "case_changed.price"),
        ("price: 560", "price: 5.6", "case_changed.price"),
        ("price: 560", "cost: 560", "needs template_id, price and parameters"),
        ("from: state", "from: phone", "trang_thai: from: no field of this news"),
        ("case_code, most: 30", "case_code, most: 12", "ma_ho_so: most: whole characters, 20 to 2000"),
        ("most: 40", "most: true", "trang_thai: most"),
        (", without: chưa ghi", "", "noi_giai_quyet: without: what stands here when the news has no unit"),
        ("without: chưa ghi", "without: chưa ghi trong hệ thống", "without: words that fit"),
        ("most: 40}", "most: 40, type: text}", "trang_thai: needs from and most"),
        ("    ma_ho_so:", '    "mã hồ sơ":', "a parameter's name has letters"),
        (GOOD, "", "holds no templates"),
        (GOOD, "- a", "holds no templates"),
        (GOOD, "a: [", "cannot be read"),
    ],
)
def test_every_fault_is_named(written, old, new, said):
    with pytest.raises(SettingInvalidError, match="MOTCUA_ZALO_TEMPLATES") as caught:
        load_templates(written(GOOD.replace(old, new, 1)))
    assert said in str(caught.value)


def test_all_faults_are_named_at_once_and_a_missing_file_too(written, tmp_path):
    with pytest.raises(SettingInvalidError) as caught:
        load_templates(written(GOOD.replace("price: 560", "price: x").replace("from: step", "from: steps")))
    assert "case_changed.price" in str(caught.value)
    assert "petition_step.viec" in str(caught.value)
    with pytest.raises(SettingInvalidError, match="cannot be read"):
        load_templates(tmp_path / "none.yml")


def test_news_goes_through_a_message_and_leaves_out_what_is_not_known():
    content = {"news": to_content(NewsKind.CASE_CHANGED, case_code="H1", state="x", unit="", due_on=date(2026, 12, 3))}
    assert news_of(content) == News(NewsKind.CASE_CHANGED, {"case_code": "H1", "state": "x", "due_on": "2026-12-03"})
    with pytest.raises(ValueError, match="phone"):
        to_content(NewsKind.CASE_CHANGED, phone="0903")
    for other in ({}, {"news": 3}, {"news": {"kind": "x", "fields": {}}}, {"news": {"kind": "case_changed"}}):
        assert news_of(other) is None
