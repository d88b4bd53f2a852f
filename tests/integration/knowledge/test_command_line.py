"""`python -m knowledge …`: what each command says, and its exit code (0 fine, 1 done with faults, 2 not done)."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys

import pytest

from knowledge.catalogue import build
from knowledge.curated import PROCEDURES_DIR
from knowledge.search.deciding import Thresholds
from knowledge.settings import ROOT, CatalogueSettings
from knowledge.store import CatalogueStore
from tests.fixtures.catalogue import portal_record, write_lines

SHOWN = ("1.004194", "1.001193", "3.000722", "3.000347")


@pytest.fixture
def run(tmp_path, monkeypatch, call):
    """`run("import", path)` → exit code, what was printed, what was complained of."""
    monkeypatch.setenv("MOTCUA_CATALOGUE_URL", f"sqlite:///{tmp_path / 'catalogue.db'}")
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MOTCUA_VECTORS", "off")

    return call


@pytest.fixture
def some_curated(tmp_path):
    folder = tmp_path / "records"
    folder.mkdir()
    for code in SHOWN:
        shutil.copy(PROCEDURES_DIR / f"{code}.yml", folder)
    build(CatalogueSettings(f"sqlite:///{tmp_path / 'catalogue.db'}"), folder)


@pytest.mark.requirement("R-09")
def test_check_finds_the_shipped_records_in_order(run):
    code, out, err = run("check", "--today", "2026-11-25")
    assert (code, err) == (0, "")
    assert "records, 0 findings" in out


@pytest.mark.requirement("R-09")
def test_check_fails_on_a_broken_record(run, tmp_path, monkeypatch):
    (tmp_path / "1.000001.yml").write_text("code: '1.000001'\n", "utf-8")
    monkeypatch.setenv("MOTCUA_CURATED_DIR", str(tmp_path))
    code, out, err = run("check")
    assert code == 1
    assert "1 curated records, 1 faults" in out
    assert "1.000001.yml:1: record: " in err


def test_build_writes_once(run):
    code, out, _ = run("build")
    assert code == 0
    assert "added" in out
    assert run("build")[:2] == (0, "catalogue is up to date\n")


def test_import_reports_and_repeats(run, tmp_path):
    file = write_lines(tmp_path / "a.jsonl", portal_record("1.000001"), portal_record("1.000002"))
    assert run("import", file)[:2] == (0, "2 records imported: 2 added\n")
    assert run("import", file)[:2] == (0, "2 records imported: 2 unchanged\n")
    file = write_lines(tmp_path / "a.jsonl", portal_record("1.000001", name="Tên khác"), portal_record("1.000002"))
    assert run("import", file)[:2] == (0, "2 records imported: 1 changed, 1 unchanged\n")


def test_import_with_faults_names_each_place_and_keeps_the_rest(run, tmp_path):
    file = write_lines(tmp_path / "a.jsonl", portal_record("1.000001"), '{"code"', {"x": 1}, portal_record("1.000002"))
    code, out, err = run("import", file)
    assert code == 1
    assert "2 records imported: 2 added" in out
    assert f"left out: {file}:2: broken JSON" in err
    assert f"left out: {file}:3: the record has no procedure code" in err


def test_many_faults_are_counted_not_all_listed(run, tmp_path):
    file = write_lines(tmp_path / "a.jsonl", portal_record(), *[{"x": 1}] * 50)
    code, _, err = run("import", file)
    assert code == 1
    assert err.count("left out: ") == 21
    assert "left out: 30 more" in err


@pytest.mark.parametrize("content", [b"[]", b"hello", b"\x00\xff\xfe" * 99, b'{"code":"OK","data":{"items":[]}}'])
def test_import_of_a_file_without_records_is_not_done(run, tmp_path, content):
    (tmp_path / "a.json").write_bytes(content)
    code, _, err = run("import", tmp_path / "a.json")
    assert code == 2
    assert "none of the known formats" in err or "no procedure's record found" in err


def test_import_of_what_is_no_file_is_not_done(run, tmp_path):
    assert run("import", tmp_path / "missing.json")[::2] == (
        2,
        f"error: {tmp_path}/missing.json: there is no such file\n",
    )
    assert run("import", tmp_path)[::2] == (2, f"error: {tmp_path}: not a file\n")


@pytest.mark.requirement("R-05")
@pytest.mark.parametrize(
    ("name", "arguments", "day"),
    [
        ("detail_2026-07-18.jsonl", (), "2026-07-18"),
        ("detail_2026-07-18.jsonl", ("--retrieved-on", "2026-09-01"), "2026-09-01"),
    ],
)
def test_the_day_of_retrieval_comes_from_the_name_or_the_option(run, tmp_path, name, arguments, day):
    run("import", write_lines(tmp_path / name, portal_record()), *arguments)
    shown = json.loads(run("show", "1.000001")[1])
    assert shown["checked_on"] == shown["source"]["retrieved_on"] == day


def test_a_day_in_the_name_that_does_not_exist_is_not_used(run, tmp_path):
    code, _, _ = run("import", write_lines(tmp_path / "detail_2026-13-45.jsonl", portal_record()))
    assert code == 0
    assert json.loads(run("show", "1.000001")[1])["checked_on"].startswith("20")


@pytest.mark.usefixtures("some_curated")
def test_search_in_words_and_as_json(run):
    code, out, _ = run("search", "dang ky tam tru")
    assert code == 0
    assert out.splitlines()[0].split()[1] == "1.004194"
    hits = json.loads(run("search", "đăng ký tạm trú", "--json", "--limit", "2")[1])["hits"]
    assert hits[0]["code"] == "1.004194"
    assert {"code", "title", "score"} <= set(hits[0])
    assert len(hits) <= 2


@pytest.mark.usefixtures("some_curated")
@pytest.mark.parametrize("query", ["", "   ", "🙂"])
def test_search_that_finds_nothing_says_so(run, query):
    assert run("search", query)[:2] == (0, "nothing found\n")


@pytest.mark.usefixtures("some_curated")
def test_search_for_what_is_no_word_is_unsure(run):
    found = json.loads(run("search", "zzzzqqqq", "--json")[1])
    assert found["inside"] < Thresholds().inside
    assert found["sure"] < Thresholds().answer


@pytest.mark.usefixtures("some_curated")
@pytest.mark.requirement("R-27")
def test_show_follows_an_old_code(run):
    assert json.loads(run("show", "2.002621")[1])["code"] == "3.000722"


@pytest.mark.usefixtures("some_curated")
@pytest.mark.parametrize("command", ["show", "diff"])
def test_an_unknown_code_is_named(run, command):
    code, out, err = run(command, "9.999999")
    assert (code, out) == (2, "")
    assert "9.999999" in err


@pytest.mark.usefixtures("some_curated")
def test_diff_shows_both_values(run, tmp_path):
    assert run("diff", "1.004194")[::2] == (2, "error: 1.004194 has one record only: curated\n")
    run("import", write_lines(tmp_path / "a.jsonl", portal_record("1.004194", name="Đăng ký tạm trú")))
    code, out, _ = run("diff", "1.004194")
    assert code == 0
    assert out.startswith("1.004194  Đăng ký tạm trú  (curated:1 → portal:1)\n")
    assert "  Lĩnh vực: «Đăng ký, quản lý cư trú» → «" in out
    assert "  Các bước thực hiện, bỏ: «Nộp lệ phí.»\n" in out
    assert "Tên thủ tục" not in out


@pytest.mark.usefixtures("some_curated")
def test_stats_in_words_and_as_json(run):
    assert json.loads(run("stats", "--json")[1]) == {
        "procedures": len(SHOWN),
        "curated": len(SHOWN),
        "portal": 0,
        "applies_to_city": len(SHOWN),
    }
    assert f"{len(SHOWN)}  procedures" in run("stats")[1]


@pytest.mark.usefixtures("some_curated")
@pytest.mark.requirement("R-03", "R-27")
def test_importing_leaves_curated_facts_in_charge(run, tmp_path):
    rows = (portal_record(code, name="Tên của Cổng") for code in ("1.004194", "2.000986"))
    run("import", write_lines(tmp_path / "a.jsonl", *rows))
    store = CatalogueStore(f"sqlite:///{tmp_path / 'catalogue.db'}")
    assert store.get("1.004194").title == "Đăng ký tạm trú"
    assert store.get("2.000986").code == "3.000722"


@pytest.mark.parametrize("arguments", [("stats",), ("search", "x"), ("show", "1.004194"), ("build",)])
@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MOTCUA_CATALOGUE_URL", "nonsense", "address is of no use"),
        ("MOTCUA_CATALOGUE_URL", "postgresql://nobody@127.0.0.1:1/none", "refused"),
        ("MOTCUA_STALE_AFTER_DAYS", "soon", "MOTCUA_STALE_AFTER_DAYS"),
    ],
)
def test_wrong_settings_are_named_without_a_traceback(run, monkeypatch, arguments, variable, value, said):
    monkeypatch.setenv(variable, value)
    code, _, err = run(*arguments)
    assert code == 2
    assert said in err


@pytest.mark.parametrize("arguments", [(), ("fly",), ("import",), ("import", "a", "--retrieved-on", "yesterday")])
def test_wrong_arguments_show_the_usage(run, arguments, capsys):
    with pytest.raises(SystemExit) as left:
        run(*arguments)
    assert left.value.code == 2
    assert "usage: python -m knowledge" in capsys.readouterr().err


def test_two_states_of_the_whole_catalogue_are_compared_in_words(run, tmp_path):
    run("import", write_lines(tmp_path / "a.jsonl", portal_record("1.000001"), portal_record("1.000002")))
    later = portal_record("1.000001", requirementsAndConditions="Có chuồng cao 2 m."), portal_record("1.000003")
    run("import", write_lines(tmp_path / "b.jsonl", *later))
    run("import", write_lines(tmp_path / "c.jsonl", portal_record("1.000004")))
    code, out, _ = run("diff", "--loads", "1", "3")
    assert code == 0
    assert out.splitlines() == [
        "1.000001  Đăng ký nuôi chim bồ câu",
        "  Yêu cầu, điều kiện, thêm: «Có chuồng cao 2 m.»",
        "1.000003  Đăng ký nuôi chim bồ câu",
        "  Thủ tục mới có trong dữ liệu",
        "1.000004  Đăng ký nuôi chim bồ câu",
        "  Thủ tục mới có trong dữ liệu",
        "3 records: 1 changed, 2 added",
    ]
    assert run("diff", "--loads", "3", "1")[1].count("Thủ tục không còn trong dữ liệu") == 2
    assert run("diff", "--loads", "0", "1")[1].endswith("2 records: 2 added\n")
    assert run("diff", "--loads", "1", "9") == (
        2,
        "",
        "error: there is no load 9; `python -m knowledge history` lists them\n",
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"<!DOCTYPE html><html>Request Rejected</html>", "a web page instead of data"),
        (b"\xef\xbb\xbf  <html></html>", "a web page instead of data"),
        (b"\x1f\x8b\x08broken", "none of the known formats"),
    ],
)
def test_a_file_that_is_no_data_says_what_it_is(run, tmp_path, content, said):
    (tmp_path / "a.json").write_bytes(content)
    code, _, err = run("import", tmp_path / "a.json")
    assert code == 2
    assert f"{tmp_path / 'a.json'}: {said}" in err


def test_a_packed_file_that_breaks_off_gives_what_it_holds_and_says_so(run, tmp_path):
    packed = gzip.compress(write_lines(tmp_path / "a", *(portal_record(f"1.{n:06}") for n in range(400))).read_bytes())
    (tmp_path / "a.gz").write_bytes(packed[: len(packed) // 2])
    code, out, err = run("import", tmp_path / "a.gz")
    assert code == 1
    assert "imported" in out
    assert f"left out: {tmp_path / 'a.gz'}: Compressed file ended" in err


def test_a_folder_of_records_that_is_not_there_takes_nothing_out(run, some_curated, tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    for folder, said in (("nowhere", "no such folder of curated records"), ("empty", "no curated record in it")):
        monkeypatch.setenv("MOTCUA_CURATED_DIR", str(tmp_path / folder))
        code, _, err = run("build")
        assert code == 2
        assert f"{tmp_path / folder}: " in err
        assert said in err
        assert json.loads(run("stats", "--json")[1])["curated"] == len(SHOWN)
    monkeypatch.setenv("MOTCUA_CURATED_DIR", str(tmp_path / "nowhere"))
    assert run("check")[0] == 2


def test_a_reader_who_has_seen_enough_is_no_fault(run, tmp_path):
    run("import", write_lines(tmp_path / "a.jsonl", *(portal_record(f"1.{n:06}") for n in range(300))))
    command = f"{sys.executable} -m knowledge diff --load 1 | head -1"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("1.000000  Đăng ký nuôi chim bồ câu\n", "")
