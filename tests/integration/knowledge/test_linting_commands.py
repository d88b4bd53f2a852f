"""`python -m knowledge check` and `accept`: exit codes for CI, faults that are named, and the shipped records."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from knowledge import __main__ as command_line
from knowledge.curated import PROCEDURES_DIR
from knowledge.settings import ROOT
from tests.fixtures.catalogue import portal_record, write_lines
from tests.fixtures.linting import rows

CODE = "1.004194"
SIGNED = ("--by", "Lan", "--why", "đã đối chiếu với bản giấy")
TODAY = ("--today", "2026-11-25")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "records").mkdir()
    shutil.copy(PROCEDURES_DIR / f"{CODE}.yml", tmp_path / "records")
    return tmp_path / "records"


@pytest.fixture
def accepted(tmp_path):
    return tmp_path / "accepted.yml"


@pytest.fixture
def run(tmp_path, folder, accepted, monkeypatch, capsys):
    monkeypatch.setenv("MOTCUA_CATALOGUE_URL", f"sqlite:///{tmp_path / 'catalogue.db'}")
    monkeypatch.setenv("MOTCUA_CURATED_DIR", str(folder))
    monkeypatch.delenv("MOTCUA_EDITOR", raising=False)

    def call(command, *arguments):
        capsys.readouterr()
        more = ("--accepted", accepted, *TODAY) if command in ("check", "accept") else ()
        code = command_line.main([str(argument) for argument in (command, *arguments, *more)])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return call


@pytest.fixture
def spoil(folder):
    """Spoil the record: a household book among its papers (error), or a sentence of 40 words (warning)."""

    def change(kind):
        path = folder / f"{CODE}.yml"
        text = path.read_text("utf-8")
        if kind == "error":
            changed = text.replace("        name: ", "        name: Sổ hộ khẩu, ", 1)
        else:
            changed = text.replace("\nsummary: ", f"\nsummary: {'chữ ' * 40}", 1)
        assert changed != text
        path.write_text(changed, "utf-8")

    return change


def findings(run, *arguments):
    return json.loads(run("check", "--json", "--fail-on", "never", *arguments)[1])["findings"]


@pytest.mark.requirement("R-09")
def test_the_shipped_records_are_clean_or_each_finding_is_accepted_by_a_person():
    command = [sys.executable, "-m", "knowledge", "check", *TODAY]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "79 records, 0 findings" in done.stdout


@pytest.mark.requirement("R-09")
@pytest.mark.parametrize(
    ("kind", "limit", "code"),
    [
        ("error", None, 1),
        ("error", "error", 1),
        ("error", "never", 0),
        ("warning", None, 1),
        ("warning", "error", 0),
        ("warning", "warning", 1),
        ("warning", "info", 1),
        ("warning", "never", 0),
    ],
)
def test_the_exit_code_says_what_may_not_stand(run, spoil, kind, limit, code):
    assert run("check")[0] == 0
    spoil(kind)
    assert run("check", *(("--fail-on", limit) if limit else ()))[0] == code


def test_of_the_portals_records_only_errors_stop(run, tmp_path):
    run("import", write_lines(tmp_path / "a.jsonl", portal_record(departmentsExecuting=[{"name": "Công an huyện"}])))
    assert run("check", "--all")[0] == 0
    assert run("check", "--all", "--fail-on", "warning")[0] == 1
    run("import", write_lines(tmp_path / "b.jsonl", portal_record("1.000002", **rows("Sổ hộ khẩu"))))
    code, out, _ = run("check", "--all")
    assert code == 1
    assert "1.000002 (portal) household_book_required dossier/case1/row1" in out


@pytest.mark.requirement("R-09")
def test_a_finding_is_accepted_by_its_fingerprint_and_comes_back_when_the_record_changes(run, spoil, accepted):
    spoil("error")
    (finding,) = (item for item in findings(run) if item["rule"] == "household_book_required")
    code, out, _ = run("accept", finding["fingerprint"], *SIGNED)
    assert (code, "1 findings accepted" in out) == (0, True)
    assert run("check")[0] == 0
    _, _, err = run("accept", finding["fingerprint"], *SIGNED)
    assert "was accepted on 2026-11-25 by Lan: đã đối chiếu với bản giấy" in err
    spoil("error")
    code, out, err = run("check")
    assert code == 1
    assert f"accepted, but not found any more: household_book_required {CODE} [{finding['fingerprint']}]" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "--code", "9.999999"), "no procedure has the code 9.999999"),
        (("check", "--code", CODE, "--code", "x", "--all"), "no procedure has the code 1.004194, x"),
        (("accept", "abcabcabcabc", *SIGNED), "no finding stands with abcabcabcabc; findings in the portal's records"),
        (("accept", "abcabcabcabc", "--why", "vì"), "say who does this"),
        (("accept", "abcabcabcabc", "--by", "Lan", "--why", " "), "say why"),
    ],
)
def test_what_cannot_be_done_is_named(run, accepted, arguments, said):
    code, _, err = run(*arguments)
    assert code == 2
    assert said in err
    assert not accepted.exists()


def test_one_unknown_fingerprint_keeps_the_others_from_being_accepted(run, spoil, accepted):
    spoil("error")
    fingerprint = findings(run)[0]["fingerprint"]
    code, _, err = run("accept", fingerprint, "abcabcabcabc", *SIGNED)
    assert (code, "nothing is accepted" in err) == (2, True)
    assert not accepted.exists()


@pytest.mark.parametrize("arguments", [("--rule", "no_such_rule"), ("--fail-on", "always"), ("--today", "mai")])
def test_a_choice_that_does_not_exist_is_refused(arguments):
    with pytest.raises(SystemExit) as stopped:
        command_line.main(["check", *arguments])
    assert stopped.value.code == 2


def test_a_file_of_acceptances_that_cannot_be_read_is_named_with_its_line(run, accepted):
    accepted.write_text("# ai\n- {rule: r}\n", "utf-8")
    for arguments in (("check",), ("accept", "abc", *SIGNED)):
        code, _, err = run(*arguments)
        assert code == 2
        assert f"{accepted}:2: " in err


def test_a_page_is_written_whole_and_narrowed_as_asked(run, spoil, tmp_path):
    spoil("error")
    page = tmp_path / "page.html"
    code, out, _ = run("check", "--html", page, "--rule", "household_book_required", "--code", CODE)
    assert (code, f"written: {page}" in out) == (1, True)
    assert page.read_text("utf-8").count("<li data-id=") == 1
    assert not list(tmp_path.glob("*.part"))


def test_several_processes_find_the_same_as_one(run, tmp_path, monkeypatch):
    from knowledge.linting import workers

    records = [portal_record(f"1.{number:06}", **rows("Sổ hộ khẩu")) for number in range(1, 41)]
    run("import", write_lines(tmp_path / "a.jsonl", *records))
    alone = findings(run, "--all")
    monkeypatch.setattr(workers, "_FEW", 2)
    monkeypatch.setattr(workers, "_PART", 7)
    monkeypatch.setattr(workers.os, "cpu_count", lambda: 2)
    assert findings(run, "--all") == alone
    assert sum(item["rule"] == "household_book_required" for item in alone) == 40
