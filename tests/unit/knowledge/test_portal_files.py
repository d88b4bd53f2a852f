"""Files of portal records in every shape, whole and broken: what can be read is read, the rest is named."""

from __future__ import annotations

import gzip
import json
import unicodedata
from datetime import date

import pytest

from knowledge.importers.base import Reading
from knowledge.importers.portal_json import PortalJson
from tests.fixtures.catalogue import portal_record, write_lines

A, B, C = (portal_record(code) for code in ("1.000001", "1.000002", "1.000003"))


def line(record):
    return {"id": record["id"], "code": record["code"], "name": record["name"], "detail": record}


def read(path):
    reading = Reading(PortalJson(), path, date(2026, 7, 18))
    return [incoming.procedure.code for incoming in reading], [str(fault) for fault in reading.faults]


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode())
    return path


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (A, ["1.000001"]),
        ({"code": "OK", "data": A}, ["1.000001"]),
        (line(A), ["1.000001"]),
        ([A, B], ["1.000001", "1.000002"]),
        ([line(A), {"code": "OK", "data": B}], ["1.000001", "1.000002"]),
        ({"data": [A, B]}, ["1.000001", "1.000002"]),
        ([[A], [B]], ["1.000001", "1.000002"]),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_one_record_its_envelope_and_lists_are_read(tmp_path, content, codes, indent):
    file = write(tmp_path / "a.json", json.dumps(content, ensure_ascii=False, indent=indent).encode())
    assert read(file) == (codes, [])


def test_json_lines_are_read(tmp_path):
    assert read(write_lines(tmp_path / "a.jsonl", line(A), "", line(B), C)) == (
        ["1.000001", "1.000002", "1.000003"],
        [],
    )


def test_a_list_with_a_record_a_line_is_one_document(tmp_path):
    text = f"[{json.dumps(A)},\n{json.dumps(B)},\n{json.dumps(C)}]\n"
    assert read(write(tmp_path / "a.json", text.encode())) == (["1.000001", "1.000002", "1.000003"], [])


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl"])
def test_gzip_is_known_by_its_content(tmp_path, name):
    packed = gzip.compress(f"{json.dumps(line(A))}\n{json.dumps(line(B))}\n".encode())
    assert read(write(tmp_path / name, packed)) == (["1.000001", "1.000002"], [])


@pytest.mark.requirement("R-09")
def test_bom_windows_line_ends_and_decomposed_text_are_read(tmp_path):
    text = "\ufeff" + "\r\n".join(unicodedata.normalize("NFD", json.dumps(r, ensure_ascii=False)) for r in (A, B))
    reading = Reading(PortalJson(), write(tmp_path / "a.jsonl", text.encode()), None)
    assert [incoming.procedure.title for incoming in reading] == ["Đăng ký nuôi chim bồ câu"] * 2
    assert reading.faults == []


