"""Faults in curated files are named with file and line; a build with a fault changes nothing."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields

import jsonschema
import pytest

from knowledge.catalogue import build, check, freshness
from knowledge.curated import PROCEDURES_DIR, read_record, read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.models import Procedure
from knowledge.record_faults import SCHEMA_PATH
from knowledge.settings import CatalogueSettings
from knowledge.store import CatalogueStore
from tests.fixtures.catalogue import TODAY, procedure

GOOD = PROCEDURES_DIR / "1.004194.yml"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "records").mkdir()
    shutil.copy(GOOD, tmp_path / "records" / GOOD.name)
    return tmp_path / "records"


def settings(tmp_path):
    return CatalogueSettings(f"sqlite:///{tmp_path / 'catalogue.db'}")


def change(folder, old, new):
    path = folder / GOOD.name
    text = path.read_text("utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def line_of(path, needle):
    return next(number for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if needle in line)


@pytest.mark.requirement("R-09")
@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        ("online_level: full", "online_level: maybe", "online_level: maybe", "online_level"),
        ("amount: 7000,", "amount: viele,", "amount: viele", "submission_methods.0.fees.0"),
        ("retrieved_on: 2026-07-18", "retrieved_on: 18/07/2026", "18/07/2026", "source.retrieved_on"),
        ("role: present", "role: maybe", "role: maybe", "role"),
        ("needs_recheck: true", "needs_recheck: có", "needs_recheck: có", "needs_recheck"),
        ('code: "1.004194"', "code: 1.004194", "code: 1.004194", "code"),
        ("retrieved_on: 2026-07-18", "retrieved_on: 2026-02-30", "2026-02-30", "there is no day"),
        ("retrieved_on: 2026-07-18", "retrieved_on: 18/07/2026", "18/07/2026", "such as 2026-11-26"),
        ("online_level: full", "online_level: full\nonline_level: none", "online_level: none", "stands twice, first"),
        ("steps:", "steps: một việc\nold_steps:", "steps: một việc", "expected a list"),
        ("    fees:", "    fee:", "    fee:", "no field fee; did you mean fees?"),
        ("amount: 7000,", "amount: 7.000đ,", "amount: 7.000", "whole number"),
        ("checked_on:", "checked_by: 'x\x01'\nchecked_on:", "checked_by: 'x", "invisible control character"),
    ],
)
def test_a_fault_is_named_with_file_and_line(folder, old, new, where, said):
    path = change(folder, old, new)
    (fault, *_) = [fault for fault in check(folder) if said in fault.reason]
    assert fault.place == f"{path}:{line_of(path, where)}"


def test_all_faults_of_a_file_are_named_in_one_go(folder):
    path = change(folder, "sector: ", "linh_vuc: ")
    change(folder, "online_level: full", "online_level: maybe")
    faults = check(folder)
    assert [str(fault).removeprefix(f"{path}:").split("; ")[0] for fault in faults] == [
        "1: record: sector is missing",
        f"{line_of(path, 'linh_vuc')}: record: there is no field linh_vuc",
        f'{line_of(path, "online_level")}: online_level: "maybe" is none of full, partial, none, unknown',
    ]


def test_bytes_that_are_no_text_are_named_with_their_line(folder):
    path = folder / GOOD.name
    path.write_bytes(path.read_bytes().replace("Đăng ký tạm trú".encode(), b"\xd0ang k\xfd", 1))
    (fault,) = check(folder)
    assert str(fault) == f"{path}:2: not UTF-8 text: save the file as UTF-8"


def test_a_day_that_does_not_exist_is_a_fault(folder):
    change(folder, "checked_on: 2026-07-18", "checked_on: 2026-13-45")
    (fault,) = check(folder)
    assert GOOD.name in fault.place
    assert "checked_on" in fault.reason


@pytest.mark.requirement("R-09")
@pytest.mark.parametrize("text", ["code: [\n  - a", "a: b: c", "\ttitle: x", "title: 'x"])
def test_broken_yaml_is_named_with_its_line(tmp_path, text):
    path = tmp_path / "1.000001.yml"
    path.write_text(f"# first line\n{text}\n", "utf-8")
    with pytest.raises(RecordInvalidError) as caught:
        read_yaml(path)
    assert str(path) in caught.value.place
    assert int(caught.value.place.rsplit(":", 1)[1]) >= 2


@pytest.mark.parametrize("content", [b"", b"- a\n- b\n", b"just words\n", b"\xff\xfe\x00bad"])
def test_a_file_that_is_no_record_is_a_fault(folder, content):
    (folder / "1.000009.yml").write_bytes(content)
    (fault,) = check(folder)
    assert "1.000009.yml" in fault.place


def test_a_file_under_the_wrong_name_is_a_fault(folder):
    (folder / GOOD.name).rename(folder / "1.000009.yml")
    (fault,) = check(folder)
    assert "does not match the file's name" in fault.reason


def test_a_record_that_names_itself_is_a_fault(folder):
    change(folder, "old_codes: []", 'old_codes: ["1.004194"]')
    (fault,) = check(folder)
    assert "names itself" in fault.reason
    assert fault.place == f"{folder / GOOD.name}:{line_of(folder / GOOD.name, 'old_codes')}"


def test_a_build_with_a_fault_changes_nothing(folder, tmp_path):
    assert build(settings(tmp_path), folder).added == 1
    store = CatalogueStore(settings(tmp_path).catalogue_url)
    before = store.revision()
    change(folder, "title: Đăng ký tạm trú", "title: ''")
    with pytest.raises(RecordInvalidError):
        build(settings(tmp_path), folder)
    assert store.revision() == before
    assert store.get("1.004194").title == "Đăng ký tạm trú"


def test_a_build_happens_only_when_the_files_have_changed(folder, tmp_path):
    assert build(settings(tmp_path), folder).added == 1
    assert build(settings(tmp_path), folder) is None
    change(folder, "title: Đăng ký tạm trú", "title: Đăng ký tạm trú mới")
    report = build(settings(tmp_path), folder)
    assert (report.changed, report.added, report.removed) == (1, 0, 0)


def test_a_record_taken_out_of_the_folder_leaves_the_catalogue(folder, tmp_path):
    shutil.copy(PROCEDURES_DIR / "1.001193.yml", folder)
    build(settings(tmp_path), folder)
    (folder / "1.001193.yml").unlink()
    assert build(settings(tmp_path), folder).removed == 1
    assert CatalogueStore(settings(tmp_path).catalogue_url).counts()["curated"] == 1


def test_a_record_is_read_as_written():
    record = read_record(GOOD)
    assert (record.code, record.decision.number) == ("1.004194", "9354/QĐ-BCA-C06")


@pytest.mark.requirement("R-05")
def test_freshness_counts_calendar_days():
    assert freshness(procedure(), TODAY, 30).days_since_check == 2
    assert freshness(procedure(checked_on=None), TODAY, 30).stale


def test_the_schema_describes_every_field_and_no_other():
    schema = json.loads(SCHEMA_PATH.read_text("utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    parts = [schema, *schema["definitions"].values()]
    seen, bare = set(), []
    while parts:
        part = parts.pop()
        for name, field in part.get("properties", {}).items():
            seen.add(name)
            if not field.get("description", "").endswith("."):
                bare.append(name)
            parts += [field, field.get("items", {})]
    assert bare == []
    own = {field.name for field in fields(Procedure)}
    filled_by_the_program = {"origin", "applies_to_city", "kind", "promulgated_by", "ward_receives", "completeness"}
    assert own - set(schema["properties"]) == filled_by_the_program | {"raw_refs", "version", "newer_decision"}
    assert set(schema["properties"]) - own == set()


def test_a_fault_says_what_to_write_instead(folder):
    change(folder, "retrieved_on: 2026-07-18", "retrieved_on: hôm qua")
    (fault,) = check(folder)
    assert fault.reason == 'source.retrieved_on: "hôm qua" is not written as it must be, such as 2026-11-26'


def test_many_missing_fields_are_one_fault(folder):
    (folder / GOOD.name).write_text('code: "1.004194"\ntitle: Đăng ký tạm trú\n', "utf-8")
    (fault,) = check(folder)
    assert fault.place == f"{folder / GOOD.name}:1"
    assert fault.reason.startswith("record: aliases, sample_questions, sector, ")
    assert fault.reason.endswith("needs_recheck are missing")
