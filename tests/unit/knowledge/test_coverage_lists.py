"""Lists of procedures as offices keep them: text, CSV, XLSX; columns found or named; nothing left out silently."""

from __future__ import annotations

import openpyxl
import pytest

from knowledge.coverage.lists import ListUnreadableError, read_list


@pytest.fixture
def entries(tmp_path):
    """`entries("text or rows", "list.csv", …)` → (place, name, code) of each entry."""

    def read(content, name="list.txt", encoding="utf-8", **columns):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_bytes(content.encode(encoding))
        else:
            book = openpyxl.Workbook()
            for row in content:
                book.active.append(row)
            book.save(path)
        return [(entry.place, entry.name, entry.code) for entry in read_list(path, **columns)]

    return read


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize(
    ("line", "name", "code"),
    [
        ("1|Đăng ký nuôi chim", "Đăng ký nuôi chim", ""),
        ("12. Đăng ký nuôi chim", "Đăng ký nuôi chim", ""),
        ("3) Đăng ký nuôi chim", "Đăng ký nuôi chim", ""),
        ("Đăng ký nuôi chim", "Đăng ký nuôi chim", ""),
        ("30 ngày nuôi chim", "30 ngày nuôi chim", ""),
        ("1.001193", "", "1.001193"),
        ("1.001193.000.00.00.H29 Đăng ký khai sinh", "Đăng ký khai sinh", "1.001193"),
        ("5|1.001193|Đăng ký khai sinh", "Đăng ký khai sinh", "1.001193"),
        ("Đăng ký khai sinh (1.001193)", "Đăng ký khai sinh ( )", "1.001193"),
        ("\ufeff1|Đăng ký\u200e khai sinh ", "Đăng ký khai sinh", ""),
    ],
)
def test_a_line_is_a_name_or_a_code_or_both(entries, line, name, code):
    assert entries(f"{line}\n\n") == [("1", name, code)]


def test_places_are_lines_and_empty_lines_are_none(entries):
    assert entries("Một thủ tục\n\n \nHai thủ tục") == [("1", "Một thủ tục", ""), ("4", "Hai thủ tục", "")]


def test_a_line_with_a_comma_is_one_name(entries):
    assert entries("Sáp nhập, chia, tách\nGiải thể, đổi tên\n") == [
        ("1", "Sáp nhập, chia, tách", ""),
        ("2", "Giải thể, đổi tên", ""),
    ]


@pytest.mark.requirement("R-02")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_columns_of_a_csv_are_found_by_their_header(entries, encoding, mark):
    rows = [["STT", "Mã TTHC", "Tên thủ tục"], ["1", "1.001193", "Khai sinh"], ["2", "", "Khai tử"]]
    text = "\n".join(mark.join(row) for row in rows)
    assert entries(text, "list.csv", encoding) == [("2", "Khai sinh", "1.001193"), ("3", "Khai tử", "")]


def test_a_name_over_two_lines_is_one_entry(entries):
    text = 'Mã số,Tên\n1.001193,"Khai\nsinh"\n1.000656,Khai tử\n'
    assert entries(text, "list.csv") == [("2", "Khai sinh", "1.001193"), ("4", "Khai tử", "1.000656")]


def test_columns_can_be_named(entries):
    text = "code,ocr_name,catalogue_name\n1.001193,Khai sính,Khai sinh\n"
    found = entries(text, "list.csv", name_column="ocr_name")
    assert found == [("2", "Khai sính", "1.001193")]


def test_where_several_columns_may_hold_the_names_whoever_asks_has_to_say(entries):
    text = "code,ocr_name,catalogue_name\n1.001193,Khai sính,Khai sinh\n"
    with pytest.raises(ListUnreadableError, match="ocr_name, catalogue_name"):
        entries(text, "list.csv")


def test_a_row_without_a_code_in_a_list_of_codes_stays_an_entry(entries):
    assert entries("code,page\n1.001193,1\n,2\n", "list.csv") == [("2", "", "1.001193"), ("3", "", "")]


def test_a_title_above_the_header_of_a_sheet_is_passed_over(entries):
    rows = [["DANH MỤC"], [], ["STT", "Mã số", "Tên"], [1, "1.001193", "Khai sinh"], [2, 1.00386, "Khai tử"]]
    assert entries(rows, "list.xlsx") == [("4", "Khai sinh", "1.001193"), ("5", "Khai tử", "")]


@pytest.mark.parametrize(
    ("content", "name", "columns", "said"),
    [
        ("", "list.txt", {}, "no entry"),
        ("\n \n", "list.txt", {}, "no entry"),
        ("a,b\nc,d\n", "list.csv", {"name_column": "Tên"}, "no column with 'Tên'"),
        (b"PK\x03\x04 not a book", "list.xlsx", {}, "not a zip|zip file"),
        (b"T\xean th\xfb t\xf9c\n", "list.txt", {}, "UTF-8"),
    ],
)
def test_a_list_that_cannot_be_read_says_why(entries, content, name, columns, said):
    with pytest.raises(ListUnreadableError, match=said):
        entries(content, name, **columns)


def test_a_list_that_is_not_there_says_so(tmp_path):
    with pytest.raises(ListUnreadableError, match="No such file"):
        read_list(tmp_path / "none.txt")