@pytest.mark.requirement("R-09")
def test_invisible_characters_and_nul_bytes_do_not_reach_the_record(tmp_path):
    record = portal_record(name="Thủ\u200e tục đăng ký\x00 chim bồ\u200b câu")
    reading = Reading(PortalJson(), write(tmp_path / "a.json", record), None)
    assert [incoming.procedure.title for incoming in reading] == ["Đăng ký chim bồ câu"]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ('{"code": "1.0000', "broken JSON"),
        ("not JSON at all", "broken JSON"),
        ('"only a text"', "expected a JSON object"),
        ("17", "expected a JSON object"),
        ("null", "expected a JSON object"),
        ("{}", "no procedure code"),
        ('{"name": "không mã"}', "no procedure code"),
        ('{"code": "1.000009"}', "no name"),
        ('{"code": "1.000009", "name": "x", "detail": null}', "no record"),
        ('{"code": "1.000009", "name": "x", "executionMethods": 5}', "not iterable"),
        ("[" * 100_000, "recursion"),
        ("[" * 100_000 + "]" * 100_000, "recursion"),
        (json.dumps(line(A) | {"code": "3.000285"}), "the record behind 3.000285 is that of 1.000001"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_broken_line_is_named_and_costs_nothing_else(tmp_path, broken, said, place):
    lines = [line(B), line(C)]
    lines.insert(place, broken)
    codes, faults = read(write_lines(tmp_path / "a.jsonl", *lines))
    assert codes == ["1.000002", "1.000003"]
    (fault,) = faults
    assert f"a.jsonl:{place + 1}: " in fault
    assert said in fault.lower() or said in fault


def test_a_line_that_is_not_utf8_costs_nothing_else(tmp_path):
    good = json.dumps(line(A)).encode(), json.dumps(line(B)).encode()
    bad = json.dumps(line(C), ensure_ascii=False).encode("cp1258", "replace")
    codes, faults = read(write(tmp_path / "a.jsonl", b"\n".join([good[0], bad, good[1]])))
    assert codes == ["1.000001", "1.000002"]
    assert [fault.endswith("a.jsonl:2: not UTF-8 text") for fault in faults] == [True]


def test_a_broken_record_in_a_list_costs_nothing_else(tmp_path):
    codes, faults = read(write(tmp_path / "a.json", [A, {"name": "không mã"}, "x", B]))
    assert codes == ["1.000001", "1.000002"]
    assert [fault.rpartition("a.json:")[2].split(":")[0] for fault in faults] == ["1, record 2", "1, record 3"]


def test_half_a_character_becomes_a_question_mark(tmp_path):
    text = json.dumps(A).replace("nu\\u00f4i", "nu\\ud83d")
    reading = Reading(PortalJson(), write(tmp_path / "a.json", text.encode()), None)
    (incoming,) = reading
    procedure = incoming.procedure
    procedure.title.encode("utf-8")
    assert "?" in procedure.title


def test_an_emoji_survives(tmp_path):
    (incoming,) = Reading(
        PortalJson(), write(tmp_path / "a.json", json.dumps(portal_record(name="Chim 🕊 bay")).encode()), None
    )
    assert incoming.procedure.title == "Chim 🕊 bay"


@pytest.mark.parametrize(
    "content",
    [b"", b"\n \n", bytes(range(256)) * 40, b"\x89PNG\r\n\x1a\n" + b"\0" * 500, b"<!DOCTYPE html><html>blocked</html>"],
)
def test_files_without_any_record_give_one_fault_and_no_record(tmp_path, content):
    codes, faults = read(write(tmp_path / "a.json", content))
    assert codes == []
    assert len(faults) == 1
    assert "a.json" in faults[0]


def test_a_folder_or_a_missing_file_is_a_fault(tmp_path):
    for path in (tmp_path, tmp_path / "missing.json"):
        codes, faults = read(path)
        assert codes == []
        assert len(faults) == 1


@pytest.mark.parametrize("damage", ["cut short", "flipped bytes"])
def test_damaged_gzip_gives_what_could_be_unpacked_and_a_fault(tmp_path, damage):
    records = [line(portal_record(f"1.{number:06}", name=f"Việc {number * 7919}")) for number in range(400)]
    packed = gzip.compress("\n".join(json.dumps(record) for record in records).encode())
    middle = len(packed) // 2
    bad = packed[:middle] if damage == "cut short" else packed[:middle] + b"\xff\x00" * 30 + packed[middle + 60 :]
    codes, faults = read(write(tmp_path / "a.jsonl.gz", bad))
    assert 0 < len(codes) < 400
    assert faults


def test_a_line_of_twenty_megabytes_is_read_and_the_next_one_too(tmp_path):
    huge = portal_record("1.000009", somethingNew="chim " * 4_000_000)
    codes, faults = read(write_lines(tmp_path / "a.jsonl", huge, B))
    assert (codes, faults) == (["1.000009", "1.000002"], [])


def test_a_cut_pretty_printed_file_is_one_fault(tmp_path):
    text = json.dumps(A, indent=2)
    codes, faults = read(write(tmp_path / "a.json", text[: len(text) // 2].encode()))
    assert codes == []
    assert len(faults) == 1
