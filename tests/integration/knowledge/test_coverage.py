"""`coverage` and `scope` over a small catalogue: every entry in one class, and a person's word on unsure ones."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date

import pytest

from knowledge.coverage.confirmations import CONFIRMED_PATH, add_confirmed, read_confirmed
from knowledge.coverage.covering import Coverer
from knowledge.coverage.models import Confirmation, CoverageClass, ListEntry
from knowledge.errors import RecordInvalidError
from knowledge.models import Fee, FeeStatus, Method, Origin, ProcedureKind, RecordStatus, SubmissionMethod
from knowledge.scope import placed
from knowledge.scope_survey import counts, survey
from knowledge.store import CatalogueStore
from tests.fixtures.catalogue import procedure

PIGEONS, AGAIN, CLOSED, AWAY, GONE, NEW = (f"1.00000{number}" for number in range(1, 7))
UNSURE = "Đăng ký nuôi chim bồ câu trắng"


def portal(code, title, kind=ProcedureKind.NATIONAL, issuer="Bộ Nội vụ", **changes):
    return placed(procedure(code, title, origin=Origin.PORTAL, kind=kind, promulgated_by=issuer, **changes))


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'catalogue.db'}"


@pytest.fixture
def small(url):
    unsaid = SubmissionMethod(Method.ONLINE, fees=(Fee(status=FeeStatus.NOT_PUBLISHED),))
    store = CatalogueStore(url)
    store.create()
    store.write([procedure(NEW, "Đăng ký nuôi vịt trời, cấp thẻ nuôi", old_codes=("1.000009",))], Origin.CURATED)
    store.write(
        [
            portal(PIGEONS, "Đăng ký nuôi chim bồ câu"),
            portal(AGAIN, "Đăng ký lại việc nuôi chim bồ câu", submission_methods=(unsaid,)),
            portal(CLOSED, "Chấm dứt việc nuôi gà chọi"),
            portal(AWAY, "Hỗ trợ nuôi ong", ProcedureKind.PROVINCIAL, "UBND tỉnh Gia Lai"),
            replace(portal(GONE, "Cấp thẻ nuôi cá cảnh"), status=RecordStatus.REMOVED),
        ],
        Origin.PORTAL,
    )
    yield store
    store.close()


def found(store, *entries, confirmations=(), ward=False):
    return Coverer(store, confirmations, ward).cover([ListEntry("1", *entry) for entry in entries])


def confirmation(**changes):
    own = {"name": UNSURE, "code": PIGEONS, "title": "Đăng ký nuôi chim bồ câu", "same": True}
    return Confirmation(**(own | {"by": "Lan", "on": date(2026, 11, 2), "why": "cùng một thủ tục"} | changes))


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize(
    ("name", "code", "result", "leads_to"),
    [
        ("", PIGEONS, "answerable", PIGEONS),
        ("Đăng ký nuôi chim bồ câu", PIGEONS, "answerable", PIGEONS),
        ("Đăng ký nuôi chim bồ câu trắng", PIGEONS, "answerable", PIGEONS),
        ("Chấm dứt việc nuôi gà chọi", PIGEONS, "review", PIGEONS),
        ("Xây bể bơi trên mái nhà", PIGEONS, "review", PIGEONS),
        ("", "1.000009", "superseded", NEW),
        ("Đăng ký nuôi vịt", "1.000009", "superseded", NEW),
        ("", GONE, "superseded", ""),
        ("Hỗ trợ nuôi ong", AWAY, "missing", None),
        ("", AWAY, "missing", ""),
        ("Đăng ký nuôi chim bồ câu", AWAY, "review", PIGEONS),
        ("Hỗ trợ nuôi ong", "", "missing", None),
        ("", "1.999999", "missing", ""),
        ("", "", "missing", ""),
        ("Đăng ký nuôi chim bồ câu", "1.999999", "exact", PIGEONS),
        ("Dang ky nuoi chim bo cau", "", "high", PIGEONS),
        (UNSURE, "", "review", PIGEONS),
        ("Cấp phép bắn pháo hoa", "", "missing", None),
    ],
)
def test_every_entry_is_in_exactly_one_class(small, name, code, result, leads_to):
    item = found(small, (name, code)).found[0]
    assert item.result.value == result, item
    if leads_to is not None:
        assert item.code == leads_to
    assert item.covered is (
        result in ("answerable", "exact", "high", "confirmed") or (result, code) == ("superseded", "1.000009")
    )


@pytest.mark.requirement("R-02")
def test_totals_reconcile(small):
    entries = [("", PIGEONS), ("", "1.000009"), (UNSURE, ""), ("Bắn pháo hoa", ""), ("Cấp thẻ nuôi cá cảnh", "")]
    coverage = found(small, *entries)
    assert sum(coverage.counts().values()) == len(coverage.found) == len(entries)
    assert set(coverage.counts()) == {result.value for result in CoverageClass}
    assert coverage.share == sum(item.covered for item in coverage.found) / len(entries) == 0.4


def test_a_removed_procedure_is_no_candidate_by_name(small):
    assert found(small, ("Cấp thẻ nuôi cá cảnh", "")).found[0].result is CoverageClass.MISSING


def test_a_code_whose_zeros_a_spreadsheet_cut_off_is_known_by_the_name_beside_it(small):
    round_code = "1.000100"
    small.write([portal(round_code, "Đăng ký nuôi dế")], Origin.PORTAL)
    coverage = found(small, ("Đăng ký nuôi dế", "", "1.0001"), ("Cấp phép bắn pháo hoa", "", "1.0001"))
    assert [item.result.value for item in coverage.found] == ["answerable", "missing"]
    assert coverage.found[0].code == round_code


@pytest.mark.requirement("R-02", "R-20")
def test_what_is_covered_says_which_parts_its_record_lacks(small):
    coverage = found(small, ("", PIGEONS), ("", AGAIN), ("", "1.999999"))
    assert [item.parts.lacking() if item.parts else None for item in coverage.found] == [[], ["time", "fee"], None]
    assert coverage.lacking() == {"complete": 1, "time": 1, "fee": 1}


@pytest.mark.requirement("R-02")
def test_a_name_under_review_counts_only_when_a_person_has_confirmed_it(small):
    assert not found(small, (UNSURE, "")).found[0].covered
    item = found(small, (UNSURE.upper(), ""), confirmations=[confirmation()]).found[0]
    assert (item.result, item.code, item.covered) == (CoverageClass.CONFIRMED, PIGEONS, True)
    assert "Lan" in item.why
    denied = found(small, (UNSURE, ""), confirmations=[confirmation(same=False)]).found[0]
    assert denied.code != PIGEONS
    assert not denied.covered


def test_a_code_and_a_name_that_contradict_are_settled_by_a_person(small):
    entry = ("Chấm dứt việc nuôi gà chọi", PIGEONS)
    assert found(small, entry).found[0].result is CoverageClass.REVIEW
    word = confirmation(name=entry[0])
    assert found(small, entry, confirmations=[word]).found[0].result is CoverageClass.ANSWERABLE


@pytest.mark.parametrize(
    ("code", "title"), [(PIGEONS, "Đăng ký nuôi chim cút"), ("1.999999", "Đăng ký"), (GONE, "Cấp")]
)
def test_a_confirmation_lapses_when_its_procedure_is_no_longer_what_it_was(small, code, title):
    coverage = found(small, (UNSURE, ""), confirmations=[confirmation(code=code, title=title)])
    assert coverage.found[0].result is CoverageClass.REVIEW
    assert len(coverage.lapsed) == 1
    assert code in coverage.lapsed[0]


def test_confirmations_are_kept_as_data_and_the_last_word_stands(tmp_path):
    path = tmp_path / "confirmed.yml"
    path.write_text("# how it is read\n[]\n", "utf-8")
    add_confirmed(confirmation(), path)
    add_confirmed(confirmation(name="Nuôi gà"), path)
    add_confirmed(confirmation(same=False, why="khác đối tượng"), path)
    kept = read_confirmed(path)
    assert [(entry.name, entry.same) for entry in kept] == [("Nuôi gà", True), (UNSURE, False)]
    assert kept[1] == confirmation(same=False, why="khác đối tượng")
    assert path.read_text("utf-8").startswith("# how it is read")


def test_a_broken_file_of_confirmations_names_the_line(tmp_path):
    path = tmp_path / "confirmed.yml"
    path.write_text("- name: Nuôi gà\n  code: '1.000001'\n", "utf-8")
    with pytest.raises(RecordInvalidError, match=r"confirmed.yml:1: 'title' is a required"):
        read_confirmed(path)
    assert read_confirmed(CONFIRMED_PATH) is not None


@pytest.fixture
def run(small, url, tmp_path, monkeypatch, call):
    monkeypatch.setenv("MOTCUA_CATALOGUE_URL", url)
    monkeypatch.delenv("MOTCUA_EDITOR", raising=False)

    return call


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(f"1|Đăng ký nuôi chim bồ câu\n2|{UNSURE}\n3|=1+1 bắn pháo hoa\n4|1.000009\n", "utf-8")
    return path


@pytest.mark.requirement("R-02")
def test_the_command_says_what_is_missing_and_fails_below_the_share_that_is_wanted(run, listed):
    code, out, _ = run("coverage", listed)
    assert code == 0
    assert "4  entries, 2 covered (50.0%)" in out
    assert "chưa có trong dữ liệu" in out
    assert run("coverage", listed, "--at-least", "0.5")[0] == 0
    code, _, err = run("coverage", listed, "--at-least", "0.6")
    assert (code, err) == (1, "covered 50.0%, wanted 60.0%\n")
    assert run("coverage", listed.with_name("none.txt"))[0] == 2


def test_json_and_csv_hold_every_entry(run, listed, tmp_path):
    document = json.loads(run("coverage", listed, "--json")[1])
    assert (document["entries"], document["covered"], document["share"]) == (4, 2, 0.5)
    assert sum(document["classes"].values()) == len(document["list"]) == 4
    path = tmp_path / "out.csv"
    assert run("coverage", listed, "--csv", "--out", path)[0] == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert [row["class"] for row in rows] == [item["class"] for item in document["list"]]
    assert rows[2]["listed_name"].startswith("'=1+1")


@pytest.mark.requirement("R-02")
def test_a_person_confirms_by_command_signed_and_reasoned(run, listed, tmp_path):
    path = tmp_path / "confirmed.yml"
    word = ("coverage", "confirm", UNSURE, PIGEONS, "--confirmed", path)
    assert run(*word)[0] == 2
    assert run(*word, "--by", "Lan")[0] == 2
    assert run("coverage", "confirm", UNSURE, "1.999999", "--by", "Lan", "--why", "x", "--confirmed", path)[0] == 2
    assert run("coverage", "confirm", UNSURE, "1.000009", "--by", "Lan", "--why", "x", "--confirmed", path)[0] == 2
    assert not path.exists()
    assert run(*word, "--by", "Lan", "--why", "cùng thủ tục")[0] == 0
    document = json.loads(run("coverage", listed, "--json", "--confirmed", path)[1])
    assert (document["classes"]["confirmed"], document["covered"]) == (1, 3)
    assert run(*word, "--by", "Lan", "--why", "nhầm", "--different")[0] == 0
    assert json.loads(run("coverage", listed, "--json", "--confirmed", path)[1])["covered"] == 2


@pytest.mark.requirement("R-02")
def test_scope_counts_every_published_procedure_once(small):
    figures = counts(survey(small))
    assert (figures["procedures"], figures["in_scope"]) == (5, 4)
    assert sum(figures["rules"].values()) == sum(figures["ward_rules"].values()) == figures["procedures"]
    assert sum(sector["in_scope"] for sector in figures["sectors"].values()) == figures["in_scope"]
    assert figures["rules"] == {"national": 3, "other_province": 1, "curated": 1}


@pytest.mark.requirement("R-02")
def test_scope_says_why_a_code_is_in_or_out(run):
    code, out, _ = run("scope", AWAY)
    assert code == 0
    assert "does not apply to the city: another province's own procedure" in out
    assert "UBND tỉnh Gia Lai" in out
    assert f"{NEW}  " in run("scope", "1.000009")[1]
    assert run("scope", "1.999999")[0] == 2


def test_scope_lists_what_is_in_and_with_all_also_what_is_out(run):
    listed = json.loads(run("scope", "--json")[1])["list"]
    assert AWAY not in {row["code"] for row in listed}
    rows = list(csv.DictReader(io.StringIO(run("scope", "--csv", "--all")[1])))
    assert {row["code"]: row["applies"] for row in rows}[AWAY] == "no"
    assert "5  procedures" in run("scope")[1]
    assert run("scope", "--ward")[1].splitlines()[0].split()[0] == "4"


def test_scope_tells_when_the_catalogue_keeps_an_older_answer(run, small):
    small.write([replace(portal(PIGEONS, "Đăng ký nuôi chim bồ câu"), applies_to_city=False)], Origin.PORTAL)
    assert "1 records keep an older answer: run `python -m knowledge render`" in run("scope")[2]
    assert "older answer" in run("scope", PIGEONS)[1]
