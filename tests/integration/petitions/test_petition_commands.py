"""The commands of the desk, as an officer types them; exports without people; errors that say what to do."""

from __future__ import annotations

import asyncio
import csv
import io
import json

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from bot.ops.clock import SystemClock
from bot.petitions.__main__ import main
from bot.petitions.build import build_petitions
from bot.petitions.export import COLUMNS
from bot.petitions.models import Contact, ContactKind
from bot.petitions.tables import METADATA
from bot.store.migrate import configuration
from bot.store.operations import OperationsStore
from tests.fixtures.petitions import draft

BY = ("--by", "Lê Văn C")


@pytest.fixture
def run(database_url, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MOTCUA_DATABASE_URL", database_url)
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MOTCUA_CATALOGUE_URL", "sqlite:////nowhere/at.all")

    def command(*arguments):
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


@pytest.fixture
def lodge(database_url, settings):
    def work(**changes):
        store = OperationsStore(database_url)
        try:
            parts = build_petitions(settings, store, SystemClock(), b"key")
            return asyncio.run(parts.service.lodge(draft(**changes))).code
        finally:
            store.close()

    return work


def test_from_the_list_to_the_end(run, lodge):
    code = lodge(content="Chờ ba tiếng mới tới lượt, máy lấy số hư.", urgent=True)
    assert run("list")[1].startswith(f"{code} · KHẨN · đã nhận, chờ xem xét")
    assert run("receive", code, *BY)[0] == 0
    code_, out, _ = run("ask", code.lower(), *BY, "--template", "ask_when_where")
    assert (code_, out.splitlines()[0]) == (0, f"{code}: chờ người dân bổ sung.")
    assert run("answer", code, *BY, "--template", "answer_attitude")[0] == 1
    filled = run("answer", code, *BY, "--template", "answer_attitude", "--fill", "thay máy lấy số ngày 25/11")
    assert filled[0] == 0, filled
    assert run("publish", code, *BY, "--place", "Bảng tin phường")[0] == 0
    assert run("close", code, *BY)[1].splitlines()[0] == f"{code}: đã kết thúc."
    assert run("list")[1].strip() == "Không có."
    assert code in run("list", "--all")[1]
    shown = run("show", code)[1]
    for part in ("thay máy lấy số ngày 25/11", "Lê Văn C", "…567", "KHẨN", "Bảng tin phường", "Chờ ba tiếng"):
        assert part in shown, part
    assert "0901234567" not in shown
    assert "owner: Nguyễn Văn An, 0901234567" in run("contact", code, *BY)[1]
    assert "xem thông tin liên hệ (Lê Văn C)" in run("show", code)[1]
    assert run("reopen", code, *BY, "--text", "Người dân tới quầy hỏi lại.")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("receive", "{code}"), "Thiếu tên người thực hiện"),
        (("answer", "{code}", *BY), "Thiếu nội dung"),
        (("answer", "{code}", *BY, "--text", "Xong."), "ít nhất 20 ký tự"),
        (("answer", "{code}", *BY, "--template", "answer_delay"), "còn chỗ trống"),
        (("answer", "{code}", *BY, "--template", "answer_rule"), "Không có mẫu này"),
        (("close", "{code}", *BY), "vì phản ánh đã nhận, chờ xem xét"),
        (("refuse", "{code}", *BY), "complaint, denunciation"),
        (("refuse", "{code}", *BY, "--reason", "other", "--text", "Việc khác."), "Thiếu nơi phù hợp"),
        (("transfer", "{code}", *BY, "--to", "quan_1", "--text", "x"), "Không có đơn vị quan_1"),
        (("show", "PA-1234-5678"), "Không có phản ánh nào mang mã này"),
        (("show", "'; DROP TABLE petition; --"), "Không có phản ánh nào mang mã này"),
    ],
)
def test_what_is_not_possible_says_what_to_do_and_changes_nothing(run, lodge, arguments, said):
    code = lodge()
    before = run("show", code)[1]
    exit_code, out, complaint = run(*(part.format(code=code) for part in arguments))
    assert exit_code == 1
    assert said in complaint
    assert out == ""
    assert run("show", code)[1] == before


@pytest.mark.requirement("R-28")
def test_exports_hold_no_people(run, lodge, tmp_path):
    code = lodge(content="=cmd|' /C calc'!A0 gọi tôi số 0907654321 nhé", wish="Xin trả hồ sơ sớm")
    lodge(key="k2", contact=Contact(ContactKind.EMAIL, "an@example.vn"))
    run("refuse", code, *BY, "--reason", "city_services")
    plain = run("export")[1]
    rows = list(csv.DictReader(io.StringIO(plain)))
    assert tuple(rows[0]) == COLUMNS
    assert [row["refusal_reason"] for row in rows] == ["city_services", ""]
    told = run("export", "--format", "json", "--with-text")[1]
    for text in (plain, told):
        for person in ("Nguyễn", "0901234567", "0907654321", "an@example.vn", "Lê Văn C", "web-1"):
            assert person not in text, person
    assert json.loads(told)["petitions"][0]["wish"] == "Xin trả hồ sơ sớm"
    file = tmp_path / "pakn.csv"
    assert run("export", "--with-text", "--out", str(file))[0] == 0
    (first, _) = csv.DictReader(file.open(encoding="utf-8-sig"))
    assert first["content"].startswith("'=cmd")
    counts = json.loads(run("stats")[1])
    assert (counts["received"], counts["refused"], counts["by_refusal"]) == (2, 1, {"city_services": 1})
    assert json.loads(run("stats", "--until", "2020-01-01")[1])["received"] == 0
    assert run("export", "--out", str(tmp_path))[0] == 2


def test_lists_for_officers(run, lodge):
    code = lodge()
    assert "không nhận khiếu nại" in run("reasons")[1]
    assert "commune:26740 · UBND phường Sài Gòn" in run("units")[1]
    assert run("check")[0] == 0
    assert f"Về phản ánh {code}" in run("templates", code, "--step", "answer")[1]
    assert run("alerts")[0] == run("overdue")[0] == run("overdue", "--day", "2026-11-26")[0] == 0


def test_a_wrong_setting_and_a_store_that_is_away_are_said(run, monkeypatch, tmp_path):
    monkeypatch.setenv("MOTCUA_PETITION_REOPEN_DAYS", "soon")
    code, _, complaint = run("list")
    assert code == 2
    assert "MOTCUA_PETITION_REOPEN_DAYS" in complaint
    monkeypatch.setenv("MOTCUA_PETITION_REOPEN_DAYS", "15")
    monkeypatch.setenv("MOTCUA_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    code, _, complaint = run("list")
    assert code == 3
    assert complaint.startswith("STORE_DOWN")
    assert "Traceback" not in complaint


def test_migrations_make_the_tables_of_petitions(operations):
    with operations().engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = [
            entry
            for entry in compare_metadata(context, METADATA)
            if not isinstance(entry, tuple) or entry[0] not in ("remove_index", "remove_table")
        ]
    assert differences == []


def test_the_migration_can_be_taken_back(database_url, operations):
    from alembic import command

    operations()
    engine = create_engine(database_url, future=True)
    with engine.begin() as connection:
        command.downgrade(configuration(connection), "0003")
        assert not [name for name in inspect(connection).get_table_names() if name.startswith("petition")]
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "0004")
    engine.dispose()
