"""The report's files: valid, the same every time, nothing small in them, and safe to open."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date

import jsonschema
import pytest
from docx import Document

from bot.reports.bundle import SCHEMA_FILE, report_files, write_files
from bot.reports.counting import Counted
from bot.reports.csv_files import COLUMNS
from bot.reports.document import to_docx
from bot.reports.metrics import Shape, metrics, sections
from bot.reports.months import Month
from bot.reports.numbers import number_text, percent_text
from bot.reports.open_data import NOT_OPEN, open_data_files
from bot.reports.periods import month_span
from bot.reports.publishing import publish_month, to_json
from bot.reports.rounding import Rounding

SCHEMA = json.loads(SCHEMA_FILE.read_text("utf-8"))
NAMES = {"unit": {"26740": "Phường Sài Gòn"}, "procedure": {"1.001193": "Đăng ký khai sinh"}, "bottleneck": {}}


def counted(**changes):
    """A month in which nothing happened, but for `changes`."""
    empty = {
        Shape.PARTITION: lambda one: dict.fromkeys(one.cells, 0),
        Shape.SPREAD: lambda _: {"count": 0, "median": None, "p90": None},
        Shape.COUNT: lambda _: 0,
        Shape.RANKING: lambda _: [],
        Shape.LIST: lambda _: [],
    }
    values = {key: empty[one.shape](one) for key, one in metrics().items() if one.shape is not Shape.SHARE}
    return Counted(values | changes, NAMES)


FULL = counted(
    sessions_by_channel={"web": 1203, "zalo": 3},
    sessions_by_day={f"2026-10-{day:02}": day for day in range(1, 32)},
    sessions_by_result={"contained": 900, "returned": 20, "handed_over": 7, "unanswered": 8, "no_question": 0},
    answer_time={"count": 5, "median": 0.4, "p90": 1.25},
    wait_in_hours={"count": 4, "median": 3.0, "p90": 9.0},
    late_cases_by_unit={"=HYPERLINK(1)": 6, "UBND phường Sài Gòn": 7},
    hardest=[{"key": "1.001193", "numbers": {"unsolved": 12, "disliked": 6, "papers": 3, "petitions": 0}}],
    catalogue_changes={"added": 1, "changed": 0, "removed": 0},
    catalogue_list=[
        {
            "key": "1.001193",
            "name": "Đăng ký khai sinh",
            "action": "added",
            "decision_number": "1/QĐ-UBND",
            "decision_date": "2026-10-05",
            "first_seen": "2026-10-12",
            "elapsed": 5,
            "clock": "in_time",
        }
    ],
)


ROUNDING = Rounding(lambda: b"of the tests")


def published(of=FULL, closed=True, month="2026-10"):
    return publish_month(Month(month, month_span(month), date(2026, 11, 8), closed, of), ROUNDING)


@pytest.mark.requirement("R-28")
@pytest.mark.parametrize(
    "of", [FULL, counted(), Counted({}, {}, without_catalogue=True)], ids=["full", "empty", "none"]
)
def test_the_json_is_what_its_schema_says(of):
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.validate(to_json(published(of)), SCHEMA)
    jsonschema.validate(to_json(published(of, closed=False)), SCHEMA)


def test_the_schema_refuses_what_is_not_said():
    data = to_json(published())
    data["sections"][0]["figures"][0]["rows"][0]["number"] = 1.5
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, SCHEMA)


def test_small_numbers_are_in_no_file():
    rows = {one["key"]: one for section in to_json(published())["sections"] for one in section["figures"]}
    assert [row["number"] for row in rows["sessions_by_channel"]["rows"]] == [None, None]
    assert rows["sessions_by_channel"]["total"] == 1206
    assert (rows["wait_in_hours"]["median"], rows["wait_in_hours"]["hidden"]) == (None, True)
    assert rows["hardest"]["rows"][0]["papers"] is None
    assert rows["hardest"]["rows"][0]["hidden"] == ["disliked", "papers"]
    assert rows["catalogue_changes"]["rows"][0]["number"] == 1, "records are no people"
    text = "\n".join(cell.text for table in paper().tables for row in table.rows for cell in row.cells)
    assert "1.203" not in text
    assert "1.206" in text


@pytest.mark.requirement("R-07")
def test_no_table_s_total_tells_what_another_one_hides():
    talks = counted(
        sessions_by_result={"contained": 40, "handed_over": 18, "no_question": 2},
        first_answers={"answered": 50, "unanswered": 8, "disliked": 0},
        questions_by_outcome={"answered": 100, "unanswered": 8, "error": 3},
        unanswered_by_reason={"not_understood": 8, "outside": 0},
        petitions_answered={"on_time": 60, "late": 3},
        petitions_open={"in_time": 20, "overdue": 6},
        petitions_late_by_unit={"26740": 9},
    )
    figures = published(talks).figures
    for key in ("first_answers", "unanswered_by_reason", "petitions_late_by_unit"):
        assert figures[key].total is None, key
        assert all(row.numbers["number"] is None for row in figures[key].rows), key
    assert figures["first_answer_share"].hidden
    plenty = counted(
        sessions_by_result={"contained": 40, "handed_over": 18, "no_question": 9},
        first_answers={"answered": 50, "unanswered": 8},
    )
    assert published(plenty).figures["first_answers"].total == 58


def paper(**more):
    return Document(io.BytesIO(to_docx(published(**more))))


def test_the_document_has_its_sections_in_order():
    headings = [one.text for one in paper().paragraphs if one.style.name == "Heading 1"]
    assert headings[0] == "Tóm tắt"
    assert headings[1:-1] == [f"{number}. {title}" for number, title in enumerate(sections().values(), 1)]
    assert headings[-1].startswith("Phụ lục")


def test_the_document_says_whether_it_may_still_change():
    said = "\n".join(one.text for one in paper(closed=False).paragraphs)
    assert "SỐ LIỆU TẠM TÍNH đến ngày 08/11/2026" in said
    assert "làm tròn lên hoặc xuống thành bội số của 5" in said
    assert "từ 1 đến 4 được ẩn" not in said
    said = "\n".join(one.text for one in paper().paragraphs)
    assert "TẠM TÍNH" not in said
    assert "chốt ngày 08/11/2026" in said


def test_pictures_can_be_read_aloud():
    found = paper()
    texts = [shape._inline.docPr.get("descr") for shape in found.inline_shapes]
    assert len(texts) == 2
    assert "Trợ lý giải quyết trọn: 900" in texts[1]


@pytest.mark.requirement("R-06")
def test_the_same_month_gives_the_same_bytes(monkeypatch):
    first = report_files(published())
    monkeypatch.setenv("TZ", "America/Lima")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert report_files(published()) == first
    with zipfile.ZipFile(io.BytesIO(first["bao-cao-2026-10.docx"])) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_csv_holds_every_number_of_the_json():
    files = report_files(published())
    lines = {}
    for name, content in files.items():
        if name.endswith(".csv"):
            assert content.startswith(b"\xef\xbb\xbf")
            rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
            lines |= {(row["figure"], row["key"], row["measure"]): row for row in rows}
            assert all(tuple(row) == COLUMNS for row in rows)
    for section in to_json(published())["sections"]:
        for figure in section["figures"]:
            for row in figure.get("rows", ()):
                for measure in row.keys() - {"key", "name", "hidden"}:
                    key = row["key"] if not row["key"].startswith("=") else f"'{row['key']}"
                    line = lines[figure["key"], key, measure]
                    assert line["value"] == ("" if row[measure] is None else str(row[measure]))
                    assert (line["hidden"] == "yes") == (measure in row["hidden"])


def test_a_unit_s_name_is_no_formula_for_a_spreadsheet():
    content = report_files(published())["06-late_notices.csv"].decode()
    assert "'=HYPERLINK(1)" in content
    assert ",=HYPERLINK" not in content


def test_files_are_replaced_whole(tmp_path):
    folder = tmp_path / "new" / "folder"
    write_files(folder, {"a.csv": b"one"})
    write_files(folder, {"a.csv": b"two"})
    assert [one.name for one in folder.iterdir()] == ["a.csv"]
    assert (folder / "a.csv").read_bytes() == b"two"


@pytest.mark.requirement("R-28")
def test_open_data_are_closed_months_with_their_dictionary():
    months = [published(), published(month="2026-09"), published(closed=False, month="2026-08")]
    files = open_data_files(months, "CC BY 4.0")
    rows = list(csv.DictReader(io.StringIO(files["tro-ly-mot-cua.csv"].decode("utf-8-sig"))))
    assert [row["month"] for row in rows if row["figure"] == "contained_share"] == ["2026-09", "2026-10"]
    explained = list(csv.DictReader(io.StringIO(files["tu-dien-du-lieu.csv"].decode("utf-8-sig"))))
    assert {row["figure"] for row in rows} == {row["figure"] for row in explained} - NOT_OPEN
    data = json.loads(files["tro-ly-mot-cua.json"])
    assert data["licence"] == "CC BY 4.0"
    for month in data["months"]:
        jsonschema.validate(month, SCHEMA)
    package = json.loads(files["datapackage.json"])
    assert [field["name"] for field in package["resources"][0]["schema"]["fields"]] == list(COLUMNS)
    assert open_data_files(months, "CC BY 4.0") == files


def test_open_data_of_no_month_and_no_licence():
    files = open_data_files([], "")
    assert files["tro-ly-mot-cua.csv"].decode("utf-8-sig").strip() == ",".join(COLUMNS)
    assert json.loads(files["datapackage.json"])["licenses"] == []


def test_numbers_are_written_as_people_here_write_them():
    assert [number_text(number) for number in (0, 1234567, 3.5, 1440.0, None)] == [
        "0",
        "1.234.567",
        "3,5",
        "1.440",
        "không có",
    ]
    assert number_text(None, hidden=True) == "ẩn"
    assert [percent_text(1, 3), percent_text(3, 3), percent_text(None, 3), percent_text(0, 0)] == [
        "33,3%",
        "100%",
        "",
        "",
    ]
