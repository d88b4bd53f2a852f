"""`python -m bot.referrals`: what those who help type."""

from __future__ import annotations

import asyncio
import csv
import io
import json

import pytest

from bot.ops.clock import SystemClock
from bot.referrals.__main__ import main
from bot.referrals.building import build_referrals
from bot.store.operations import OperationsStore
from knowledge.working_days import load_calendar
from tests.integration.referrals.conftest import WITH_TEAM
from tests.integration.referrals.test_referral_requests import sent


@pytest.fixture
def reference(database_url, teams_file, monkeypatch, tmp_path):
    monkeypatch.setenv("MOTCUA_DATABASE_URL", database_url)
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MOTCUA_TEAMS", str(teams_file))
    store = OperationsStore(database_url)
    made = build_referrals(store, SystemClock(), load_calendar(), lambda: b"key", teams_file)
    one = asyncio.run(sent(made))
    store.close()
    return one.reference


def run(capsys, *arguments):
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.requirement("R-17", "R-28")
def test_from_the_list_to_the_end(capsys, reference, tmp_path):
    code, out, _ = run(capsys, "list", "--unit", WITH_TEAM, "--by", "Lan")
    (row,) = csv.DictReader(io.StringIO(out))
    assert (code, row["reference"], row["state"], row["queue"]) == (0, reference, "new", WITH_TEAM)
    assert "0901234567" not in out  # telephones only on the day's list and on showing one
    code, out, _ = run(capsys, "day-list", "--unit", WITH_TEAM, "--by", "Lan")
    assert code == 0
    assert "0901234567" in out
    page = tmp_path / "list.html"
    assert run(capsys, "day-list", "--by", "Lan", "--html", "--out", str(page))[0] == 0
    assert "cô Ba" in page.read_text("utf-8")
    assert page.stat().st_mode & 0o077 == 0
    digits = reference.removeprefix("HT ")
    assert run(capsys, "confirm", "HT", digits, "--by", "Lan")[0] == 0
    assert run(capsys, "tell", digits, "--by", "Lan", "--text", "9 giờ sáng mai")[0] == 0
    assert run(capsys, "help", digits, "--by", "Lan")[0] == 0
    code, out, _ = run(capsys, "close", digits, "--by", "Lan", "--outcome", "guided")
    assert (code, "đã xóa" in out) == (0, True)
    code, out, _ = run(capsys, "show", digits, "--by", "Lan")
    shown = json.loads(out)
    assert (shown["state"], shown["phone"], shown["called"]) == ("done", "", "")
    assert [event["what"] for event in shown["history"] if event["what"] != "seen"] == [
        "new", "confirmed", "told", "helping", "done",
    ]  # fmt: skip


def test_what_is_refused_is_said_in_a_sentence(capsys, reference):
    code, _, err = run(capsys, "confirm", "HT", "000-000-1", "--by", "Lan")
    assert (code, "Không có yêu cầu nào" in err) == (1, True)
    code, _, err = run(capsys, "tell", *reference.split(), "--by", "Lan", "--text", "đọc mã OTP cho em")
    assert (code, "không được hỏi mật khẩu" in err) == (1, True)
    run(capsys, "not-reached", *reference.split(), "--by", "Lan")
    code, _, err = run(capsys, "help", *reference.split(), "--by", "Lan")
    assert (code, "không liên lạc được" in err) == (1, True)


def test_figures_and_teams(capsys, reference, teams_file, monkeypatch):
    code, out, _ = run(capsys, "figures", "--json")
    assert (code, json.loads(out)["by_unit"]) == (0, {WITH_TEAM: None})
    assert "by_unit,26743,<5" in run(capsys, "figures")[1]
    code, out, _ = run(capsys, "teams", "list")
    assert (code, out.count("\n")) == (0, 170)
    teams_file.write_text("default: {}", "utf-8")
    code, _, err = run(capsys, "list", "--by", "Lan")
    assert (code, "default needs a name" in err) == (2, True)
