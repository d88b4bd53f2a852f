"""`python -m bot.feedback`: lists, figures and exports that tell of nobody."""

from __future__ import annotations

import asyncio
import csv
import io
import json

import pytest

from bot.feedback.__main__ import main
from bot.feedback.models import Reason, Thumb

WORDS = "mẹ tôi tên Hoa, không nhận được otp"


@pytest.fixture
def command(monkeypatch, database_url, tmp_path, capsys):
    monkeypatch.setenv("MOTCUA_DATABASE_URL", database_url)
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path))

    def run(*arguments):
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
async def references(rated):
    return [await rated(2 * number, Reason.WRONG, words=WORDS if number == 1 else "") for number in range(1, 7)]


@pytest.fixture
async def one(rated):
    return await rated(2, Reason.WRONG, words=WORDS)


async def in_thread(command, *arguments):
    return await asyncio.to_thread(command, *arguments)


async def test_list_show_assign_done(command, one):
    _, out, _ = await in_thread(command, "list")
    (row,) = rows(out)
    assert (row["reference"], row["desk"], row["state"], row["bottleneck"]) == (
        one,
        "editor",
        "open",
        "otp_not_received",
    )
    _, out, _ = await in_thread(command, "show", one)
    assert WORDS in out
    assert "1.004194" in out
    assert "lệ phí?" in out
    code, out, _ = await in_thread(command, "assign", one, "--owner", "Lan", "--by", "Minh")
    assert (code, out.strip()) == (0, "Đã giao cho Lan.")
    code, _, err = await in_thread(command, "done", one, "--by", "Lan", "--outcome", "ok")
    assert code == 1
    assert "10 ký tự" in err
    code, _, _ = await in_thread(command, "done", one, "--by", "Lan", "--outcome", "Đã sửa bản ghi lệ phí")
    assert code == 0
    assert rows((await in_thread(command, "list"))[1]) == []
    assert len(rows((await in_thread(command, "list", "--all"))[1])) == 1


async def test_code_and_dismiss(command, one):
    assert (await in_thread(command, "code", one, "payment_failed", "--by", "Lan"))[0] == 0
    assert (await in_thread(command, "dismiss", one, "--by", "Lan", "--reason", "Thử nghiệm nội bộ"))[0] == 0
    (row,) = json.loads((await in_thread(command, "list", "--all", "--format", "json"))[1])
    assert (row["bottleneck"], row["state"]) == ("payment_failed", "dismissed")
    code, _, err = await in_thread(command, "show", "GY-NOSUCH")
    assert code == 1
    assert "Không có góp ý" in err


@pytest.mark.requirement("R-28")
@pytest.mark.parametrize("form", ["csv", "json"])
async def test_the_export_holds_no_words_and_no_conversation(command, one, form):
    _, out, _ = await in_thread(command, "export", "--format", form)
    assert one in out
    assert "1.004194" in out
    for private in ("Hoa", "lệ phí?", '"one"', ",one,"):
        assert private not in out


@pytest.mark.requirement("R-07", "R-21")
async def test_small_numbers_are_hidden(command, references, rated):
    await rated(100, thumb=Thumb.UP)
    _, out, _ = await in_thread(command, "stats", "--format", "json")
    told = json.loads(out)
    month = told["bottlenecks"]["2026-11"]
    # One item only has a code of its own: its cell and the next smallest are hidden, or the sum would tell.
    assert (month["otp_not_received"], month["khac"]) == (None, None)
    assert month["portal_error"] == 0
    assert told["reasons"] == {"wrong": 6}
    assert told["procedures"] == {"1.004194": 6}
    _, out, _ = await in_thread(command, "stats")
    assert {row["number"] for row in rows(out) if row["name"] == "otp_not_received"} == {"<5"}


async def test_wrong_answers_come_by_record_with_its_version_now(command, one, rated, monkeypatch):
    from bot.feedback import __main__ as commands
    from knowledge.errors import ProcedureUnknownError

    class Catalogue:
        def __init__(self, url):
            pass

        def get(self, code):
            if code != "1.004194":
                raise ProcedureUnknownError(code)
            return type("Record", (), {"version": "curated:3"})()

    monkeypatch.setattr(commands, "CatalogueStore", Catalogue)
    await rated(4, Reason.INCOMPLETE)
    await rated(6, Reason.OUTDATED, code="9.999999")
    await rated(8, Reason.UNCLEAR)
    found = json.loads((await in_thread(command, "wrong-answers", "--format", "json"))[1])
    assert [(row["procedure_code"], row["open"], row["record"]) for row in found] == [
        ("1.004194", 2, "bản ghi đã đổi thành curated:3"),
        ("9.999999", 1, "bản ghi không còn trong danh mục"),
    ]
    assert one in found[0]["references"]
