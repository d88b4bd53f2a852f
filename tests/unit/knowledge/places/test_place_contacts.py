"""Contacts, hours and support points: what is shown, what is refused, and how rows are imported. All data made up."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from knowledge.__main__ import main
from knowledge.errors import RecordInvalidError
from knowledge.places import unit
from knowledge.places.checking import check_folder
from knowledge.places.contacts import OfficeKind, load_directory
from knowledge.places.importing import apply, plan, read_incoming
from knowledge.places.where import hours_text, office_text
from knowledge.wording import load_wording

TODAY = date(2026, 11, 26)
VERIFIED = {"verified_on": "2026-11-01", "verified_by": "Nguyễn A", "source": "gọi hỏi"}
HOURS = {
    "id": "office_hours",
    "spans": [
        {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "07:30", "to": "11:30"},
        {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "13:00", "to": "17:00"},
        {"days": ["sat"], "from": "07:30", "to": "11:30"},
    ],
    **VERIFIED,
}
OFFICE = {
    "unit": "27163",
    "office": "one_stop",
    "name": "Trung tâm Phục vụ hành chính công Phường Hòa Hưng",
    "address": "1 đường Thử Nghiệm",
    "phones": ["028 1234 5678"],
    "hours": "office_hours",
    **VERIFIED,
}


@pytest.fixture
def folder(tmp_path: Path):
    """Return a function that writes the three files and gives their folder."""

    def write(contacts=(), hours=(), support_points=()) -> Path:
        for name, rows in (("contacts", contacts), ("hours", hours), ("support_points", support_points)):
            body = yaml.safe_dump({name: list(rows)}, allow_unicode=True)
            (tmp_path / f"{name}.yml").write_text(f"# Ghi chú của biên tập viên\n{body}", "utf-8")
        load_directory.cache_clear()
        return tmp_path

    yield write
    load_directory.cache_clear()


def rules(folder: Path) -> list[str]:
    return [fault.rule for fault in check_folder(folder, TODAY)]


def told(folder: Path, today: date = TODAY, kind: OfficeKind = OfficeKind.ONE_STOP) -> str:
    return office_text(load_directory(folder), unit("27163"), kind, today, load_wording())


def test_nothing_ships_that_nobody_has_verified():
    directory = load_directory()
    assert (directory.offices, directory.hours, directory.support_points) == ((), (), ())


def test_a_verified_office_is_told_with_address_phone_and_hours(folder):
    text = told(folder([OFFICE], [HOURS]))
    assert text.splitlines() == [
        "Trung tâm Phục vụ hành chính công Phường Hòa Hưng: 1 đường Thử Nghiệm.",
        "Điện thoại: 028 1234 5678.",
        "Giờ làm việc: thứ Hai đến thứ Sáu 7:30–11:30, 13:00–17:00; thứ Bảy 7:30–11:30.",
        "Thông tin kiểm chứng ngày 01/11/2026.",
    ]


@pytest.mark.parametrize(
    "change", [{"verified_on": None}, {"verified_by": ""}, {"verified_on": "2025-11-01"}, {"verified_on": "2027-01-01"}]
)
def test_without_a_verification_of_the_last_year_nothing_is_told(folder, change):
    assert told(folder([{**OFFICE, **change}], [HOURS])) == ""


def test_a_verification_runs_out_after_a_year(folder):
    where = folder([OFFICE], [HOURS])
    assert told(where, date(2027, 11, 1))
    assert not told(where, date(2027, 11, 2))


def test_hours_that_are_not_verified_are_left_out(folder):
    assert "Giờ làm việc" not in told(folder([OFFICE], [{**HOURS, "verified_by": ""}]))


def test_the_police_is_told_only_as_the_police(folder):
    where = folder([OFFICE], [HOURS])
    assert told(where, kind=OfficeKind.POLICE) == ""


def test_the_committee_stands_in_for_a_one_stop_office_that_is_not_held(folder):
    committee = {**OFFICE, "office": "committee", "name": "Ủy ban nhân dân Phường Hòa Hưng"}
    assert told(folder([committee], [HOURS])).startswith("Ủy ban nhân dân Phường Hòa Hưng")


def test_days_with_the_same_hours_are_told_together(folder):
    spans = [{"days": ["mon", "wed", "thu"], "from": "08:00", "to": "12:00"}]
    hours = load_directory(folder([], [{**HOURS, "spans": spans}])).hours[0]
    assert hours_text(hours, load_wording()) == "thứ Hai 8:00–12:00; thứ Tư đến thứ Năm 8:00–12:00"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"unit": "99999"}, "unknown_unit"),
        ({"unit": ""}, "missing"),
        ({"office": "post"}, "unknown_office"),
        ({"phones": ["12345"]}, "phone"),
        ({"phones": [2812345678]}, "phone"),
        ({"phones": "028 1234 5678"}, "phone"),
        ({"hours": "other"}, "unknown_hours"),
        ({"verified_on": "hôm qua"}, "verified_on"),
        ({"verified_on": "2026-12-01"}, "verified_on"),
        ({"verified_on": "2025-11-01"}, "expired"),
        ({"verified_on": "2025-12-10"}, "expires_soon"),
        ({"verified_by": ""}, "unverified"),
        ({"adress": "1 đường Thử"}, "unknown_field"),
    ],
)
def test_what_is_wrong_with_a_contact_is_named_with_its_line(folder, change, rule):
    faults = list(check_folder(folder([{**OFFICE, **change}], [HOURS]), TODAY))
    assert [fault.rule for fault in faults] == [rule]
    assert faults[0].place.startswith("contacts.yml:")


@pytest.mark.parametrize(
    ("spans", "rule"),
    [
        (
            [{"days": ["mon"], "from": "07:30", "to": "11:30"}, {"days": ["mon"], "from": "11:00", "to": "15:00"}],
            "overlap",
        ),
        ([{"days": ["mon"], "from": "11:30", "to": "07:30"}], "span"),
        ([{"days": ["monday"], "from": "07:30", "to": "11:30"}], "span"),
        ([{"days": "mon", "from": "07:30", "to": "11:30"}], "span"),
        ([{"days": ["mon"], "from": "7h30", "to": "11:30"}], "span"),
        (["mon"], "span"),
        ([], "missing"),
    ],
)
def test_hours_that_cannot_be_are_named(folder, spans, rule):
    assert rules(folder([], [{**HOURS, "spans": spans}])) == [rule]


def test_a_row_twice_and_a_row_that_is_none_are_named(folder):
    assert rules(folder([OFFICE, OFFICE, "27163"], [HOURS])) == ["twice", "shape"]


def test_a_faulty_row_does_not_take_the_others(folder):
    directory = load_directory(folder([{**OFFICE, "unit": "99999"}, OFFICE, {"unit": "27169"}], [HOURS]))
    assert [office.unit for office in directory.offices] == ["27163"]


def test_sound_files_have_no_faults(folder):
    point = {"unit": "27163", "name": "Điểm thử", "address": "2 đường Thử", "helps_with": "cài VNeID", **VERIFIED}
    where = folder([OFFICE], [HOURS], [point])
    assert rules(where) == []
    assert [one.name for one in load_directory(where).support_of("27163", TODAY)] == ["Điểm thử"]


CSV = """unit,office,name,address,phones,hours,source,verified_on,verified_by
Phường Hòa Hưng,one_stop,Trung tâm thử,1 đường Thử,028 1234 5678; 1022,office_hours,gọi hỏi,2026-11-20,Trần B
27169,committee,Ủy ban thử,3 đường Thử,,,văn bản,2026-11-20,Trần B
"""


def test_csv_is_taken_over_with_names_or_codes_of_units(folder, tmp_path):
    where = folder([OFFICE], [HOURS])
    sheet = tmp_path / "rows.csv"
    sheet.write_text("\ufeff" + CSV, "utf-8")
    planned = plan(where, "contacts.yml", read_incoming(sheet, "contacts.yml"), TODAY, "rows.csv")
    assert planned.may_be_applied
    assert planned.added == (("27169", "committee"),)
    assert [change.key for change in planned.changed] == [("27163", "one_stop")]
    assert planned.changed[0].fields["phones"] == (["028 1234 5678"], ["028 1234 5678", "1022"])
    before = (where / "contacts.yml").read_text("utf-8")
    apply(planned, where)
    after = (where / "contacts.yml").read_text("utf-8")
    assert after != before
    assert after.startswith("# Ghi chú của biên tập viên\n")
    assert rules(where) == []
    again = plan(where, "contacts.yml", read_incoming(sheet, "contacts.yml"), TODAY, "rows.csv")
    assert (again.added, again.changed, again.unchanged) == ((), (), 2)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("unit,office,telephone\n27163,one_stop,1\n", "columns telephone"),
        ("office,name\none_stop,x\n", "no unit"),
        ("unit,office,name\n27163,one_stop,x,y,z\n", "more cells"),
    ],
)
def test_a_spreadsheet_of_another_shape_is_refused_with_the_reason(tmp_path, text, reason):
    sheet = tmp_path / "rows.csv"
    sheet.write_text(text, "utf-8")
    with pytest.raises(RecordInvalidError, match=reason):
        read_incoming(sheet, "contacts.yml")


def test_a_spreadsheet_in_another_encoding_says_how_to_save_it(tmp_path):
    sheet = tmp_path / "rows.csv"
    sheet.write_bytes("unit,office,name\n27163,one_stop,Phường\n".encode("utf-16"))
    with pytest.raises(RecordInvalidError, match="CSV UTF-8"):
        read_incoming(sheet, "contacts.yml")


def test_commands_show_first_and_write_only_when_told(folder, tmp_path, capsys):
    where = folder([], [HOURS])
    sheet = tmp_path / "rows.csv"
    sheet.write_text(CSV, "utf-8")
    common = ["--folder", str(where), "--today", "2026-11-26"]
    before = (where / "contacts.yml").read_text("utf-8")
    assert main(["places", "import", str(sheet), *common]) == 0
    assert (where / "contacts.yml").read_text("utf-8") == before
    assert "nothing is written yet" in capsys.readouterr().out
    assert main(["places", "import", str(sheet), "--apply", *common]) == 0
    assert "2 new" in capsys.readouterr().out
    assert main(["places", "check", *common]) == 0
    load_directory.cache_clear()
    assert main(["places", "show", "p12", "q10", *common]) == 0
    assert "Trung tâm thử" in capsys.readouterr().out
    assert main(["places", "export", "--all-units", *common]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + 168


def test_an_import_with_an_error_writes_nothing(folder, tmp_path, capsys):
    where = folder([], [HOURS])
    sheet = tmp_path / "rows.csv"
    sheet.write_text(CSV.replace("27169", "11111"), "utf-8")
    before = (where / "contacts.yml").read_text("utf-8")
    arguments = ["places", "import", str(sheet), "--apply", "--folder", str(where), "--today", "2026-11-26"]
    assert main(arguments) == 1
    assert (where / "contacts.yml").read_text("utf-8") == before
    told_of = capsys.readouterr()
    assert "unknown_unit" in told_of.out + told_of.err
    assert "nothing is written" in told_of.out


def test_an_export_can_be_imported_again(folder, tmp_path):
    where = folder([OFFICE], [HOURS])
    sheet = tmp_path / "out.csv"
    assert main(["places", "export", "--out", str(sheet), "--folder", str(where)]) == 0
    planned = plan(where, "contacts.yml", read_incoming(sheet, "contacts.yml"), TODAY, "out.csv")
    assert (planned.added, planned.changed, planned.unchanged) == ((), (), 1)
