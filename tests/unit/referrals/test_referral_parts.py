"""References, teams of all units, figures with small counts hidden, the day's list."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from bot.errors import SettingInvalidError
from bot.referrals.day_list import COLUMNS, lines_of, to_csv, to_html
from bot.referrals.figures import figures_of, hidden
from bot.referrals.models import Level, Referral, ReferralState, TimeWish, Way
from bot.referrals.references import find_reference, new_reference
from bot.referrals.teams import load_teams
from bot.referrals.words import ReferralWord, saying_of
from knowledge.how_to import HelpKind
from knowledge.places import load_places

AT = datetime(2026, 11, 20, 3, tzinfo=timezone.utc)
ONE = Referral(
    id="1",
    state=ReferralState.NEW,
    person="p",
    begun_at=AT,
    reference="HT 482-137-2",
    commune_code="26743",
    kind=HelpKind.SIGN_IN,
    guide="sign_in",
    step="find",
    wish=TimeWish.MORNING,
    way=Way.PHONE,
    phone="0901234567",
    called="cô Ba",
    neighbourhood="khu phố 3",
    filed_at=AT,
)


@pytest.mark.parametrize("number", range(200))
def test_any_one_wrong_digit_and_any_two_swapped_neighbours_are_noticed(number):
    reference = new_reference()
    digits = [char for char in reference if char.isdigit()]
    assert find_reference(f"Mã: {reference}.") == reference
    assert find_reference("ht" + "".join(digits)) == reference
    place = number % 6
    wrong = [*digits]
    wrong[place] = str((int(wrong[place]) + 1 + number % 9) % 10)
    if wrong != digits:
        assert find_reference("HT " + "".join(wrong)) == ""
    swapped = [*digits]
    swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
    if swapped != digits and place < 5:
        assert find_reference("HT " + "".join(swapped)) == ""


@pytest.mark.parametrize("text", ["", "HT", "HT 12", "0901234567", "H29.12-261102-0004", "ht12345678", "THT 482-137-2"])
def test_what_is_no_reference(text):
    assert find_reference(text) == ""


@pytest.mark.requirement("R-17", "R-38")
def test_each_of_the_168_units_has_a_queue_at_every_level(tmp_path):
    path = tmp_path / "teams.yml"
    rows = [
        f"  - {{commune_code: '{one.code}', name: Tổ {one.name}, head: Lãnh đạo {one.name}, "
        f"verified_on: 2026-11-20, verified_by: Văn phòng}}"
        for one in load_places().units
    ]
    path.write_text("\n".join(["default: {name: Đầu mối chung}", "units:", *rows]), "utf-8")
    units = load_places().units
    assert len(units) == 168
    for teams in (load_teams(), load_teams(path)):
        for one in units:
            queues = [teams.queue(one.code, level) for level in Level]
            assert all(queue.key and queue.name for queue in queues)
            assert queues[-1].key == "city"
    filled = load_teams(path)
    assert len({filled.queue(one.code).key for one in units}) == 168
    assert {load_teams().queue(one.code).key for one in units} == {"city"}
    assert load_teams().queue("99999").key == "city"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("  - {commune_code: '26743', name: Tổ}", "head, verified_on, verified_by is missing"),
        ("  - {commune_code: '11111', name: T, head: H, verified_on: 2026-11-20, verified_by: V}", "no unit of today"),
        ("  - {commune_code: '26743', name: T, head: H, verified_on: hôm qua, verified_by: V}", "YYYY-MM-DD"),
        ("  - {commune_code: '26743', name: T, head: H, verified_on: 2027-01-01, verified_by: V}", "still to come"),
        ("  - {commune_code: '26743', name: T, head: H, verified_on: 2026-11-20, verified_by: V, phone: 1}", "unknown"),
        (
            "  - &t {commune_code: '26743', name: T, head: H, verified_on: 2026-11-20, verified_by: V}\n  - *t",
            "two teams",
        ),
        ("  - Tổ công nghệ", "a team is a mapping"),
    ],
)
def test_a_file_of_teams_says_which_line_is_wrong(tmp_path, rows, told):
    path = tmp_path / "teams.yml"
    path.write_text(f"default: {{name: Đầu mối}}\nunits:\n{rows}\n", "utf-8")
    with pytest.raises(SettingInvalidError, match=told) as fault:
        load_teams(path, date(2026, 11, 26))
    assert ":3:" in str(fault.value) or ":4:" in str(fault.value)


@pytest.mark.parametrize("text", ["units: []", "default: {}", "[]", "default: {name: x}\nunits: 3", "a: ["])
def test_a_file_of_teams_without_default_is_refused(tmp_path, text):
    path = tmp_path / "teams.yml"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingInvalidError):
        load_teams(path)


@pytest.mark.requirement("R-07", "R-28")
def test_small_counts_are_hidden_and_cannot_be_told_from_the_sum():
    assert hidden({"a": 12, "b": 3, "c": 7}) == {"a": 12, "b": None, "c": None}
    assert hidden({"a": 12, "b": 3, "c": 2}) == {"a": 12, "b": None, "c": None}
    assert hidden({"a": 4}) == {"a": None}
    assert hidden({"a": 5, "b": 0}) == {"a": 5, "b": 0}


def test_figures_of_a_month():
    def sent(number, unit, hours):
        return replace(
            ONE,
            id=str(number),
            commune_code=unit,
            state=ReferralState.DONE,
            outcome="guided",
            came="yes",
            helped_at=AT + timedelta(hours=hours),
            closed_at=AT + timedelta(hours=hours + 1),
        )

    found = [*(sent(n, "26743", n) for n in range(1, 8)), *(sent(n, "26740", 50) for n in range(8, 11))]
    counted = figures_of(found, date(2026, 11, 1), date(2026, 11, 30))
    assert counted.sent == 10
    assert counted.by_unit == {"26740": None, "26743": None}
    assert counted.by_outcome == {"guided": 10}
    assert counted.hours_to_help == 5.5
    assert figures_of(found[:4], date.min, date.max).hours_to_help is None
    assert figures_of(found[:4], date.min, date.max).sent is None
    assert ("by_unit", "26743", "<5") in counted.rows()
    assert counted.to_json()["schema"] == "referrals-1"


@pytest.mark.requirement("R-17")
def test_the_days_list_holds_what_volunteers_need_and_nothing_else():
    closed = replace(ONE, id="2", state=ReferralState.DONE, phone="", called="", reference="HT 000-111-2")
    later = replace(ONE, id="3", wish=TimeWish.WEEKEND, phone="", way=Way.CHAT, called="", reference="HT 000-111-9")
    (first, second) = lines_of([later, ONE, closed])
    assert set(first) == set(COLUMNS)
    assert (first["reference"], first["unit"], first["phone"]) == (ONE.reference, "Phường Bến Thành", "0901234567")
    assert first["what"] == "Đăng nhập Cổng dịch vụ công bằng VNeID; bước 2/5"
    assert second["phone"] == "nhắn qua trợ lý"


def test_the_days_list_runs_nothing_in_a_spreadsheet_and_nothing_in_a_browser():
    hostile = replace(ONE, called="=cmd|' /C calc'!A0", about="<script>alert(1)</script>", guide="")
    cells = next(row for row in csv.reader(io.StringIO(to_csv([hostile]))) if row[0] == ONE.reference)
    assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]
    assert "<script>" not in to_html([hostile], date(2026, 11, 26))
    assert "Không có yêu cầu nào" in to_html([], date(2026, 11, 26))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        *((kind, {"way": way, "wish": "any"}) for kind in ("confirmed", "helping") for way in ("phone", "chat", "")),
        *((kind, {}) for kind in ("done", "not_reached", "expired", "climbed")),
        ("told", {"text": "9 giờ mai"}),
        *(("declined", {"why": why}) for why in ("not_ours", "other_area", "wants_proxy", "duplicate")),
    ],
)
def test_every_word_can_be_said(kind, content):
    saying = saying_of(ReferralWord("1", "r", "s", kind, {"reference": "HT 482-137-2", "team": "Tổ", **content}))
    assert "HT 482-137-2" in saying.text
    assert "{" not in saying.text
    assert all(payload.startswith("/") for _, payload in saying.buttons)
