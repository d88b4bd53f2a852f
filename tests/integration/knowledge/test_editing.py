"""An editor's commands: one change at a time, signed, validated before it is written, the file otherwise as it was."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unicodedata
from datetime import date

import pytest

from knowledge.curated import PROCEDURES_DIR, read_record
from knowledge.editing import CuratedFiles, Signature
from knowledge.errors import EditRefusedError
from knowledge.settings import ROOT
from tests.fixtures.catalogue import portal_record, write_lines

SIGNED = ("--by", "Lan", "--why", "theo nghị quyết mới")
SIGN = Signature("Lan", "theo nghị quyết mới", date(2026, 11, 23))
CODE = "1.004194"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "records").mkdir()
    for code in (CODE, "3.000722"):
        shutil.copy(PROCEDURES_DIR / f"{code}.yml", tmp_path / "records")
    return tmp_path / "records"


@pytest.fixture
def run(tmp_path, folder, monkeypatch, call):
    monkeypatch.setenv("MOTCUA_CATALOGUE_URL", f"sqlite:///{tmp_path / 'catalogue.db'}")
    monkeypatch.setenv("MOTCUA_CURATED_DIR", str(folder))
    monkeypatch.delenv("MOTCUA_EDITOR", raising=False)

    call("build")
    return call


def show(run, code=CODE):
    return json.loads(run("show", code)[1])


def lines(path):
    return set(path.read_text("utf-8").splitlines())


def test_one_fact_is_changed_and_nothing_else(run, folder):
    before = lines(folder / f"{CODE}.yml")
    code, out, _ = run("edit", CODE, "submission_methods.online.fees.0.amount", "8000", *SIGNED)
    assert code == 0
    assert "1 changed" in out
    assert show(run)["submission_methods"][0]["fees"][0]["amount"] == 8000
    changed = {line.strip() for line in lines(folder / f"{CODE}.yml") ^ before}
    rest = "per: lần, case: 'cá nhân, hộ gia đình', when: {registrant: [household, forces]}"
    assert changed == {
        f"- {{kind: charge, amount: 7000, {rest}}}",
        f"- {{kind: charge, amount: 8000, {rest}}}",
        "changes:",
        f"- on: {read_record(folder / f'{CODE}.yml').changes[0].on}",
        "by: Lan",
        "why: theo nghị quyết mới",
        "what: 'submission_methods.online.fees.0.amount: 7000 → 8000'",
    }


def test_the_change_is_in_the_history_with_who_and_why(run):
    run("alias", CODE, "ở trọ lâu dài", *SIGNED)
    assert "by Lan: theo nghị quyết mới" in run("history")[1].splitlines()[0]
    first, second = run("history", CODE)[1].splitlines()
    assert (first.split()[0], second.split()[0]) == ("curated:1", "curated:2")
    assert second.endswith("by Lan: theo nghị quyết mới")
    assert "Tên thường gọi, thêm: «ở trọ lâu dài»" in run("diff", "--load", "2", "--editorial")[1]
    assert run("diff", "--load", "2")[1] == "Không có khác biệt về nội dung\n", "an alias is no published fact"


def test_a_name_is_found_at_once_and_can_be_taken_out(run):
    run("alias", CODE, 'giấy "ở ké"', "xin ở ké", *SIGNED)
    assert {'giấy "ở ké"', "xin ở ké"} <= set(show(run)["aliases"])
    run("alias", CODE, "xin ở ké", "--remove", *SIGNED)
    assert "xin ở ké" not in show(run)["aliases"]


def test_letters_and_marks_typed_apart_are_put_together(run, folder):
    apart = unicodedata.normalize("NFD", "ở ké nhà 'bà \"Năm\"'")
    assert run("alias", CODE, apart, "--by", "Lan", "--why", unicodedata.normalize("NFD", "bà con  nói"))[0] == 0
    text = (folder / f"{CODE}.yml").read_text("utf-8")
    assert text == unicodedata.normalize("NFC", text)
    assert "ở ké nhà 'bà \"Năm\"'" in show(run)["aliases"]
    assert run("history", CODE)[1].rstrip().endswith("by Lan: bà con nói")


@pytest.mark.requirement("R-05")
def test_a_check_ends_the_caution(run):
    assert run("checked", CODE, "3.000722", "--on", "2026-11-20", *SIGNED)[0] == 0
    for code in (CODE, "3.000722"):
        record = show(run, code)
        assert (record["checked_on"], record["checked_by"]) == ("2026-11-20", "Lan")
        assert not record.get("needs_recheck")
        assert "recheck_reason" not in record
    run("checked", CODE, "--still-waits", "--on", "2026-11-21", *SIGNED)
    assert show(run)["checked_on"] == "2026-11-21"


@pytest.mark.requirement("R-27")
def test_an_old_code_leads_to_its_successor(run, tmp_path):
    run("import", write_lines(tmp_path / "a.jsonl", portal_record("1.000001"), portal_record("1.000002")))
    assert run("supersede", "1.000001", "1.000002", *SIGNED)[0] == 0
    assert show(run, "1.000001")["code"] == "1.000002"
    assert run("supersede", CODE, "3.000722", *SIGNED)[0] == 0
    assert show(run)["code"] == "3.000722"
    assert "old code itself" in run("supersede", "1.000002", CODE, *SIGNED)[2]
    assert "cannot replace itself" in run("supersede", "1.000002", "1.000002", *SIGNED)[2]


@pytest.mark.requirement("R-27")
@pytest.mark.parametrize("command", [("alias", "2.002621", "x"), ("edit", "2.002621", "summary", "x")])
def test_nothing_is_written_under_an_old_code(run, folder, command):
    code, _, err = run(*command, *SIGNED)
    assert code == 2
    assert "2.002621 is an old code; the procedure is 3.000722 now" in err
    assert "3.000722 now" in run("checked", "2.002621", *SIGNED)[2]
    assert "3.000722 now" in run("adopt", "2.002621", *SIGNED)[2]
    assert not (folder / "2.002621.yml").exists()


def test_a_portals_record_gets_a_file_that_adds_to_it(run, folder, tmp_path):
    run("import", write_lines(tmp_path / "a.jsonl", portal_record("1.000001")))
    before = show(run, "1.000001")
    run("alias", "1.000001", "nuôi chim", *SIGNED)
    after = show(run, "1.000001")
    assert {name for name in before if before[name] != after.get(name)} == {"version"}
    assert after["aliases"] == ["nuôi chim"]
    assert read_record(folder / "1.000001.yml").extends_portal


def test_a_portals_record_is_taken_over_whole(run, folder, tmp_path):
    run("import", write_lines(tmp_path / "a.jsonl", portal_record("1.000001")))
    before = show(run, "1.000001")
    assert run("adopt", "1.000001", *SIGNED)[0] == 0
    after = show(run, "1.000001")
    assert {name for name in before if before[name] != after.get(name)} == {"version"}
    assert "already" in run("adopt", "1.000001", *SIGNED)[2]


def test_a_file_is_written_again_as_it_was(run, folder):
    path = folder / f"{CODE}.yml"
    before = path.read_text("utf-8")
    run("edit", CODE, "steps", "--remove", *SIGNED)
    run("alias", CODE, "ở ké", *SIGNED)
    assert run("revert", CODE, "curated:1", *SIGNED)[0] == 0
    text = path.read_text("utf-8")
    assert text.startswith(before.rstrip("\n"))
    assert [change.what for change in read_record(path).changes][-1] == "as in curated:1"
    assert "undo" in run("revert", CODE, "portal:1", *SIGNED)[2]
    assert "no version" in run("revert", CODE, "yesterday", *SIGNED)[2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("edit", CODE, "online_level", "maybe", *SIGNED), "would no longer be valid"),
        (("edit", CODE, "title", "--remove", *SIGNED), "would no longer be valid"),
        (("edit", CODE, "nonsense", "x", *SIGNED), "would no longer be valid"),
        (("edit", CODE, "steps.99", "x", *SIGNED), "no entry 99"),
        (("edit", CODE, "summary.deeper.still", "x", *SIGNED), "leads nowhere"),
        (("edit", CODE, "summary", "a: b: c", *SIGNED), "no YAML value"),
        (("edit", CODE, "summary", "x", "--add", *SIGNED), "is no list"),
        (("edit", CODE, "summary", *SIGNED), "say the new value"),
        (("edit", CODE, "who.x", "--remove", *SIGNED), "leads nowhere"),
        (("alias", CODE, "làm tạm trú", *SIGNED), "already"),
        (("alias", CODE, "chưa từng có", "--remove", *SIGNED), "does not hold"),
        (("alias", "9.999999", "x", *SIGNED), "no procedure has the code"),
        (("alias", "../../etc/passwd", "x", *SIGNED), "no procedure has the code"),
        (("checked", CODE, "--why", "x"), "say who"),
        (("checked", CODE, "--by", "Lan", "--why", " "), "say why"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_and_the_file_stays(run, folder, arguments, said):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    code, _, err = run(*arguments)
    assert code == 2
    assert said in err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_setting_says_who_is_at_work(run, monkeypatch):
    monkeypatch.setenv("MOTCUA_EDITOR", "Minh")
    assert run("checked", CODE, "--why", "đối chiếu")[0] == 0
    assert show(run)["checked_by"] == "Minh"


def test_two_editors_at_once_lose_nothing(folder):
    files, start = CuratedFiles(folder), threading.Barrier(2)

    def work(names):
        start.wait()
        for name in names:
            files.add_value(CODE, "aliases", name, SIGN)

    names = [f"tên {number}" for number in range(8)]
    threads = [threading.Thread(target=work, args=(half,)) for half in (names[:4], names[4:])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(names) <= set(read_record(files.path(CODE)).aliases)
    assert len(read_record(files.path(CODE)).changes) == 8


def test_a_broken_file_is_named(run, folder):
    path = folder / f"{CODE}.yml"
    path.write_text("# đang sửa dở\ncode: [", "utf-8")
    code, _, err = run("alias", CODE, "x", *SIGNED)
    assert code == 2
    assert f"{path}:2: broken YAML" in err or f"{path}:3: broken YAML" in err


def test_a_file_that_is_faulty_already_is_named_with_its_line(run, folder):
    path = folder / f"{CODE}.yml"
    path.write_text(path.read_text("utf-8").replace("online_level: full", "online_level: maybe"), "utf-8")
    line = path.read_text("utf-8").split("online_level: maybe")[0].count("\n") + 1
    assert f"{path}:{line}: online_level" in run("alias", CODE, "ở ké", *SIGNED)[2]
    assert run("edit", CODE, "online_level", "partial", *SIGNED)[0] == 0, "an edit may mend it"


def test_a_fault_in_another_file_does_not_hide_that_the_change_is_written(run, folder):
    (folder / "3.000722.yml").write_text("code: '3.000722'\n", "utf-8")
    code, out, err = run("alias", CODE, "ở ké", *SIGNED)
    assert code == 2
    assert f"written: {folder / f'{CODE}.yml'}" in out
    assert "3.000722.yml:1: " in err
    assert "the change is written" in err


KILLED_IN_THE_MIDDLE = """
import os, signal, sys
from knowledge import editing

def die(path):
    os.kill(os.getpid(), signal.SIGKILL)

editing.read_record = die
from knowledge import __main__ as command_line
command_line.main(sys.argv[1:])
"""


def test_a_killed_edit_leaves_the_file_and_the_next_one_clears_up(run, folder):
    path = folder / f"{CODE}.yml"
    before = path.read_bytes()
    command = [sys.executable, "-c", KILLED_IN_THE_MIDDLE, "alias", CODE, "ở ké", *SIGNED]
    assert subprocess.run(command, cwd=ROOT).returncode == -signal.SIGKILL
    assert path.read_bytes() == before
    assert list(folder.glob(".edit-*"))
    assert run("alias", CODE, "ở ké", *SIGNED)[0] == 0
    assert not list(folder.glob(".edit-*"))
    assert "ở ké" in show(run)["aliases"]


def test_a_folder_that_cannot_be_written_to_is_named(folder, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", refuse)
    with pytest.raises(EditRefusedError, match="records cannot be written to: Permission denied"):
        CuratedFiles(folder).add_value(CODE, "aliases", "ở ké", SIGN)
